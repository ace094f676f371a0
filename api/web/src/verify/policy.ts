// Whom a reader trusts (docs/formats/policy.md, C2SP tlog-policy).
import { type Bytes, fromUtf8, toHex } from "./bytes.js";
import { type Checkpoint, type SignedBy, parseCheckpoint, signersOf } from "./checkpoint.js";
import { type Note, type VerifierKey, isBy, keyTypes, parseUncheckableVkey, parseVkey } from "./note.js";
import { refuse } from "./refusal.js";

export const maxPolicyBytes = 1024 * 1024;
export const maxPolicyEntries = 1024;

interface Witness {
  readonly name: string;
  readonly key: VerifierKey;
}
interface Group {
  readonly name: string;
  readonly needed: number;
  readonly members: readonly string[];
}

export interface Policy {
  readonly logs: readonly VerifierKey[];
  readonly witnesses: readonly Witness[];
  readonly uncheckable: readonly Witness[]; // whose cosignatures cannot be checked here, and never count
  readonly groups: readonly Group[];
  readonly quorum: string; // a witness, a group, or "none"
  readonly beacons: ReadonlySet<string>; // hashes of chains held to be public, in hex
}

/** A policy for one log without witnesses. */
export function policyOfKey(log: VerifierKey): Policy {
  return { logs: [log], witnesses: [], uncheckable: [], groups: [], quorum: "none", beacons: new Set() };
}

/** Refuses with `policy.format`, and with `policy.unreachable` if all witnesses who can be checked are no quorum. */
export function parsePolicy(bytes: Bytes): Policy {
  const logs: VerifierKey[] = [];
  const witnesses: Witness[] = [];
  const uncheckable: Witness[] = [];
  const groups: Group[] = [];
  const names = new Set<string>(["none"]);
  const grouped = new Set<string>();
  const contributors = new Set<string>();
  const beacons = new Set<string>();
  let quorum: string | undefined;
  let number = 0;
  const bad = (): never =>
    refuse("policy.format", `策略文件第 ${number} 行有误`, `line ${number} of the policy is wrong`);
  const parsed = (parse: (text: string) => VerifierKey, word: string | undefined): VerifierKey | undefined => {
    const text = fromUtf8(Uint8Array.from(word ?? bad(), (c) => c.charCodeAt(0))) ?? bad();
    try {
      return parse(text);
    } catch {
      return undefined;
    }
  };
  const another = (key: VerifierKey, others: readonly VerifierKey[]): VerifierKey =>
    others.some((other) => toHex(other.publicKey) === toHex(key.publicKey)) ? bad() : key;
  const vkey = (word: string | undefined, type: number, others: readonly VerifierKey[]): VerifierKey => {
    const key = parsed(parseVkey, word);
    return key?.type === type ? another(key, others) : bad();
  };
  const newName = (name: string | undefined): string => {
    if (name === undefined || names.has(name)) return bad();
    names.add(name);
    return name;
  };

  if (bytes.length > maxPolicyBytes) bad();
  let whole = ""; // octets are opaque: one character for each
  for (let at = 0; at < bytes.length; at += 4096) {
    whole += String.fromCharCode(...bytes.subarray(at, at + 4096));
  }
  const rows = whole.split("\n");
  if (rows.pop() !== "") bad();
  for (const row of rows) {
    number++;
    if (/[\x00-\x08\x0b-\x1f\x7f]/.test(row)) bad();
    const words = row.split(/[ \t]+/).filter((word) => word !== "");
    if (words.length === 0 || words[0]!.startsWith("#")) continue;
    switch (words[0]) {
      case "log":
        if (words.length > 3) bad();
        logs.push(vkey(words[1], keyTypes.ed25519, logs));
        break;
      case "witness": {
        if (words.length > 4) bad();
        const name = newName(words[1]);
        const keys = [...witnesses, ...uncheckable].map((witness) => witness.key);
        const other = parsed(parseUncheckableVkey, words[2]);
        if (other !== undefined) uncheckable.push({ name, key: another(other, keys) });
        else witnesses.push({ name, key: vkey(words[2], keyTypes.cosignature, keys) });
        break;
      }
      case "group": {
        const members = words.slice(3);
        for (const member of members) {
          if (member === "none" || !names.has(member) || grouped.has(member)) bad();
          grouped.add(member);
        }
        const rule = words[2] ?? bad();
        const needed = rule === "any" ? 1 : rule === "all" ? members.length
          : /^[1-9][0-9]{0,3}$/.test(rule) ? Number(rule) : bad();
        if (members.length === 0 || needed > members.length) bad();
        groups.push({ name: newName(words[1]), needed, members });
        break;
      }
      case "quorum":
        if (quorum !== undefined || words.length !== 2 || !names.has(words[1]!)) bad();
        quorum = words[1]!;
        break;
      case "contributor": // our own line: decides tier B, for which the whole log is needed
        if (words.length !== 3 || !/^[0-9a-f]{64}$/.test(words[1]!) || words[2] !== "independent" ||
            contributors.has(words[1]!)) bad();
        contributors.add(words[1]!);
        break;
      case "beacon": // our own line
        if (words.length !== 2 || !/^[0-9a-f]{64}$/.test(words[1]!) || beacons.has(words[1]!)) bad();
        beacons.add(words[1]!);
        break;
      default:
        bad();
    }
    const entries = logs.length + witnesses.length + uncheckable.length + groups.length + contributors.size + beacons.size;
    if (entries > maxPolicyEntries) bad();
  }
  if (quorum === undefined) bad();
  const policy = { logs, witnesses, uncheckable, groups, quorum: quorum!, beacons };
  if (!isWitnessed(policy, policy.quorum, new Set(witnesses.map((witness) => witness.key)))) {
    refuse("policy.unreachable", "策略中能核对的见证人全部联署也不够其要求",
      "all of the policy's witnesses who can be checked are not what it asks for");
  }
  return policy;
}

export interface TrustedCheckpoint {
  readonly checkpoint: Checkpoint;
  readonly log: VerifierKey;
  readonly cosigned: readonly SignedBy[];
}

function isWitnessed(policy: Policy, name: string, signed: ReadonlySet<VerifierKey>): boolean {
  if (name === "none") return true;
  if (policy.uncheckable.some((one) => one.name === name)) return false;
  const witness = policy.witnesses.find((one) => one.name === name);
  if (witness !== undefined) return signed.has(witness.key);
  const group = policy.groups.find((one) => one.name === name)!;
  return group.members.filter((member) => isWitnessed(policy, member, signed)).length >= group.needed;
}

/**
 * The checkpoint in a note that a log of the policy signed. Refuses with `checkpoint.format`, `policy.log`,
 * `note.signature`, `note.unsigned`.
 */
export function signedCheckpoint(policy: Policy, note: Note): TrustedCheckpoint {
  const checkpoint = parseCheckpoint(note.text);
  const logs = policy.logs.filter((log) => log.name === checkpoint.origin);
  if (logs.length === 0) {
    refuse("policy.log", `策略文件没有列出账本 ${checkpoint.origin}`,
      `the policy lists no log ${checkpoint.origin}`);
  }
  const witnessKeys = policy.witnesses.map((witness) => witness.key);
  const signers = signersOf(note, [...policy.logs, ...witnessKeys]);
  const log = signers.find((signer) => logs.includes(signer.key))?.key;
  if (log === undefined) {
    return refuse("note.unsigned", "没有所信任的账本密钥的签名", "no trusted key of the log signed it");
  }
  const cosigned = signers.filter((signer) => witnessKeys.includes(signer.key));
  return { checkpoint, log, cosigned };
}

/** Refuses with `policy.quorum` what too few of the policy's witnesses cosigned. */
export function checkQuorum(policy: Policy, trusted: TrustedCheckpoint): void {
  if (!isWitnessed(policy, policy.quorum, new Set(trusted.cosigned.map((signer) => signer.key)))) {
    refuse("policy.quorum", "联署的见证人不足", "too few witnesses cosigned it");
  }
}

/** The lines of a note that nobody in the policy vouches for. */
export function strangersIn(policy: Policy, note: Note): number {
  const known = [...policy.logs, ...[...policy.witnesses, ...policy.uncheckable].map((witness) => witness.key)];
  return note.lines.filter((line) => !known.some((key) => isBy(line, key))).length;
}
