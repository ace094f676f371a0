// A new key of the log (docs/formats/checkpoint.md, "A new key").
import { type Bytes, equal, utf8 } from "../bytes.js";
import { decodeSubgroupPoint, verifySignature } from "../ed25519.js";
import type { Decoded } from "../flatbuffer.js";
import { sha256 } from "../hash.js";
import { isBy, keyTypes, parseNote, parseVkey, type VerifierKey } from "../note.js";
import { refuse } from "../refusal.js";
import { bytes, text } from "./fields.js";

/** The key that follows those before, of which the last is in force. Both have signed the note. */
export function checkKeyChange(origin: string, before: readonly Bytes[], p: Decoded): Bytes {
  const bad = (): never => refuse("log_key.format", "更换日志密钥的声明不合格式", "what changes the log's key is not in its form");
  const whole = utf8(text(p, "note"));
  if (!equal(sha256(whole), bytes(p, "sha256"))) bad();
  const note = parseNote(whole);
  const rows = note.text.split("\n");
  if (rows.length !== 5 || rows[0] !== "liuhen/log-key/v1" || rows[3] === "" || note.lines.length !== 2) bad();
  const keys = rows.slice(1, 3).map(parseVkey);
  if (keys.some((key) => key.name !== origin || key.type !== keyTypes.ed25519)) bad();
  const [old, next] = keys as [VerifierKey, VerifierKey];
  const signed = (key: VerifierKey): boolean => note.lines.some((line) =>
    isBy(line, key) && verifySignature(key.publicKey, utf8(note.text), line.blob));
  if (decodeSubgroupPoint(next.publicKey) === undefined || !signed(old) || !signed(next)) {
    refuse("log_key.signature", "新旧密钥的签名有不成立的", "a signature of the two keys is not good");
  }
  if (before.length === 0 || !equal(before.at(-1)!, old.publicKey)) {
    refuse("log_key.before", "所要更换的不是现用的日志密钥", "it replaces another key than the one in force");
  }
  if (before.some((earlier) => equal(earlier, next.publicKey))) {
    refuse("log_key.known", "新的日志密钥以前用过", "the log has signed by that key before");
  }
  return next.publicKey;
}
