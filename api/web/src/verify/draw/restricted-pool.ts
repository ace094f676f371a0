// Rows, tickets and cut-offs of a pool whose strata are not public (docs/formats/draw.md, "Restricted pools").
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 as nobleSha256 } from "@noble/hashes/sha2.js";
import { type Bytes, compare, concat } from "../bytes.js";
import { sha256 } from "../hash.js";
import { RootBuilder, checkInclusion, leafHash } from "../merkle.js";
import { Refusal, refuse } from "../refusal.js";
import { commitmentTo, opens } from "../restricted.js";
import { type Item, tuple } from "../tuple.js";
import { type Share, drawnCounts } from "./allocation.js";
import { checkId, compareIds } from "./ids.js";
import type { SubjectRow } from "./pool.js";
import { stratumKey } from "./seed.js";

/** A row as everybody sees it. */
export interface CommittedRow {
  readonly id: string;
  readonly commitment: Bytes;
}

/** What a commitment hides, and its salt. */
export interface Opening {
  readonly salt: Bytes;
  readonly content: Bytes;
}

export interface RowContent {
  readonly stratum: bigint;
  readonly weight: bigint;
  readonly eligibility: bigint;
  readonly blind: Bytes;
}

const derived = (key: Bytes, ...items: readonly Item[]): Bytes => hmac(nobleSha256, key, tuple(...items));

export const keyCommitment = (key: Bytes): Bytes => commitmentTo(derived(key, "key"), key);
export const blindOf = (key: Bytes, id: string): Bytes => derived(key, "ticket", id);
export const encodeContent = (row: RowContent): Bytes => tuple(row.stratum, row.weight, row.eligibility, row.blind);
export const encodeCommitted = ({ id, commitment }: CommittedRow): Bytes => tuple(id, commitment);
export const blindTicket = (seed: Bytes, stratum: bigint, blind: Bytes): Bytes =>
  sha256(concat(stratumKey(seed, stratum), blind));

export function rowOpening(key: Bytes, row: SubjectRow): Opening {
  return { salt: derived(key, "salt", row.id), content: encodeContent({ ...row, blind: blindOf(key, row.id) }) };
}

export function ticketOpening(key: Bytes, id: string, ticket: Bytes): Opening {
  return { salt: derived(key, "drawn", id), content: ticket };
}

export function cutoffOpening(key: Bytes, stratum: bigint, cutoff: Bytes | undefined): Opening {
  return { salt: derived(key, "cutoff", stratum), content: cutoff ?? new Uint8Array(0) };
}

export const commitmentOf = ({ salt, content }: Opening): Bytes => commitmentTo(salt, content);

/** Refuses with `draw.id`, `draw.order`. */
export function committedRoot(rows: readonly CommittedRow[]): Bytes {
  const tree = new RootBuilder();
  let last = "";
  for (const row of rows) {
    checkId(row.id);
    if (compareIds(last, row.id) >= 0) {
      refuse("draw.order", `编号没有递增：${row.id}`, `rows do not ascend by id: ${row.id}`);
    }
    last = row.id;
    tree.add(encodeCommitted(row));
  }
  return tree.root();
}

/** That the row is under the root and opens as the content. Refuses with `draw.id`, `row.inclusion`, `row.opening`. */
export function checkCommittedRow(
  row: CommittedRow, index: bigint, path: readonly Bytes[], content: RowContent, salt: Bytes, size: bigint, root: Bytes): void {
  checkId(row.id);
  try {
    checkInclusion(index, size, leafHash(encodeCommitted(row)), path, root);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    refuse("row.inclusion", `${row.id} 这一行不在公告的名录根之下`, `the row of ${row.id} is not under the announced root`);
  }
  if (!opens(row.commitment, salt, encodeContent(content))) {
    refuse("row.opening", `${row.id} 这一行的内容与承诺不符`, `the row of ${row.id} is not what its commitment hides`);
  }
}

export interface BlindSelection {
  readonly drawn: { readonly id: string; readonly stratum: bigint; readonly ticket: Bytes }[]; // by stratum and ticket
  readonly cutoffs: (Bytes | undefined)[];
}

/** Who is drawn, for who has the key. */
export function selectBlind(
  seed: Bytes, shares: readonly Share[], total: bigint, key: Bytes, rows: readonly SubjectRow[]): BlindSelection {
  const strata = shares.map((_, s) => rows.filter((row) => row.stratum === BigInt(s) && row.eligibility === 0n)
    .map(({ id }) => ({ id, stratum: BigInt(s), ticket: blindTicket(seed, BigInt(s), blindOf(key, id)) }))
    .sort((a, b) => compare(a.ticket, b.ticket) || compareIds(a.id, b.id)));
  const counts = drawnCounts(shares, total, strata.map((each) => BigInt(each.length)));
  const drawn = strata.map((each, s) => each.slice(0, Number(counts[s]!)));
  return { drawn: drawn.flat(), cutoffs: drawn.map((each) => each.at(-1)?.ticket) };
}
