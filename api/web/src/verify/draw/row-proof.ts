// That one subject has a row in an announced pool, or has none (docs/formats/draw-row.md, "Which rows").
import type { Bytes } from "../bytes.js";
import { checkInclusion, leafHash } from "../merkle.js";
import { Refusal, refuse } from "../refusal.js";
import { checkId, compareIds } from "./ids.js";
import { type SubjectRow, checkWeight, encodeSubject } from "./pool.js";

export interface ProvenRow {
  readonly index: bigint; // its place in the pool, from 0
  readonly row: SubjectRow;
  readonly path: readonly Bytes[]; // from the leaf's sibling upward
}

function checkOne({ index, row, path }: ProvenRow, size: bigint, root: Bytes, weighted: boolean): void {
  checkId(row.id);
  checkWeight(row, weighted);
  try {
    checkInclusion(index, size, leafHash(encodeSubject(row)), path, root);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    refuse("row.inclusion", `${row.id} 这一行不在公告的名录根之下`, `the row of ${row.id} is not under the announced root`);
  }
}

function leaveNoPlace(id: string, rows: readonly ProvenRow[], size: bigint): boolean {
  const below = (row: ProvenRow): boolean => compareIds(row.row.id, id) < 0;
  const above = (row: ProvenRow): boolean => compareIds(row.row.id, id) > 0;
  const [first, next] = rows;
  if (first === undefined) return size === 0n;
  if (next !== undefined) return rows.length === 2 && next.index === first.index + 1n && below(first) && above(next);
  return (first.index === 0n && above(first)) || (first.index === size - 1n && below(first));
}

/**
 * The row, or undefined if the rows given leave no place for one in a pool that ascends by id. Refuses with `draw.id`,
 * `draw.weights`, `row.inclusion`, `row.neighbours`.
 */
export function checkRow(
  id: string, rows: readonly ProvenRow[], size: bigint, root: Bytes, weighted = false): SubjectRow | undefined {
  checkId(id);
  for (const row of rows) checkOne(row, size, root, weighted);
  if (rows.length === 1 && rows[0]!.row.id === id) return rows[0]!.row;
  if (!leaveNoPlace(id, rows, size)) {
    refuse("row.neighbours", `给出的行既不是 ${id}，也不是其前后相邻的行`,
      `the rows given are neither that of ${id} nor those on both sides of it`);
  }
  return undefined;
}
