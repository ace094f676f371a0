// Fields of decoded payloads, by type. A field that the schema does not have is a bug.
import { type Bytes, toHex } from "../bytes.js";
import type { Decoded } from "../flatbuffer.js";
import { items } from "../intent.js";

function field(row: Decoded, name: string): Decoded[string] {
  if (!(name in row)) throw new Error(`no field ${name}`);
  return row[name];
}

export const text = (row: Decoded, name: string): string => (field(row, name) as string | undefined) ?? "";
export const texts = (row: Decoded, name: string): readonly string[] => field(row, name) as readonly string[];
export const number = (row: Decoded, name: string): number => field(row, name) as number;
export const big = (row: Decoded, name: string): bigint => field(row, name) as bigint;
export const flag = (row: Decoded, name: string): boolean => field(row, name) as boolean;
export const bytes = (row: Decoded, name: string): Bytes =>
  (field(row, name) as Bytes | undefined) ?? new Uint8Array(0);
export const hex = (row: Decoded, name: string): string => toHex(bytes(row, name));
export const rows = (row: Decoded, name: string): readonly Decoded[] => field(row, name) as readonly Decoded[];
export const hashes = (row: Decoded, name: string): Bytes[] => items(bytes(row, name), 32);
