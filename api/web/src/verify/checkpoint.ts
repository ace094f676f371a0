// Checkpoints and cosignatures (docs/formats/checkpoint.md, C2SP tlog-checkpoint and tlog-cosignature).
import { type Bytes, decimal, equal, fromBase64, readU64, utf8 } from "./bytes.js";
import { verifySignature } from "./ed25519.js";
import { emptyRoot } from "./merkle.js";
import { type Note, type SignatureLine, type VerifierKey, isBy, isKeyName, keyTypes } from "./note.js";
import { refuse } from "./refusal.js";

export interface Checkpoint {
  readonly origin: string;
  readonly size: bigint;
  readonly root: Bytes; // 32
  readonly extensions: readonly string[];
}

const maxSize = (1n << 63n) - 1n;

/** Refuses with `checkpoint.format`. */
export function parseCheckpoint(text: string): Checkpoint {
  const bad = (): never => refuse("checkpoint.format", "不是规范的检查点", "not a checkpoint");
  const rows = text.split("\n");
  if (rows.length < 4 || rows.pop() !== "") bad();
  const [origin, sizeText, rootText, ...extensions] = rows as [string, string, string, ...string[]];
  const size = decimal(sizeText, maxSize) ?? bad();
  const root = fromBase64(rootText) ?? bad();
  if (!isKeyName(origin) || root.length !== 32 || extensions.includes("")) bad();
  if (size === 0n && !equal(root, emptyRoot())) bad();
  return { origin, size, root, extensions };
}

export function cosignedMessage(time: bigint, text: string): Bytes {
  return utf8(`cosignature/v1\ntime ${time}\n${text}`);
}

function isGood(line: SignatureLine, key: VerifierKey, text: string): boolean {
  if (key.type === keyTypes.ed25519) return verifySignature(key.publicKey, utf8(text), line.blob);
  if (line.blob.length !== 72) return false;
  const message = cosignedMessage(readU64(line.blob), text);
  return verifySignature(key.publicKey, message, line.blob.subarray(8));
}

export interface SignedBy {
  readonly key: VerifierKey;
  readonly time: bigint | undefined; // of a cosignature: the earliest
}

/**
 * Which of the known keys signed the note. Lines by others are passed over. Refuses with `note.signature`
 * if a line by a known key is bad.
 */
export function signersOf(note: Note, known: readonly VerifierKey[]): SignedBy[] {
  const signers: SignedBy[] = [];
  for (const key of known) {
    const lines = note.lines.filter((line) => isBy(line, key));
    if (lines.length === 0) continue;
    if (!lines.every((line) => isGood(line, key, note.text))) {
      refuse("note.signature", `${key.name} 的签名不成立`, `the signature by ${key.name} is bad`);
    }
    const times = lines.map((line) => readU64(line.blob)).sort((a, b) => (a < b ? -1 : 1));
    signers.push({ key, time: key.type === keyTypes.cosignature ? times[0] : undefined });
  }
  return signers;
}
