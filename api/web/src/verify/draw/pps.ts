// Drawing by weight: systematic sampling (docs/formats/draw.md section 6.1).
import { type Bytes, maxU64 } from "../bytes.js";
import { refuse } from "../refusal.js";
import { type Share, drawnCounts } from "./allocation.js";
import type { SubjectRow } from "./pool.js";
import { type DrawnSubject, type Selection, type StratumOutcome, eligibleByStratum, inTicketOrder } from "./selection.js";
import { ppsStart } from "./seed.js";

export interface PpsChoice {
  readonly id: string;
  readonly ticket: Bytes;
  readonly certain: boolean; // its weight alone entitles it to a place
}

export interface WeightedStratum {
  readonly chosen: readonly PpsChoice[]; // in order of their tickets
  readonly restDrawn: bigint; // k and W of the rows that were left when none had w·k > W any more
  readonly restWeight: bigint;
  readonly start: bigint; // u
}

/**
 * The k drawn of the eligible rows of one stratum. Refuses with `draw.weights` if a weight is 0 or they sum to 2^64
 * or more, `draw.strata` if k is more than there are.
 */
export function selectByWeight(
  seed: Bytes, stratum: bigint, rows: readonly SubjectRow[], k: bigint): WeightedStratum {
  if (k > BigInt(rows.length)) refuse("draw.strata", "抽取数超过可抽数", "more are to be drawn than there are");
  let weight = rows.reduce((sum, row) => sum + row.weight, 0n);
  if (weight > maxU64 || rows.some((row) => row.weight < 1n)) {
    refuse("draw.weights", "权重为 0 或总和过大", "a weight is 0, or their sum is too large");
  }
  let left = k;
  if (k === 0n) return { chosen: [], restDrawn: 0n, restWeight: weight, start: 0n };
  const taken = new Set<SubjectRow>();
  for (let more = true; more;) {
    const found = rows.filter((row) => !taken.has(row) && row.weight * left > weight);
    more = found.length > 0;
    for (const row of found) {
      taken.add(row);
      weight -= row.weight;
      left--;
    }
  }
  let start = 0n;
  for (const byte of ppsStart(seed, stratum)) start = (start << 8n) | BigInt(byte);
  start %= weight; // of the rest there is always one
  const chosen: PpsChoice[] = [];
  let sum = 0n;
  let next = start; // u + j·W of the next j
  for (const { row, ticket } of inTicketOrder(seed, stratum, rows)) {
    if (taken.has(row)) {
      chosen.push({ id: row.id, ticket, certain: true });
      continue;
    }
    sum += row.weight;
    if (next < left * sum) {
      chosen.push({ id: row.id, ticket, certain: row.weight * left === weight });
      next += weight;
    }
  }
  return { chosen, restDrawn: left, restWeight: weight, start };
}

/** Whether an eligible row of this weight was sure to be drawn, with k and W of the rest. */
export const isCertain = (weight: bigint, restDrawn: bigint, restWeight: bigint): boolean =>
  restDrawn > 0n && weight * restDrawn >= restWeight;

/** As `select`, by weight. `rows` is the pool. Refuses with `draw.weights` too. */
export function selectWeighted(
  seed: Bytes, shares: readonly Share[], total: bigint, rows: readonly SubjectRow[]): Selection {
  const groups = eligibleByStratum(rows, shares.length);
  const counts = drawnCounts(shares, total, groups.map((group) => BigInt(group.length)));
  const drawn: DrawnSubject[] = [];
  const strata = groups.map((group, stratum): StratumOutcome => {
    const { chosen, restDrawn, restWeight } = selectByWeight(seed, BigInt(stratum), group, counts[stratum]!);
    for (const each of chosen) drawn.push({ ...each, stratum });
    return { eligible: BigInt(group.length), drawn: counts[stratum]!, cutoff: undefined, restDrawn, restWeight };
  });
  return { strata, drawn };
}
