// Systematic sampling with integer weights: chances in proportion to weight, in order of tickets.
import { type Bytes, maxU64 } from "../bytes.js";
import { refuse } from "../refusal.js";
import type { SubjectRow } from "./pool.js";
import { inTicketOrder } from "./selection.js";
import { ppsStart } from "./seed.js";

export interface PpsChoice {
  readonly id: string;
  readonly ticket: Bytes;
  readonly certain: boolean; // its weight alone entitles it to a place
}

/**
 * The k of the eligible rows of one stratum, in order of their tickets. A row is certain while w·k > W, which
 * is repeated on the rest with what is left of k and W; over the rest row i is drawn if some j < k has
 * k·C(i−1) ≤ u + j·W < k·C(i), C being the sums of weights in ticket order. Refuses with `draw.weights` if a
 * weight is 0 or they sum to 2^64 or more, `draw.strata` if k is more than there are.
 */
export function selectByWeight(
  seed: Bytes, stratum: bigint, rows: readonly SubjectRow[], k: bigint): PpsChoice[] {
  if (k > BigInt(rows.length)) refuse("draw.strata", "抽取数超过可抽数", "more are to be drawn than there are");
  let weight = rows.reduce((sum, row) => sum + row.weight, 0n);
  if (weight > maxU64 || rows.some((row) => row.weight < 1n)) {
    refuse("draw.weights", "权重为 0 或总和过大", "a weight is 0, or their sum is too large");
  }
  let left = k;
  const certain = new Set<SubjectRow>();
  for (let more = true; more && left > 0n;) {
    const found = rows.filter((row) => !certain.has(row) && row.weight * left > weight);
    more = found.length > 0;
    for (const row of found) {
      certain.add(row);
      weight -= row.weight;
      left--;
    }
  }
  let start = 0n;
  if (left > 0n) {
    for (const byte of ppsStart(seed, stratum)) start = (start << 8n) | BigInt(byte);
    start %= weight;
  }
  const chosen: PpsChoice[] = [];
  let sum = 0n;
  let next = start; // u + j·W of the next j
  for (const { row, ticket } of inTicketOrder(seed, stratum, rows)) {
    if (certain.has(row)) {
      chosen.push({ id: row.id, ticket, certain: true });
      continue;
    }
    if (left === 0n) continue;
    sum += row.weight;
    if (next < left * sum) {
      chosen.push({ id: row.id, ticket, certain: false });
      next += weight;
    }
  }
  return chosen;
}
