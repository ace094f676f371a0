// What a person signs (docs/formats/intent.md).
import { type Bytes, concat, equal, utf8 } from "./bytes.js";
import { verifySignature } from "./ed25519.js";
import { type Decoded, type Table, type Value, Malformed, Reader } from "./flatbuffer.js";
import { isKeyName } from "./note.js";
import { refuse } from "./refusal.js";
import { intentTable, limitsOf } from "./schema.js";

export const maxIntentBytes = 64_000;
export const maxListItems = 2_000;
const maxReadBytes = 4 * 65_535;

export interface Intent {
  readonly bytes: Bytes;
  readonly origin: string;
  readonly id: Bytes;
  readonly stream: string;
  readonly expectedVersion: bigint | undefined;
  readonly authors: readonly Bytes[];
  readonly seenSize: bigint;
  readonly seenRoot: Bytes;
  readonly expires: bigint;
  readonly kind: string; // of the payload; "" if it is of a later version
  readonly payload: Decoded;
  /** What this program's schema does not have; undefined if it knows all. */
  readonly unknown: string | undefined;
}

/** A [ubyte] of fixed-size items as a list. */
export function items(bytes: Bytes | undefined, size: number): Bytes[] {
  const out: Bytes[] = [];
  for (let at = 0; bytes !== undefined && at < bytes.length; at += size) out.push(bytes.slice(at, at + size));
  return out;
}

function checkText(table: string, field: string, text: string): void {
  const max = limitsOf(table, field)?.maxText ?? 0;
  if (utf8(text).length > max) throw new Malformed(`${table}.${field} is too long`);
  const bad = max > 400 ? /[\x00-\x09\x0b-\x1f\x7f-\x9f]/ : /[\x00-\x1f\x7f-\x9f]/;
  if (bad.test(text)) throw new Malformed(`${table}.${field} holds a control character`);
}

function checkLengths(table: Table, row: Decoded): void {
  for (const field of table.fields) {
    const value: Value = row[field.name];
    const kind = field.kind;
    if (kind.of === "bytes") {
      const limit = limitsOf(table.name, field.name);
      const length = (value as Bytes | undefined)?.length ?? 0;
      if (length > (limit?.most ?? length)) throw new Malformed(`${table.name}.${field.name} has ${length} bytes`);
      if (limit?.length === undefined) continue;
      const fits = limit.many === true ? length % limit.length === 0 : length === limit.length;
      const none = length === 0 && (limit.optional === true || kind.required !== true);
      if (!fits && !none) throw new Malformed(`${table.name}.${field.name} has ${length} bytes`);
    } else if (kind.of === "strings" || kind.of === "tables") {
      const list = value as readonly Decoded[];
      if (list.length > maxListItems) throw new Malformed(`${table.name}.${field.name} is too long a list`);
      if (kind.of === "tables") list.forEach((each) => checkLengths(kind.table, each));
    } else if (kind.of === "table") {
      checkLengths(kind.table, value as Decoded);
    } else if (kind.of === "union" && value !== undefined) {
      const union = value as { tag: number; value: Decoded };
      checkLengths(kind.members[union.tag - 1]!.table, union.value);
    }
  }
}

/** A buffer of a schema, checked beyond what its shape says. Refuses with the code given. */
export function decodeBuffer(
  bytes: Bytes, identifier: string, table: Table, code: string): { row: Decoded; unknown: string | undefined } {
  try {
    const reader = new Reader(bytes, checkText);
    const row = reader.root(identifier, table);
    if (reader.read > maxReadBytes) throw new Malformed("fields share their bytes");
    checkLengths(table, row);
    return { row, unknown: reader.unknown };
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return refuse(code, `数据结构损坏（${error.message}）`, `the buffer is damaged: ${error.message}`);
  }
}

/** Refuses with `intent.oversized` or `intent.malformed`. What is unknown is said in the result. */
export function decodeIntent(bytes: Bytes): Intent {
  if (bytes.length > maxIntentBytes) {
    refuse("intent.oversized", "意图超过 64,000 字节", "the intent is larger than 64,000 bytes");
  }
  const { row, unknown } = decodeBuffer(bytes, "LHI1", intentTable, "intent.malformed");
  const bad = (zh: string, en: string): never => refuse("intent.malformed", zh, en);
  const origin = row["origin"] as string;
  const stream = row["stream"] as string;
  const authors = items(row["authors"] as Bytes, 32);
  if (!isKeyName(origin)) bad("账本名称有误", "origin is not the name of a log");
  if (!/^[\x21-\x7e]{1,200}$/.test(stream)) bad("流的名称有误", "the stream is not a name of one");
  if (authors.length < 1 || authors.length > 2 || (authors.length === 2 && equal(authors[0]!, authors[1]!))) {
    bad("签名人应为一人或两个不同的密钥", "there must be one author, or two that differ");
  }
  const payload = row["payload"] as { kind: string; value: Decoded } | undefined;
  return {
    bytes, origin, stream, authors, unknown,
    id: row["id"] as Bytes,
    expectedVersion: row["expected_version"] as bigint | undefined,
    seenSize: row["seen_size"] as bigint,
    seenRoot: row["seen_root"] as Bytes,
    expires: row["expires"] as bigint,
    kind: payload?.kind ?? "",
    payload: payload?.value ?? {},
  };
}

const signedPrefix = utf8("liuhen/intent/v1\0");

/** What an author signs. */
export function signedMessage(intent: Bytes): Bytes {
  return concat(signedPrefix, intent);
}

/** Refuses with `proof.signatures` unless there is one for each author, `intent.signature` unless all are good. */
export function checkSignatures(intent: Intent, signatures: readonly Bytes[]): void {
  if (signatures.length !== intent.authors.length) {
    refuse("proof.signatures", "签名个数与署名人不符", "there is not one signature for each author");
  }
  const message = signedMessage(intent.bytes);
  intent.authors.forEach((author, i) => {
    if (!verifySignature(author, message, signatures[i]!)) {
      refuse("intent.signature", `第 ${i + 1} 个签名不成立`, `signature ${i + 1} is not its author's over these bytes`);
    }
  });
}
