// Verifies the proof file of a draw, offline (docs/formats/draw-proof.md, "How it is verified").
import { type Bytes, equal, toHex } from "./bytes.js";
import { parseCheckpoint } from "./checkpoint.js";
import { decodeEntry, type Entry } from "./entry.js";
import { bytes as bytesOf, big, flag } from "./replay/fields.js";
import { admit } from "./replay/admission.js";
import { discardedBefore } from "./replay/announcement.js";
import { disclosureDue } from "./replay/draw.js";
import { sharingWords } from "./replay/keys.js";
import { poolWords } from "./replay/restricted.js";
import { isSealed, refuseStillSealed, sealWords } from "./replay/seal.js";
import { type Draw, isVoidedBeforeRound, newState, type State } from "./replay/state.js";
import { checkQuorum, type Policy, signedCheckpoint } from "./policy.js";
import { checkIncluded, missing, notesOn, policyOfGenesis } from "./proof-checkpoint.js";
import { type ProofFile, parseProofFile } from "./proof-file.js";
import { Refusal, refuse, type Sentence } from "./refusal.js";
import { committedRoot } from "./draw/restricted-pool.js";
import { inspectorPool, subjectPool } from "./draw/pool.js";

export type Verdict = "verified" | "violated" | "inconclusive";
export const exitCodes: Readonly<Record<Verdict, number>> = { verified: 0, violated: 1, inconclusive: 2 };

export interface Wrong extends Sentence {
  readonly code: string;
  readonly position: bigint | undefined; // of the entry, if it is one
}

export interface Report {
  readonly verdict: Verdict;
  readonly pinned: boolean; // the log's key is of the reader's policy
  readonly wrong: Wrong | undefined; // the first thing that is
  readonly file: ProofFile | undefined;
  readonly draw: Draw | undefined; // as far as it was followed
  readonly checkpointSize: bigint | undefined;
  readonly cosigners: readonly string[];
  readonly notes: readonly Sentence[]; // what could not be checked
  readonly discardedBefore: readonly string[]; // draws of the file whose outcomes could be known when they were voided
  readonly discardedInTime: number; // of them voided before their round, by the recorded time
  readonly vrfSharing: Sentence | undefined; // whom the execution depends on
  readonly seal: readonly Sentence[]; // of a sealed draw
  readonly restrictedPool: readonly Sentence[]; // of a draw whose pool is
  readonly beaconListed: boolean; // the reader's policy lists the chain of the draw's beacon
}

export interface Options {
  readonly policy?: Policy | undefined;
  readonly now: bigint; // Unix seconds, by which deadlines are judged
  readonly onProgress?: ((done: number, of: number) => void) | undefined;
}

class Verification {
  file: ProofFile | undefined;
  state: State | undefined;
  size: bigint | undefined;
  cosigners: string[] = [];
  readonly notes: Sentence[] = [];
  position: bigint | undefined; // of the entry being looked at

  constructor(private readonly options: Options) {}

  run(bytes: Bytes): void {
    const file = parseProofFile(bytes);
    this.file = file;
    const policy = this.options.policy ?? policyOfGenesis(file);
    if (parseCheckpoint(file.checkpoint.text).origin !== file.origin) {
      refuse("proof.origin", "证明文件属于另一账本", "the file is of another log");
    }
    const trusted = signedCheckpoint(policy, file.checkpoint);
    const { checkpoint } = trusted;
    this.size = checkpoint.size;
    this.cosigners = trusted.cosigned.map((signer) => signer.key.name);
    this.notes.push(...notesOn(policy, file.checkpoint));
    for (const entry of file.entries) {
      this.position = entry.position;
      checkIncluded(entry, checkpoint);
    }
    this.position = undefined;
    if (file.committed !== undefined) committedRoot(file.committed);
    subjectPool(file.subjects, true); // whether it is by weight is for the announcement to say
    inspectorPool(file.inspectors);
    this.replay(file);
    this.position = undefined;
    const draw = this.judge(file);
    checkQuorum(policy, trusted); // a file that is wrong is wrong whoever cosigned it
    this.checkExecuted(draw); // last: an overdue draw is acted upon, and only what is cosigned may be
  }

  private replay(file: ProofFile): void {
    const state = newState(file.origin, file.draw, file);
    this.state = state;
    if (file.entries[0]?.position !== 0n) refuse("proof.genesis", "证明文件缺创世事件", "the genesis is missing");
    let before: Entry | undefined;
    for (const [done, proven] of file.entries.entries()) {
      this.position = proven.position;
      const entry = decodeEntry(proven.bytes);
      if (entry.position !== proven.position) {
        refuse("chain.position", "条目所写的位置不对", "the entry says another position");
      }
      if (before !== undefined && entry.position <= before.position) {
        refuse("proof.order", "条目没有按位置递增", "the entries do not ascend by position");
      }
      const neighbour = before !== undefined && before.position + 1n === entry.position;
      const expected = entry.position === 0n ? new Uint8Array(32) : neighbour ? before!.leaf : undefined;
      if (expected !== undefined && !equal(entry.previous, expected)) {
        refuse("chain.previous", "与前一条的链断裂", "the entry does not name the leaf hash of the one before");
      }
      if (before !== undefined && entry.time < before.time) {
        refuse("chain.time", "记录时间倒退", "the recorded time is before that of an earlier entry");
      }
      admit(state, entry);
      before = entry;
      this.options.onProgress?.(done + 1, file.entries.length);
    }
  }

  private judge(file: ProofFile): Draw {
    const draw = this.state!.draws.get(file.draw) ??
      refuse("proof.draw", "证明文件中没有所说的抽取", "the draw that the file is about is not in it");
    const late = this.state!.late;
    if (late !== undefined) {
      this.position = late.position;
      refuse("draw.escape", `抽取在期限（${late.deadline}）之后才执行`, `the draw was executed after its deadline (${late.deadline})`);
    }
    const tooLate = this.state!.disclosedLate;
    if (tooLate !== undefined) {
      this.position = tooLate.position;
      if (!tooLate.sealed) {
        refuse("draw.unlisted", `执行之后，名单逾期（${tooLate.deadline}）才列示完毕`,
          `the list of visits was complete only after it was due (${tooLate.deadline})`);
      }
      refuse("draw.undisclosed", `密封的抽取在公开期限（${tooLate.deadline}）之后才公开`,
        `the sealed draw was disclosed after its deadline (${tooLate.deadline})`);
    }
    return draw;
  }

  private checkExecuted(draw: Draw): void {
    const due = draw.phase === "revealing" || draw.phase === "ready" ||
      (draw.phase === "committing" && draw.beacon !== undefined);
    const deadline = big(draw.announced, "execute_deadline");
    if (due && this.options.now > deadline) {
      refuse("draw.unexecuted", "抽取逾期未执行；证明文件也可能早于执行",
        "the draw had to be executed by now and was not; or the file is older than its execution");
    }
    if (draw.executed === undefined || draw.phase === "disclosed") return;
    const until = disclosureDue(draw);
    if (!flag(draw.announced, "sealed")) {
      if (this.options.now <= until) return;
      refuse("draw.list_overdue", "已执行而逾期未列示名单；证明文件也可能早于列示",
        "the draw was executed and its list of visits had to be shown by now; or the file is older than the list");
    }
    if (this.options.now > until) {
      refuse("draw.seal_overdue", "密封的抽取逾期未公开；证明文件也可能早于公开",
        "the sealed draw had to be disclosed by now and was not; or the file is older than its disclosure");
    }
    if (isSealed(draw)) refuseStillSealed(until);
  }
}

/** Never throws for what is in the bytes: what is wrong is in the report. */
export function verifyProofFile(bytes: Bytes, options: Options): Report {
  const verification = new Verification(options);
  let wrong: Wrong | undefined;
  try {
    verification.run(bytes);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    wrong = { code: error.code, zh: error.zh, en: error.en, position: verification.position };
  }
  const { file, state } = verification;
  const draw = file === undefined ? undefined : state?.draws.get(file.draw);
  const discarded = state === undefined || draw === undefined ? [] : discardedBefore(state, draw);
  const chain = draw?.beacon === undefined ? undefined : toHex(draw.beacon.hash);
  return {
    verdict: wrong === undefined ? "verified" : missing.has(wrong.code) ? "inconclusive" : "violated",
    pinned: options.policy !== undefined,
    wrong, file,
    draw,
    checkpointSize: verification.size,
    cosigners: verification.cosigners,
    notes: [...verification.notes, ...(state?.notes ?? [])],
    discardedBefore: discarded.map((each) => each.stream),
    discardedInTime: discarded.filter(isVoidedBeforeRound).length,
    vrfSharing: draw && sharingWords(state?.vrfKeys.get(toHex(bytesOf(draw.announced, "vrf_key")))),
    seal: draw === undefined ? [] : sealWords(draw, (key) => state?.keys.get(toHex(key))?.person ?? toHex(key)),
    restrictedPool: draw === undefined ? [] : poolWords(draw, (key) => state?.keys.get(toHex(key))?.person ?? toHex(key)),
    beaconListed: chain !== undefined && options.policy?.beacons.has(chain) === true,
  };
}

