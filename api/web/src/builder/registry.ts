// What a whole log says, folded as far as pools are made of it (docs/formats/draw.md sections 2 and 3). It judges
// nothing: what is made of it is verified as any other proof file is.
import { type Bytes, compare, toHex, utf8 } from "../verify/bytes.js";
import type { InspectorRow, SubjectRow } from "../verify/draw/pool.js";
import { compareIds } from "../verify/draw/ids.js";
import { groupOfInspector } from "../verify/draw/team.js";
import { dateText, dayOf } from "../verify/draw/visit-day.js";
import type { Entry } from "../verify/entry.js";
import type { Decoded } from "../verify/flatbuffer.js";
import { refuse } from "../verify/refusal.js";
import { big, bytes, flag, hex, number, rows, text, texts } from "../verify/replay/fields.js";
import { inspectorStatuses, scopeFields, subjectKinds, subjectStatuses } from "../verify/schema.js";

interface SubjectVersion {
  readonly position: bigint;
  readonly kind: string;
  readonly division: string;
  readonly industry: string;
  readonly status: string;
}

interface InspectorVersion {
  readonly position: bigint;
  readonly unit: string;
  readonly qualifications: readonly string[];
  readonly active: boolean;
}

interface FoldedConflict {
  readonly commitment: Bytes;
  approvedAt: bigint | undefined;
  endedAt: bigint | undefined;
}

export interface FoldedDraw {
  readonly stream: string;
  readonly announced: Decoded;
  readonly position: bigint;
  readonly rule: Decoded; // as it was then
  executedAt: bigint | undefined;
  known: { readonly position: bigint; readonly time: bigint } | undefined; // who is drawn
  disclosed: { readonly position: bigint; readonly time: bigint } | undefined; // the last part
  voidedAt: bigint | undefined;
  readonly subjects: string[]; // listed
  readonly seats: string[][]; // by visit
  readonly results: Map<number, { readonly position: bigint; readonly visitedAt: bigint }>;
  readonly recused: Set<string>; // inspectors
}

export interface RowsOfPool {
  readonly subjects: readonly SubjectRow[];
  readonly inspectors: readonly InspectorRow[];
  readonly conflicts: readonly Bytes[];
}

const versionAt = <T extends { readonly position: bigint }>(versions: readonly T[], position: bigint): T | undefined =>
  versions.filter((version) => version.position <= position).at(-1);

/** All conditions hold. */
function meets(conditions: readonly Decoded[], { kind, division, industry }: SubjectVersion): boolean {
  return conditions.every((condition) => texts(condition, "values").some((value) => {
    switch (scopeFields[number(condition, "field")]) {
      case "kind": return kind === value;
      case "division": return division.startsWith(value);
      case "section": return industry.slice(0, 1) === value;
      case "industry": return industry === value;
      default: return true;
    }
  }));
}

const sortedBytewise = (words: readonly string[]): string[] =>
  [...new Set(words)].sort((a, b) => compare(utf8(a), utf8(b)));

export class Registry {
  readonly keys = new Map<string, string>(); // the inspector's number of each key, by the key in hex
  readonly conflicts = new Map<string, FoldedConflict>(); // by the commitment in hex, as declared
  readonly draws = new Map<string, FoldedDraw>();
  readonly inspectors = new Map<string, InspectorVersion[]>();
  private readonly subjects = new Map<string, SubjectVersion[]>();
  private readonly rules = new Map<string, Decoded>();
  private readonly plans = new Map<string, Decoded>();
  private readonly times: bigint[] = [];

  add(entry: Entry): void {
    const { position, time, intent: { kind, payload: p } } = entry;
    this.times.push(time);
    const draw = "draw" in p ? this.draws.get(text(p, "draw")) : undefined;
    switch (kind) {
      case "Genesis": return rows(p, "keys").forEach((grant) => this.grant(grant));
      case "KeyGranted": return this.grant(p["grant"] as Decoded);
      case "RuleSet": return void this.rules.set(text(p, "id"), p);
      case "PlanPublished": return void this.plans.set(text(p, "id"), p);
      case "SubjectsImported": return this.importSubjects(position, p);
      case "InspectorsImported": return this.importInspectors(position, p);
      case "ConflictDeclared":
        return void this.conflicts.set(hex(p, "commitment"),
          { commitment: bytes(p, "commitment"), approvedAt: undefined, endedAt: undefined });
      case "ConflictDecided": {
        const conflict = this.conflicts.get(hex(p, "commitment"));
        if (conflict !== undefined && flag(p, "approved")) conflict.approvedAt = position;
        return;
      }
      case "ConflictEnded": {
        const conflict = this.conflicts.get(hex(p, "commitment"));
        if (conflict !== undefined) conflict.endedAt = position;
        return;
      }
      case "DrawAnnounced": return this.announce(entry, p);
      default: if (draw !== undefined) follow(draw, entry, p);
    }
  }

  private grant(grant: Decoded): void {
    this.keys.set(hex(grant, "key"), text(grant, "inspector"));
  }

  private importSubjects(position: bigint, p: Decoded): void {
    for (const row of rows(p, "rows")) {
      const id = text(row, "id");
      if (!this.subjects.has(id)) this.subjects.set(id, []);
      this.subjects.get(id)!.push({ position, kind: subjectKinds[number(row, "kind")]!, division: text(row, "division"),
        industry: text(row, "industry"), status: subjectStatuses[number(row, "status")]! });
    }
  }

  private importInspectors(position: bigint, p: Decoded): void {
    for (const row of rows(p, "rows")) {
      const id = text(row, "id");
      if (!this.inspectors.has(id)) this.inspectors.set(id, []);
      this.inspectors.get(id)!.push({ position, unit: text(row, "unit"),
        qualifications: sortedBytewise(texts(row, "qualifications")),
        active: inspectorStatuses[number(row, "status")] === "active" });
    }
  }

  private announce({ position, intent }: Entry, p: Decoded): void {
    const plan = this.plans.get(text(p, "plan"));
    const rule = plan && this.rules.get(text(plan, "rule"));
    if (rule === undefined) return;
    this.draws.set(intent.stream, { stream: intent.stream, announced: p, position, rule, executedAt: undefined,
      known: undefined, disclosed: undefined, voidedAt: undefined, subjects: [], seats: [], results: new Map(),
      recused: new Set() });
  }

  /** Refuses with `draw.position`, `draw.strata`, `draw.strata_gap`, `draw.strata_overlap`, `proof.behind`. */
  poolOf(draw: FoldedDraw): RowsOfPool {
    const at = big(draw.announced, "pool_position");
    const conflicts = [...this.conflicts.values()]
      .filter(({ approvedAt, endedAt }) =>
        approvedAt !== undefined && approvedAt <= at && (endedAt === undefined || endedAt > at))
      .map(({ commitment }) => commitment);
    return { subjects: this.subjectRows(draw, at), inspectors: this.inspectorRows(draw, at), conflicts };
  }

  private subjectRows({ announced, rule }: FoldedDraw, at: bigint): SubjectRow[] {
    const scope = rows(announced, "scope");
    const strata = rows(announced, "strata").map((row) => rows(rows(rule, "strata")[number(row, "rule_stratum")] ??
      refuse("draw.strata", "细则没有公告所说的分层", "the rule has no such stratum as was announced"), "conditions"));
    const weights = rows(rule, "weights").map((row) => ({ conditions: rows(row, "conditions"), weight: big(row, "weight") }));
    const reasonOf = this.reasons(rule, at);
    const out: SubjectRow[] = [];
    for (const id of [...this.subjects.keys()].sort(compareIds)) {
      const version = versionAt(this.subjects.get(id)!, at);
      if (version === undefined || !meets(scope, version)) continue;
      const fitting = strata.flatMap((conditions, i) => (meets(conditions, version) ? [i] : []));
      if (fitting.length === 0) refuse("draw.strata_gap", `${id} 不属于任何分层`, `${id} is in no stratum`);
      if (fitting.length > 1) refuse("draw.strata_overlap", `${id} 同属几个分层`, `${id} is in several strata`);
      const weight = flag(announced, "weighted")
        ? weights.find(({ conditions }) => meets(conditions, version))?.weight ?? 1n : 1n;
      out.push({ id, stratum: BigInt(fitting[0]!), weight, eligibility: reasonOf(id, version) });
    }
    return out;
  }

  /** What keeps a subject out, by its code; 0 if nothing does. */
  private reasons(rule: Decoded, at: bigint): (id: string, version: SubjectVersion) => bigint {
    const now = this.times[Number(at)] ?? refuse("draw.position", "名录取自的条目不在账本中", "the pool is of no entry of the log");
    const [cap, rest] = [number(rule, "yearly_cap"), BigInt(number(rule, "rest_days")) * 86_400n];
    const open = new Set<string>();
    const lately = new Set<string>();
    const drawn = new Map<string, number>(); // in the year
    const yearOf = (time: bigint): string => dateText(dayOf(time)).slice(0, 4);
    for (const draw of this.draws.values()) {
      const voided = draw.voidedAt !== undefined && draw.voidedAt <= at;
      const listed = draw.disclosed !== undefined && draw.disclosed.position <= at;
      if (cap > 0) {
        const known = bytes(draw.announced, "pool_key_hash").length > 0 ? draw.disclosed : draw.known;
        const neverCounted = known === undefined || (draw.voidedAt !== undefined && draw.voidedAt < known.position);
        if (!neverCounted && !voided && known.position <= at && yearOf(known.time) === yearOf(now)) {
          if (draw.disclosed === undefined) {
            refuse("proof.behind", `检查点尚未覆盖 ${draw.stream} 列示完毕，本年度次数无从计算`,
              `the checkpoint does not cover the whole list of ${draw.stream} yet, by which visits of the year are counted`);
          }
          for (const id of draw.subjects) drawn.set(id, (drawn.get(id) ?? 0) + 1);
        }
      }
      draw.subjects.forEach((id, visit) => {
        const result = draw.results.get(visit);
        const has = result !== undefined && result.position <= at;
        if (listed && !voided && !has) open.add(id);
        if (rest > 0n && has && now - result.visitedAt < rest) lately.add(id);
      });
    }
    return (id, { status }) =>
      status === "suspended" && flag(rule, "suspended_apart") ? 5n
        : status !== "active" ? 1n
          : cap > 0 && (drawn.get(id) ?? 0) >= cap ? 2n
            : open.has(id) ? 3n
              : lately.has(id) ? 4n : 0n;
  }

  private inspectorRows({ announced }: FoldedDraw, at: bigint): InspectorRow[] {
    const groups = rows(announced, "groups").map((row) => ({ qualification: text(row, "qualification"),
      units: texts(row, "units"), seats: number(row, "seats"), unitLimit: number(row, "unit_limit") }));
    const capacities = new Map(rows(announced, "capacities").map((row) => [text(row, "unit"), number(row, "capacity")]));
    const out: InspectorRow[] = [];
    for (const id of [...this.inspectors.keys()].sort(compareIds)) {
      const version = versionAt(this.inspectors.get(id)!, at);
      if (version === undefined) continue;
      const { unit, qualifications } = version;
      const capacity = BigInt(capacities.get(unit) ?? number(announced, "default_capacity"));
      const fits = groupOfInspector(groups, { unit, qualifications }) !== undefined;
      out.push({ id, unit, qualifications, capacity, eligibility: !version.active ? 1n : fits ? 0n : 2n });
    }
    return out;
  }
}

/** An event of a draw or of its tasks. */
function follow(draw: FoldedDraw, { position, time, intent: { kind } }: Entry, p: Decoded): void {
  const here = { position, time };
  const visit = "visit" in p ? Number(big(p, "visit")) : 0;
  const seats = draw.seats[visit];
  switch (kind) {
    case "DrawExecuted":
      draw.executedAt = position;
      if (!flag(draw.announced, "sealed")) draw.known = here;
      break;
    case "DrawDisclosed":
      draw.known ??= here;
      for (const row of rows(p, "visits")) {
        draw.subjects.push(text(row, "subject"));
        draw.seats.push([...texts(row, "team")]);
      }
      if (flag(p, "last")) draw.disclosed = here;
      break;
    case "DrawVoided":
      draw.voidedAt = position;
      break;
    case "RecusalFiled":
      draw.recused.add(seats?.[number(p, "seat")] ?? "");
      break;
    case "RecusalDecided":
      if (seats !== undefined && flag(p, "approved")) seats[number(p, "seat")] = "";
      break;
    case "SubstituteDrawn":
      if (seats !== undefined) seats[number(p, "seat")] = text(p, "inspector");
      break;
    case "TeamNamed":
      draw.seats[visit] = [...texts(p, "inspectors")];
      break;
    case "ResultRecorded":
      draw.results.set(visit, { position, visitedAt: big(p, "visited_at") });
      break;
    default:
  }
}

/** The name of a key's stream. */
export const keyStream = (key: Bytes): string => `key/${toHex(key)}`;
