// The rows over which a draw is made, and their roots (docs/formats/draw.md section 3).
import { type Bytes, compare, utf8 } from "../bytes.js";
import { RootBuilder, rootOf } from "../merkle.js";
import { refuse } from "../refusal.js";
import { tuple } from "../tuple.js";
import { checkId, compareIds } from "./ids.js";

export interface SubjectRow {
  readonly id: string;
  readonly stratum: bigint;
  readonly weight: bigint;
  readonly eligibility: bigint; // 0: may be drawn; otherwise the reason why not
}

export interface InspectorRow {
  readonly id: string;
  readonly unit: string;
  readonly qualifications: readonly string[]; // ascending bytewise, each once
  readonly capacity: bigint; // visits in this draw, at most
  readonly eligibility: bigint;
}

export interface Pool {
  readonly root: Bytes;
  readonly rows: bigint;
  readonly eligible: bigint;
}

export function encodeSubject(row: SubjectRow): Bytes {
  // tuple(id, stratum, weight, eligibility), written out: there may be a hundred thousand of them.
  const length = row.id.length;
  const out = new Uint8Array(length + 40);
  const view = new DataView(out.buffer);
  out[3] = length;
  for (let i = 0; i < length; i++) out[4 + i] = row.id.charCodeAt(i);
  let at = 4 + length;
  for (const value of [row.stratum, row.weight, row.eligibility]) {
    out[at + 3] = 8;
    view.setBigUint64(at + 4, value);
    at += 12;
  }
  return out;
}

export function encodeInspector(row: InspectorRow): Bytes {
  return tuple(row.id, row.unit, row.qualifications, row.capacity, row.eligibility);
}

function checkOrder(last: string, next: string): void {
  if (compareIds(last, next) >= 0) {
    refuse("draw.order", `编号没有递增：${next}`, `rows do not ascend by id: ${next}`);
  }
}

/** Refuses with `draw.weights`. */
export function checkWeight({ id, weight }: SubjectRow, weighted: boolean): void {
  if (weighted ? weight === 0n : weight !== 1n) {
    refuse("draw.weights", weighted ? `权重为 0：${id}` : `权重不为 1：${id}`,
      weighted ? `a weight of 0: ${id}` : `a weight other than 1: ${id}`);
  }
}

/** Refuses with `draw.id`, `draw.order`, `draw.weights`. */
export function subjectPool(rows: readonly SubjectRow[], weighted = false): Pool {
  const tree = new RootBuilder();
  let last = "";
  let eligible = 0n;
  for (const row of rows) {
    checkId(row.id);
    checkOrder(last, row.id);
    checkWeight(row, weighted);
    last = row.id;
    if (row.eligibility === 0n) eligible++;
    tree.add(encodeSubject(row));
  }
  return { root: tree.root(), rows: BigInt(rows.length), eligible };
}

/** Refuses with `draw.id`, `draw.order`, `draw.unit`, `draw.qualifications`. */
export function inspectorPool(rows: readonly InspectorRow[]): Pool {
  const tree = new RootBuilder();
  let last = "";
  let eligible = 0n;
  for (const row of rows) {
    checkId(row.id);
    checkOrder(last, row.id);
    if (row.unit === "") refuse("draw.unit", `没有单位：${row.id}`, `no unit: ${row.id}`);
    const encoded = row.qualifications.map(utf8);
    const ascend = encoded.every((each, i) => each.length > 0 && (i === 0 || compare(encoded[i - 1]!, each) < 0));
    if (!ascend) {
      refuse("draw.qualifications", `资格为空、重复或次序有误：${row.id}`,
        `qualifications are empty, repeated or out of order: ${row.id}`);
    }
    last = row.id;
    if (row.eligibility === 0n) eligible++;
    tree.add(encodeInspector(row));
  }
  return { root: tree.root(), rows: BigInt(rows.length), eligible };
}

/** Of the commitments, 32 bytes each, in the order of their positions in the log. */
export function conflictPool(commitments: readonly Bytes[]): Pool {
  const rows = BigInt(commitments.length);
  return { root: rootOf(commitments), rows, eligible: rows };
}
