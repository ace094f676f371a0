// Reads FlatBuffers whose schema is a value (schema.ts), with every access inside the buffer. The npm package
// has no buffer verifier, and what is read here was signed by people who may be hostile.
import { type Bytes, fromUtf8 } from "./bytes.js";

/** How a field is read. Tables are decoded into objects, lists into arrays, u64 into bigint. */
export type Kind =
  | { readonly of: "u8" | "u32" | "u64" | "bool"; readonly otherwise?: number | null; readonly below?: number }
  | { readonly of: "bytes"; readonly required?: boolean; readonly below?: number } // below: of each byte
  | { readonly of: "string" | "strings"; readonly required?: boolean }
  | { readonly of: "table" | "tables"; readonly table: Table; readonly required?: boolean }
  | { readonly of: "union"; readonly members: readonly Member[]; readonly required?: boolean };

export interface Field {
  readonly name: string;
  readonly kind: Kind;
}
export interface Member {
  readonly name: string;
  readonly table: Table;
}
export interface Table {
  readonly name: string;
  readonly fields: readonly Field[];
}

export type Decoded = { readonly [field: string]: Value };
export type Value =
  | number | bigint | boolean | string | Bytes | undefined
  | readonly string[] | Decoded | readonly Decoded[] | Union;
export interface Union {
  readonly tag: number;
  readonly kind: string;
  readonly value: Decoded;
}

export const maxDepth = 16;
export const maxTables = 16_000;

/** The buffer breaks the rules of FlatBuffers. */
export class Malformed extends Error {}
/** It holds a field, a value or a member of a union that the schema does not have. */
export class Unknown extends Error {}

export class Reader {
  private readonly view: DataView;
  private tables = 0;
  private depth = 0;
  /** Bytes of all texts and lists as they were read one by one. */
  read = 0;
  unknown: string | undefined;

  constructor(
    private readonly bytes: Bytes,
    private readonly onText: (table: string, field: string, text: string) => void,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  private need(at: number, size: number, align: number): number {
    if (at < 0 || at + size > this.bytes.length || at % align !== 0) throw new Malformed("out of bounds");
    return at;
  }
  private u16(at: number): number {
    return this.view.getUint16(this.need(at, 2, 2), true);
  }
  private u32(at: number): number {
    return this.view.getUint32(this.need(at, 4, 4), true);
  }
  private follow(at: number): number {
    const offset = this.u32(at);
    if (offset === 0 || offset >= 0x80000000) throw new Malformed("bad offset");
    return this.need(at + offset, 1, 1);
  }

  root(identifier: string, table: Table): Decoded {
    this.need(0, 8, 1);
    for (let i = 0; i < 4; i++) {
      if (this.bytes[4 + i] !== identifier.charCodeAt(i)) throw new Malformed("wrong file identifier");
    }
    return this.table(this.follow(0), table);
  }

  private table(at: number, table: Table): Decoded {
    if (++this.depth > maxDepth || ++this.tables > maxTables) throw new Malformed("too deep, or too many tables");
    this.need(at, 4, 4);
    const vtable = this.need(at - this.view.getInt32(at, true), 4, 2);
    const size = this.u16(vtable);
    if (size % 2 !== 0 || size < 4) throw new Malformed("bad vtable");
    this.need(vtable, size, 2);
    const slots = (size - 4) / 2;
    const place = (slot: number): number => {
      const offset = slot < slots ? this.u16(vtable + 4 + 2 * slot) : 0;
      return offset === 0 ? 0 : at + offset;
    };
    const out: { [field: string]: Value } = {};
    let slot = 0;
    for (const field of table.fields) {
      if (field.kind.of === "union") {
        out[field.name] = this.union(place(slot), place(slot + 1), table, field);
        slot += 2;
      } else {
        out[field.name] = this.field(place(slot), table, field);
        slot++;
      }
    }
    for (; slot < slots; slot++) if (place(slot) !== 0) this.unknown ??= `${table.name}: field ${slot}`;
    this.depth--;
    return out;
  }

  private field(at: number, table: Table, field: Field): Value {
    const kind = field.kind;
    const text = (value: string): string => {
      this.onText(table.name, field.name, value);
      return value;
    };
    switch (kind.of) {
      case "u8":
      case "bool": {
        const value = at === 0 ? kind.otherwise ?? 0 : this.bytes[this.need(at, 1, 1)]!;
        if (kind.of === "bool") {
          if (value > 1) throw new Malformed(`${table.name}.${field.name}: not a boolean`);
          return value === 1;
        }
        if (kind.below !== undefined && value >= kind.below) {
          this.unknown ??= `${table.name}.${field.name}: value ${value}`;
        }
        return value;
      }
      case "u32":
        return at === 0 ? kind.otherwise ?? 0 : this.u32(at);
      case "u64":
        if (at !== 0) return this.view.getBigUint64(this.need(at, 8, 8), true);
        return kind.otherwise === null ? undefined : BigInt(kind.otherwise ?? 0);
      default:
        break;
    }
    if (at === 0) {
      if (kind.required === true) throw new Malformed(`${table.name}.${field.name} is absent`);
      return kind.of === "strings" || kind.of === "tables" ? [] : undefined;
    }
    const target = this.follow(at);
    switch (kind.of) {
      case "bytes": {
        const { bytes } = this.vector(target, 1);
        const later = bytes.find((value) => value >= (kind.below ?? 256));
        if (later !== undefined) this.unknown ??= `${table.name}.${field.name}: value ${later}`;
        return bytes;
      }
      case "string":
        return text(this.string(target));
      case "strings":
        return this.offsets(target).map((each) => text(this.string(each)));
      case "table":
        return this.table(target, kind.table);
      case "tables":
        return this.offsets(target).map((each) => this.table(each, kind.table));
      default:
        throw new Malformed("a union in the wrong place");
    }
  }

  private union(tagAt: number, at: number, table: Table, field: Field): Union | undefined {
    if (field.kind.of !== "union") throw new Malformed("not a union");
    const tag = tagAt === 0 ? 0 : this.bytes[this.need(tagAt, 1, 1)]!;
    if (at === 0 || tag === 0) {
      if (field.kind.required === true) throw new Malformed(`${table.name}.${field.name} is absent`);
      return undefined;
    }
    const member = field.kind.members[tag - 1];
    if (member === undefined) {
      this.unknown ??= `${table.name}.${field.name}: kind ${tag}`;
      return undefined;
    }
    return { tag, kind: member.name, value: this.table(this.follow(at), member.table) };
  }

  private vector(at: number, size: number): { readonly count: number; readonly bytes: Bytes } {
    const count = this.u32(at);
    this.need(at + 4, count * size, size);
    this.read += count * size;
    return { count, bytes: this.bytes.slice(at + 4, at + 4 + count * size) };
  }

  private offsets(at: number): number[] {
    const { count } = this.vector(at, 4);
    return Array.from({ length: count }, (_, i) => this.follow(at + 4 + 4 * i));
  }

  private string(at: number): string {
    const { count, bytes } = this.vector(at, 1);
    if (this.bytes[this.need(at + 4 + count, 1, 1)] !== 0) throw new Malformed("a text without its end");
    const text = fromUtf8(bytes);
    if (text === undefined) throw new Malformed("a text that is not UTF-8");
    return text;
  }
}
