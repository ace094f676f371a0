// What the entries of a proof file say, folded: as much of the city's state as one draw is judged by.
import type { Bytes } from "../bytes.js";
import type { InspectorRow, SubjectRow } from "../draw/pool.js";
import type { CommittedRow } from "../draw/restricted-pool.js";
import type { Selection } from "../draw/selection.js";
import type { SeatGroup } from "../draw/team.js";
import type { Chain } from "../drand.js";
import type { Entry } from "../entry.js";
import type { Decoded } from "../flatbuffer.js";

export interface Key {
  readonly key: Bytes;
  readonly person: string;
  readonly roles: ReadonlySet<string>;
  readonly department: string; // "": the whole city
  readonly inspector: string;
  readonly outside: boolean;
  revoked: boolean;
}

export interface Permission {
  readonly first: ReadonlySet<string>;
  readonly second: ReadonlySet<string>; // empty: one signature suffices
}

export interface Department {
  readonly superior: string;
  readonly active: boolean;
}

export interface Item {
  department: string; // of the newest listed
  inForce: string; // department of the revision in force
  revision: number; // the newest listed
  lister: string; // person
  stage: "listed" | "approved" | "rejected" | "published";
  published: boolean; // some revision is in force
  withdrawn: boolean;
}

export interface Conflict {
  readonly commitment: Bytes;
  readonly unit: string;
  readonly declarer: string; // person
  decided: boolean;
  inForceFrom: bigint | undefined; // position of the approval
  endedAt: bigint | undefined; // position
}

/**
 * The conflicts that a draw heeds at a position whose pool was taken after entry `pool`: what ends later ends for later
 * pools.
 */
export function conflictsOfDraw(state: State, pool: bigint, position: bigint): Conflict[] {
  return [...state.conflicts.values()].filter((each) =>
    each.inForceFrom !== undefined && each.inForceFrom <= position &&
    (each.endedAt === undefined || each.endedAt > pool));
}

export type Phase = "committing" | "revealing" | "ready" | "executed" | "disclosed" | "failed";

/** By the decision that a substitute follows from. */
export interface Vacancy {
  readonly position: bigint;
  readonly time: bigint;
  readonly by: string; // who left; "" where the seat was vacant before
}

export interface Seat {
  inspector: string; // "" if vacant
  ordinal: number; // of the last substitution
  vacated: Vacancy | undefined; // waiting for a substitute
  noneLeft: boolean;
  recusal: { readonly filer: string; readonly ground: string } | undefined; // undecided
}

export interface Task {
  readonly subject: string;
  readonly seats: Seat[];
  readonly held: Set<string>; // who ever held a seat
  hasResult: boolean;
  published: boolean; // since the result was last corrected
  everPublished: boolean;
  withheld: boolean;
  objection: boolean; // undecided
}

export interface VrfKey {
  holders: readonly string[] | undefined; // of its shares, by key; undefined if it is not shared
  sharedAt: bigint | undefined; // position of VrfKeyShared
  threshold: number; // how many holders together can use it; 0 if it is not shared
  readonly confirmed: Set<string>;
  retired: boolean; // a holder has executed with it
}

export interface RegisteredChain {
  readonly chain: Chain;
  readonly active: boolean; // a draw may be announced on it
}

/** The beacon that a draw announced, and the chain as it was registered then. */
export interface DrawBeacon {
  readonly hash: Bytes;
  readonly chain: Chain;
  readonly round: bigint;
  readonly time: bigint; // of the round
}

export interface Draw {
  readonly stream: string;
  readonly plan: string;
  readonly attempt: number;
  readonly announced: Decoded;
  readonly position: bigint;
  readonly leaf: Bytes;
  readonly department: string; // the plan's
  readonly beacon: DrawBeacon | undefined; // none was announced
  readonly margin: bigint; // of the rule, seconds
  phase: Phase;
  voided: boolean;
  voidedTime: bigint;
  voidedIn: Phase | undefined; // the phase at its void
  voidedAwaiting: boolean; // at its void somebody had committed and not revealed; of the draw of the file only
  ended: boolean; // goes no further: failed, or without a beacon voided before CommitmentsClosed
  output: Bytes | undefined; // of the beacon, once it is recorded
  readonly digits: { readonly source: string; readonly issue: string; readonly digits: string; readonly bits: number }[];
  // The rest is kept for the draw of the file only.
  readonly groups: SeatGroup[];
  readonly contributors: readonly Bytes[];
  readonly committed: Map<string, Bytes>; // by contributor
  readonly revealed: Map<string, Bytes>;
  closedAt: bigint; // size of the log that covers CommitmentsClosed
  contributions: readonly Bytes[];
  seed: Bytes | undefined;
  selection: Selection | undefined;
  expected: { readonly subject: string; readonly ticket: Bytes; readonly team: readonly string[] | undefined }[];
  executed: { readonly position: bigint; readonly time: bigint; readonly root: Bytes; readonly visits: bigint;
    readonly vacancies: bigint; readonly seedHash: Bytes } | undefined;
  readonly sealChecked: { readonly person: string; readonly agrees: boolean; readonly position: bigint }[]; // of a sealed draw
  readonly poolChecked: { readonly key: Bytes; readonly person: string; readonly agrees: boolean;
    readonly position: bigint }[]; // of a restricted pool, before the commitments were closed
  parts: number;
  readonly loads: Map<string, bigint>; // visits listed so far, by inspector
  readonly visits: { subject: string; ticket: Bytes; team: readonly string[] }[];
  tasks: Task[];
  readonly attested: Set<string>;
}

/** An inspector as imports since the pool left him; `status` is a number of the schema. */
export interface InspectorChange {
  readonly position: bigint;
  readonly unit: string;
  readonly qualifications: readonly string[];
  readonly active: boolean;
}

export interface Pool {
  readonly subjects: readonly SubjectRow[];
  readonly committed?: readonly CommittedRow[] | undefined; // of a restricted pool, in their place
  readonly inspectors: readonly InspectorRow[];
  readonly conflicts: readonly Bytes[];
}

export interface State {
  readonly origin: string;
  readonly subject: string; // the stream of the draw that the file is about
  readonly pool: Pool;
  readonly inspectorRows: ReadonlyMap<string, InspectorRow>; // of the pool, by id
  readonly committedIds: ReadonlySet<string>; // of a restricted pool
  readonly keys: Map<string, Key>;
  permissions: Map<string, Permission>;
  readonly logKeys: Bytes[]; // by which the log signs, in order; the last is in force
  readonly vrfKeys: Map<string, VrfKey>;
  vrfKey: string; // the newest
  readonly departments: Map<string, Department>;
  readonly items: Map<string, Item>;
  readonly rules: Map<string, Decoded>;
  readonly plans: Map<string, Decoded>;
  readonly conflicts: Map<string, Conflict>; // in order of declaration
  readonly beacons: Map<string, RegisteredChain>; // by the hash of the chain, in hex
  readonly draws: Map<string, Draw>;
  readonly inspectors: Map<string, InspectorChange[]>;
  readonly versions: Map<string, bigint>;
  readonly intents: Set<string>;
  readonly times: Map<bigint, bigint>; // recorded time by position, ascending
  readonly notes: { readonly zh: string; readonly en: string }[];
  late: { readonly position: bigint; readonly deadline: bigint } | undefined; // executed after its deadline
  disclosedLate: { readonly position: bigint; readonly deadline: bigint; readonly sealed: boolean } | undefined;
}

/** One entry and who signed it. */
export interface Event {
  readonly entry: Entry;
  readonly payload: Decoded;
  readonly authors: readonly Key[];
}

export function newState(origin: string, subject: string, pool: Pool): State {
  return {
    origin, subject, pool,
    inspectorRows: new Map(pool.inspectors.map((row) => [row.id, row])),
    committedIds: new Set((pool.committed ?? []).map((row) => row.id)),
    keys: new Map(), permissions: new Map(), logKeys: [], vrfKeys: new Map(), vrfKey: "",
    departments: new Map(), items: new Map(), rules: new Map(), plans: new Map(), conflicts: new Map(),
    beacons: new Map(), draws: new Map(), inspectors: new Map(), versions: new Map(), intents: new Set(), times: new Map(),
    notes: [], late: undefined, disclosedLate: undefined,
  };
}

/** By the recorded time, which proves nothing: the void left the margin before the beacon's round. */
export const isVoidedBeforeRound = (draw: Draw): boolean => draw.voided && draw.beacon !== undefined &&
  draw.voidedTime + draw.margin <= draw.beacon.time;

/** Whether another draw on the same items and scope has to wait for this one. */
export function isOpen(draw: Draw): boolean {
  if (draw.phase === "disclosed" || draw.ended) return false;
  return draw.phase === "executed" || !isVoidedBeforeRound(draw);
}

/** Whether `department` is `above` or below it; "" stands for the whole city. */
export function isWithin(state: State, department: string, above: string): boolean {
  if (above === "") return true;
  const seen = new Set<string>();
  for (let at = department; at !== "" && !seen.has(at); at = state.departments.get(at)?.superior ?? "") {
    if (at === above) return true;
    seen.add(at);
  }
  return false;
}

/** Of a stream, before the next entry: how many entries, or rows of a registry, the file has of it. */
export function versionOf(state: State, stream: string): bigint {
  if (stream.startsWith("subject/")) return 0n; // rows of subjects are not followed
  if (!stream.startsWith("inspector/")) return state.versions.get(stream) ?? 0n;
  const id = stream.slice("inspector/".length);
  const announced = state.draws.has(state.subject) && state.inspectorRows.has(id);
  return BigInt((state.inspectors.get(id)?.length ?? 0) + (announced ? 1 : 0));
}

/** Where an inspector belongs before the next entry, as far as the file tells. */
export function unitNow(state: State, id: string): string | undefined {
  const announced = state.draws.has(state.subject) ? state.inspectorRows.get(id) : undefined;
  return state.inspectors.get(id)?.at(-1)?.unit ?? announced?.unit;
}

/**
 * The recorded time of an entry, or at the latest: of one that the file does not hold that of the next which it does.
 * `now`: of the entry that asks.
 */
export function timeAt(state: State, position: bigint, now: bigint): bigint {
  for (const [at, time] of state.times) { // by ascending position
    if (at >= position) return time;
  }
  return now;
}

/** The inspector just before an entry. */
export function inspectorAt(
  state: State, id: string, position: bigint): Omit<InspectorChange, "position"> | undefined {
  const row = state.inspectorRows.get(id);
  if (row === undefined) return undefined;
  let now: Omit<InspectorChange, "position"> =
    { unit: row.unit, qualifications: row.qualifications, active: row.eligibility !== 1n };
  for (const change of state.inspectors.get(id) ?? []) {
    if (change.position < position) now = change;
  }
  return now;
}
