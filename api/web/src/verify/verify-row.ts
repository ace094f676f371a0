// Verifies the file of one subject's row, offline (docs/formats/draw-row.md, "How it is verified").
import { type Bytes, compare } from "./bytes.js";
import { parseCheckpoint } from "./checkpoint.js";
import type { SubjectRow } from "./draw/pool.js";
import { isCertain } from "./draw/pps.js";
import { checkRow } from "./draw/row-proof.js";
import { ticketOf } from "./draw/selection.js";
import { decodeEntry } from "./entry.js";
import { checkQuorum, type Policy, signedCheckpoint } from "./policy.js";
import { checkIncluded, missing, notesOn, policyOfGenesis } from "./proof-checkpoint.js";
import { Refusal, refuse, type Sentence } from "./refusal.js";
import { big, bytes as bytesOf, flag, rows } from "./replay/fields.js";
import { checkForm, drawsSubjects, formWords } from "./replay/form.js";
import { refuseStillSealed } from "./replay/seal.js";
import { RowSteps } from "./replay/row-steps.js";
import { type RowFile, parseRowFile } from "./row-file.js";
import type { Verdict, Wrong } from "./verify-proof.js";

/** What the draw says of the subject. */
export interface RowAnswer {
  readonly rows: bigint; // of the pool
  readonly eligible: bigint;
  readonly row: SubjectRow | undefined; // undefined: not in the pool
  readonly index: bigint | undefined;
  readonly executed: boolean;
  readonly voided: boolean;
  readonly failed: boolean;
  readonly ticket: Bytes | undefined; // once executed, of an eligible row
  readonly cutoff: Bytes | undefined; // undefined: nobody of the stratum was drawn
  readonly weighted: boolean;
  readonly form: Sentence | undefined; // what is not drawn, and why; undefined where both sides are
  readonly drawsSubjects: boolean;
  readonly drawn: boolean | undefined; // undefined: by weight, which one row does not show unless it was certain
  readonly stratum: { readonly eligible: bigint; readonly drawn: bigint; readonly restDrawn: bigint;
    readonly restWeight: bigint } | undefined;
}

export interface RowReport {
  readonly verdict: Verdict;
  readonly pinned: boolean;
  readonly wrong: Wrong | undefined;
  readonly file: RowFile | undefined;
  readonly checkpointSize: bigint | undefined;
  readonly cosigners: readonly string[];
  readonly notes: readonly Sentence[];
  readonly answer: RowAnswer | undefined; // only where the verdict is verified
}

const lastReason = 5n;

class Verification {
  file: RowFile | undefined;
  size: bigint | undefined;
  cosigners: string[] = [];
  notes: Sentence[] = [];
  position: bigint | undefined; // of the entry being looked at

  constructor(private readonly policy: Policy | undefined) {}

  run(bytes: Bytes): RowAnswer {
    const file = parseRowFile(bytes);
    this.file = file;
    const policy = this.policy ?? policyOfGenesis(file);
    if (parseCheckpoint(file.checkpoint.text).origin !== file.origin) {
      refuse("proof.origin", "证明文件属于另一账本", "the file is of another log");
    }
    const trusted = signedCheckpoint(policy, file.checkpoint);
    this.size = trusted.checkpoint.size;
    this.cosigners = trusted.cosigned.map((signer) => signer.key.name);
    this.notes = notesOn(policy, file.checkpoint);
    for (const entry of file.entries) {
      this.position = entry.position;
      checkIncluded(entry, trusted.checkpoint);
    }
    const steps = new RowSteps(file.origin, file.draw);
    for (const entry of file.entries) {
      this.position = entry.position;
      steps.take(decodeEntry(entry.bytes), entry.position);
    }
    this.position = steps.knownAt;
    const seed = steps.seed();
    this.position = undefined;
    const answer = this.judge(file, steps, seed);
    this.position = undefined;
    checkQuorum(policy, trusted); // a file that is wrong is wrong whoever cosigned it
    return answer;
  }

  private judge(file: RowFile, steps: RowSteps, seed: Bytes | undefined): RowAnswer {
    const announced = steps.announced!;
    const size = big(announced, "subject_rows");
    const weighted = flag(announced, "weighted");
    checkForm(announced);
    const row = checkRow(file.subject, file.rows, size, bytesOf(announced, "subject_root"), weighted);
    const answer = { rows: size, eligible: big(announced, "subject_eligible"), row,
      index: row && file.rows[0]!.index, executed: steps.executed !== undefined, voided: steps.voided,
      failed: steps.failed, weighted, form: formWords(announced), drawsSubjects: drawsSubjects(announced),
      ticket: undefined, cutoff: undefined, drawn: false, stratum: undefined };
    if (steps.isSealed()) refuseStillSealed(big(announced, "disclosure_deadline"));
    if (row === undefined) return answer;
    const strata = rows(announced, "strata").length;
    if (row.stratum >= BigInt(strata)) refuse("draw.stratum", "该行的分层没有公告", "the row's stratum was not announced");
    if (row.eligibility > lastReason) {
      refuse("payload.unknown", "本程序不认识该行不可抽的理由代码，请升级",
        "this program does not know the code of the row's reason: upgrade it");
    }
    if (seed === undefined) return answer;
    this.position = steps.knownAt;
    return { ...answer, ...this.ticket(file.subject, row, seed, steps.strata(), strata, weighted) };
  }

  private ticket(id: string, row: SubjectRow, seed: Bytes, recorded: ReturnType<typeof rows>, strata: number,
    weighted: boolean):
    Pick<RowAnswer, "ticket" | "cutoff" | "drawn" | "stratum"> {
    const bad = (): never => refuse("draw.selection", "执行记录的分层个数、抽中数或截止号不成立",
      "the strata, counts or cut-off recorded at execution make no sense");
    if (recorded.length !== strata) bad();
    const outcome = recorded[Number(row.stratum)]!;
    const stratum = { eligible: big(outcome, "eligible"), drawn: big(outcome, "drawn"),
      restDrawn: big(outcome, "rest_drawn"), restWeight: big(outcome, "rest_weight") };
    const recordedCutoff = bytesOf(outcome, "cutoff");
    if (stratum.drawn > stratum.eligible || recordedCutoff.length !== (stratum.drawn === 0n || weighted ? 0 : 32)) bad();
    const none = stratum.drawn === 0n;
    const soundRest = weighted
      ? stratum.restDrawn <= stratum.drawn && none === (stratum.restDrawn === 0n) && (none || stratum.restWeight > 0n)
      : stratum.restDrawn === 0n && stratum.restWeight === 0n;
    if (!soundRest) bad();
    if (row.eligibility !== 0n) return { ticket: undefined, cutoff: undefined, drawn: false, stratum };
    if (stratum.eligible === 0n) bad(); // it is one
    const ticket = ticketOf(seed, row.stratum, id);
    if (weighted) {
      const certain = isCertain(row.weight, stratum.restDrawn, stratum.restWeight);
      return { ticket, cutoff: undefined, drawn: none ? false : certain || undefined, stratum };
    }
    const cutoff = stratum.drawn === 0n ? undefined : recordedCutoff;
    return { ticket, cutoff, drawn: cutoff !== undefined && compare(ticket, cutoff) <= 0, stratum };
  }
}

/** Never throws for what is in the bytes: what is wrong is in the report. */
export function verifyRowFile(bytes: Bytes, policy: Policy | undefined): RowReport {
  const verification = new Verification(policy);
  let wrong: Wrong | undefined;
  let answer: RowAnswer | undefined;
  try {
    answer = verification.run(bytes);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    wrong = { code: error.code, zh: error.zh, en: error.en, position: verification.position };
  }
  return {
    verdict: wrong === undefined ? "verified" : missing.has(wrong.code) ? "inconclusive" : "violated",
    pinned: policy !== undefined, wrong, answer,
    file: verification.file, checkpointSize: verification.size,
    cosigners: verification.cosigners, notes: verification.notes,
  };
}
