// Signed notes (docs/formats/note.md, C2SP signed-note).
import { type Bytes, compare, concat, fromBase64, fromHex, fromUtf8, toBase64, toHex, utf8 } from "./bytes.js";
import { sha256 } from "./hash.js";
import { refuse } from "./refusal.js";

export const maxNoteBytes = 1_000_000;
export const maxSignatureLines = 100;

export interface SignatureLine {
  readonly name: string;
  readonly keyId: Bytes; // 4
  readonly blob: Bytes; // not empty; what it means depends on the type of the key
}

export interface Note {
  readonly text: string; // with its final newline
  readonly lines: readonly SignatureLine[];
}

export const keyTypes = { ed25519: 1, cosignature: 4 } as const;

export interface VerifierKey {
  readonly name: string;
  readonly keyId: Bytes; // 4
  readonly type: number; // one of keyTypes
  readonly publicKey: Bytes; // 32
}

export function isKeyName(name: string): boolean {
  return name !== "" && !/[\p{White_Space}\p{Cc}+]/u.test(name);
}

export function keyIdOf(name: string, type: number, publicKey: Bytes): Bytes {
  return sha256(utf8(name), Uint8Array.of(0x0a, type), publicKey).subarray(0, 4);
}

export function verifierKey(name: string, type: number, publicKey: Bytes): VerifierKey {
  return { name, type, publicKey, keyId: keyIdOf(name, type, publicKey) };
}

export function vkeyOf(key: VerifierKey): string {
  const typed = concat(Uint8Array.of(key.type), key.publicKey);
  return `${key.name}+${toHex(key.keyId)}+${toBase64(typed)}`;
}

/** Refuses with `note.vkey`. */
export function parseVkey(text: string): VerifierKey {
  const bad = (): never =>
    refuse("note.vkey", `不是可用的验证公钥：${text}`, `not a verifier key that can be used: ${text}`);
  const first = text.indexOf("+");
  const second = text.indexOf("+", first + 1);
  if (first < 0 || second < 0) bad();
  const name = text.slice(0, first);
  const keyId = fromHex(text.slice(first + 1, second)) ?? bad();
  const typed = fromBase64(text.slice(second + 1)) ?? bad();
  const type = typed[0];
  if (!isKeyName(name) || typed.length !== 33) bad();
  if (type !== keyTypes.ed25519 && type !== keyTypes.cosignature) bad();
  const key = verifierKey(name, type!, typed.subarray(1));
  if (keyId.length !== 4 || compare(keyId, key.keyId) !== 0) bad();
  return key;
}

/** ML-DSA-44 (tlog-cosignature): this program cannot check it, as it can no type but those of keyTypes. */
export const mlDsa44 = { type: 6, keyBytes: 1312 } as const;

/**
 * A key of another type than keyTypes, of which only the form is read; publicKey may be of any length.
 * Refuses with `note.vkey`.
 */
export function parseUncheckableVkey(text: string): VerifierKey {
  const bad = (): never =>
    refuse("note.vkey", `不是可用的验证公钥：${text}`, `not a verifier key that can be used: ${text}`);
  const words = /^([^+]*)\+([0-9a-f]{8})\+(.*)$/s.exec(text) ?? bad();
  const keyId = fromHex(words[2]!) ?? bad();
  const typed = fromBase64(words[3]!) ?? bad();
  const type = typed[0];
  if (!isKeyName(words[1]!) || typed.length < 2) bad();
  if (type === keyTypes.ed25519 || type === keyTypes.cosignature) bad();
  const key = { name: words[1]!, keyId, type: type!, publicKey: typed.subarray(1) };
  const own = keyIdOf(key.name, key.type, key.publicKey); // other types have ids of their own
  if (type === mlDsa44.type && (key.publicKey.length !== mlDsa44.keyBytes || compare(own, keyId) !== 0)) bad();
  return key;
}

/** Refuses with `note.format`. */
export function parseNote(bytes: Bytes): Note {
  const bad = (): never => refuse("note.format", "不是规范的签名文本", "not a signed note");
  if (bytes.length > maxNoteBytes) bad();
  if (bytes.some((byte) => byte < 0x20 && byte !== 0x0a)) bad();
  const whole = fromUtf8(bytes) ?? bad();
  const split = whole.lastIndexOf("\n\n");
  if (split < 0 || !whole.endsWith("\n")) bad();
  const rows = whole.slice(split + 2).split("\n");
  rows.pop();
  if (rows.length < 1 || rows.length > maxSignatureLines) bad();
  const lines = rows.map((row): SignatureLine => {
    const words = /^— ([^ ]+) ([^ ]+)$/.exec(row) ?? bad();
    const signature = fromBase64(words[2]!) ?? bad();
    if (!isKeyName(words[1]!) || signature.length < 5) bad();
    return { name: words[1]!, keyId: signature.slice(0, 4), blob: signature.slice(4) };
  });
  return { text: whole.slice(0, split + 1), lines };
}

export function writeNote(note: Note): Bytes {
  const rows = note.lines.map((line) => `— ${line.name} ${toBase64(concat(line.keyId, line.blob))}\n`);
  return utf8(`${note.text}\n${rows.join("")}`);
}

export function isBy(line: SignatureLine, key: VerifierKey): boolean {
  return line.name === key.name && compare(line.keyId, key.keyId) === 0;
}
