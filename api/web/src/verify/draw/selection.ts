// Who is drawn (docs/formats/draw.md section 6).
import { type Bytes, compare } from "../bytes.js";
import { KeyedHash } from "../hash.js";
import { refuse } from "../refusal.js";
import { type Share, drawnCounts } from "./allocation.js";
import { compareIds, preparedId } from "./ids.js";
import type { SubjectRow } from "./pool.js";
import { stratumKey } from "./seed.js";

export interface StratumOutcome {
  readonly eligible: bigint;
  readonly drawn: bigint;
  readonly cutoff: Bytes | undefined; // the largest drawn ticket; none by weight
  readonly restDrawn: bigint; // k and W of those left by weight when none is certain any more; else 0
  readonly restWeight: bigint;
}

export interface DrawnSubject {
  readonly id: string;
  readonly stratum: number;
  readonly ticket: Bytes;
  readonly certain: boolean; // by its weight alone
}

export interface Selection {
  readonly strata: readonly StratumOutcome[];
  readonly drawn: readonly DrawnSubject[]; // by stratum, the smallest ticket first
}

export function ticketOf(seed: Bytes, stratum: bigint, id: string): Bytes {
  return new KeyedHash(stratumKey(seed, stratum)).of(preparedId(id));
}

/** The eligible rows of one stratum in order of their tickets, equal ones by id. */
export function inTicketOrder(
  seed: Bytes, stratum: bigint, rows: readonly SubjectRow[]): { row: SubjectRow; ticket: Bytes }[] {
  const hash = new KeyedHash(stratumKey(seed, stratum));
  const tickets = new Uint8Array(32 * rows.length);
  const heads = new Float64Array(rows.length);
  const view = new DataView(tickets.buffer);
  const order = new Uint32Array(rows.length);
  rows.forEach((row, i) => {
    hash.into(preparedId(row.id), tickets, 32 * i);
    heads[i] = view.getUint32(32 * i) * 0x100000 + (view.getUint32(32 * i + 4) >>> 12);
    order[i] = i;
  });
  const ticket = (i: number): Bytes => tickets.subarray(32 * i, 32 * i + 32);
  order.sort((a, b) =>
    heads[a]! - heads[b]! || compare(ticket(a), ticket(b)) || compareIds(rows[a]!.id, rows[b]!.id));
  return Array.from(order, (i) => ({ row: rows[i]!, ticket: ticket(i) }));
}

/** The eligible rows by stratum. Refuses with `draw.stratum`. */
export function eligibleByStratum(rows: readonly SubjectRow[], strata: number): SubjectRow[][] {
  const groups: SubjectRow[][] = Array.from({ length: strata }, () => []);
  for (const row of rows) {
    if (row.stratum >= BigInt(strata)) {
      refuse("draw.stratum", `${row.id} 不属于公告的任何分层`, `${row.id} is in no announced stratum`);
    }
    if (row.eligibility === 0n) groups[Number(row.stratum)]!.push(row);
  }
  return groups;
}

/** `rows` is the pool. Refuses with `draw.stratum` and as drawnCounts. */
export function select(
  seed: Bytes, shares: readonly Share[], total: bigint, rows: readonly SubjectRow[]): Selection {
  const groups = eligibleByStratum(rows, shares.length);
  const counts = drawnCounts(shares, total, groups.map((group) => BigInt(group.length)));
  const drawn: DrawnSubject[] = [];
  const strata = groups.map((group, stratum): StratumOutcome => {
    const k = Number(counts[stratum]!);
    const chosen = k === 0 ? [] : inTicketOrder(seed, BigInt(stratum), group).slice(0, k);
    for (const { row, ticket } of chosen) drawn.push({ id: row.id, stratum, ticket, certain: false });
    return { eligible: BigInt(group.length), drawn: BigInt(k), cutoff: chosen.at(-1)?.ticket,
      restDrawn: 0n, restWeight: 0n };
  });
  return { strata, drawn };
}
