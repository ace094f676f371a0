// The checkpoint at the end of a proof file, judged by the reader's policy, and the entries under it
// (docs/formats/draw-proof.md).
import type { Checkpoint } from "./checkpoint.js";
import { decodeEntry } from "./entry.js";
import type { Intent } from "./intent.js";
import { checkInclusion, leafHash } from "./merkle.js";
import { type Note, keyTypes, verifierKey } from "./note.js";
import { type Policy, policyOfKey, strangersIn } from "./policy.js";
import type { ProvenEntry } from "./proof-lines.js";
import { Refusal, refuse, type Sentence } from "./refusal.js";
import { isKeyChange } from "./replay/envelope.js";
import { bytes } from "./replay/fields.js";
import { checkKeyChange } from "./replay/log-keys.js";

interface Proven {
  readonly origin: string;
  readonly entries: readonly ProvenEntry[];
}

/** Codes that say that something is missing, or of a later version, and not that something is wrong. */
export const missing = new Set(["payload.unknown", "proof.version", "policy.log", "policy.quorum", "draw.unexecuted",
  "draw.still_sealed", "draw.seal_overdue", "draw.list_overdue", "proof.behind"]);

/** Undefined for what is no entry. */
function intentOf(entry: ProvenEntry): Intent | undefined {
  try {
    return decodeEntry(entry.bytes).intent;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return undefined;
  }
}

/** The log's key as the genesis has it, or what it was changed to since. */
export function policyOfGenesis(file: Proven): Policy {
  const first = file.entries[0];
  const genesis = first?.position === 0n ? intentOf(first) : undefined;
  if (genesis?.kind !== "Genesis") {
    return refuse("proof.genesis", "证明文件缺创世事件", "the genesis is missing");
  }
  const keys = [bytes(genesis.payload, "log_key")];
  for (const entry of file.entries.slice(1)) {
    const intent = intentOf(entry);
    if (intent === undefined) break; // what is wrong with it is found when it is replayed
    if (isKeyChange(intent.kind, intent.payload)) keys.push(checkKeyChange(file.origin, keys, intent.payload));
  }
  return policyOfKey(verifierKey(file.origin, keyTypes.ed25519, keys.at(-1)!));
}

/** What the policy leaves unchecked of a checkpoint's signatures. */
export function notesOn(policy: Policy, note: Note): Sentence[] {
  const notes: Sentence[] = [];
  const strangers = strangersIn(policy, note);
  if (strangers > 0) {
    notes.push({ zh: `检查点上另有 ${strangers} 行签名，策略没有列出其见证人，未核对`,
      en: `${strangers} more signature lines of the checkpoint are of witnesses whom no policy lists, and were not checked` });
  }
  const others = policy.uncheckable.length;
  if (others > 0) {
    notes.push({ zh: `策略的见证人中有 ${others} 名用本程序无法核对的签名算法，其联署一律不计`,
      en: `${others} of the policy's witnesses sign with an algorithm that this program cannot check; their cosignatures are not counted` });
  }
  return notes;
}

/** Refuses with `proof.inclusion`. */
export function checkIncluded(entry: ProvenEntry, checkpoint: Checkpoint): void {
  try {
    checkInclusion(entry.position, checkpoint.size, leafHash(entry.bytes), entry.proof, checkpoint.root);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    refuse("proof.inclusion", "条目不在检查点之下", "the entry is not in the log under the checkpoint");
  }
}
