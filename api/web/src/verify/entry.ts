// What the log stores (docs/formats/entry.md).
import type { Bytes } from "./bytes.js";
import { type Intent, decodeBuffer, decodeIntent, items } from "./intent.js";
import { leafHash } from "./merkle.js";
import { refuse } from "./refusal.js";
import { entryTable } from "./schema.js";

export const maxEntryBytes = 65_535;

export interface Entry {
  readonly position: bigint;
  readonly time: bigint; // Unix seconds
  readonly previous: Bytes; // leaf hash of the entry before
  readonly leaf: Bytes; // its own
  readonly intent: Intent;
  readonly signatures: readonly Bytes[];
}

/** Refuses with `entry.oversized`, `entry.malformed`, `intent.oversized`, `intent.malformed`. */
export function decodeEntry(bytes: Bytes): Entry {
  if (bytes.length > maxEntryBytes) {
    refuse("entry.oversized", "条目超过 65,535 字节", "the entry is larger than 65,535 bytes");
  }
  const { row, unknown } = decodeBuffer(bytes, "LHE1", entryTable, "entry.malformed");
  if (unknown !== undefined) {
    refuse("entry.malformed", `条目含有未知字段（${unknown}）`, `the entry has a field of no schema: ${unknown}`);
  }
  return {
    position: row["position"] as bigint,
    time: row["time"] as bigint,
    previous: row["previous"] as Bytes,
    leaf: leafHash(bytes),
    intent: decodeIntent(row["intent"] as Bytes),
    signatures: items(row["signatures"] as Bytes, 64),
  };
}
