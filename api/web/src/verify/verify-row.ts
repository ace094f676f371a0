// Verifies the file of one subject's row, offline (docs/formats/draw-row.md, "How it is verified").
import { type Bytes, compare } from "./bytes.js";
import { parseCheckpoint } from "./checkpoint.js";
import { type SubjectRow, checkWeight } from "./draw/pool.js";
import { isCertain } from "./draw/pps.js";
import { blindTicket, checkCommittedRow } from "./draw/restricted-pool.js";
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
import { isRestricted } from "./replay/restricted.js";
import { opens } from "./restricted.js";
import { type OpenedRow, type RowFile, parseRowFile } from "./row-file.js";
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
  readonly restricted: boolean; // the pool is: `stratum` is undefined
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

function checkKnown(row: SubjectRow, strata: number): void {
  if (row.stratum >= BigInt(strata)) refuse("draw.stratum", "该行的分层没有公告", "the row's stratum was not announced");
  if (row.eligibility > lastReason) {
    refuse("payload.unknown", "本程序不认识该行不可抽的理由代码，请升级",
      "this program does not know the code of the row's reason: upgrade it");
  }
}

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
    const restricted = isRestricted(announced);
    if (restricted !== (file.opened !== undefined)) {
      refuse("draw.restricted", "名录受限与否，文件与公告不一致",
        "the file is of a restricted pool and the announcement is not, or the reverse");
    }
    if (file.opened !== undefined) return this.judgeOpened(file, file.opened, steps, seed);
    const row = checkRow(file.subject, file.rows, size, bytesOf(announced, "subject_root"), weighted);
    const answer = { rows: size, eligible: big(announced, "subject_eligible"), row,
      index: row && file.rows[0]!.index, executed: steps.executed !== undefined, voided: steps.voided,
      failed: steps.failed, weighted, restricted, form: formWords(announced), drawsSubjects: drawsSubjects(announced),
      ticket: undefined, cutoff: undefined, drawn: false, stratum: undefined };
    if (steps.isSealed()) refuseStillSealed(big(announced, "disclosure_deadline"));
    if (row === undefined) return answer;
    const strata = rows(announced, "strata").length;
    checkKnown(row, strata);
    if (seed === undefined) return answer;
    this.position = steps.knownAt;
    return { ...answer, ...this.ticket(file.subject, row, seed, steps.strata(), strata, weighted) };
  }

  /** The subject's own row of a restricted pool. */
  private judgeOpened(file: RowFile, opened: OpenedRow, steps: RowSteps, seed: Bytes | undefined): RowAnswer {
    const announced = steps.announced!;
    const size = big(announced, "subject_rows");
    if (opened.row.id !== file.subject) refuse("row.neighbours", "所列的不是它本身的行", "the row is not the subject's own");
    checkCommittedRow(opened.row, opened.index, opened.path, opened.content, opened.salt, size, bytesOf(announced, "subject_root"));
    const { stratum, weight, eligibility, blind } = opened.content;
    const row = { id: opened.row.id, stratum, weight, eligibility };
    checkWeight(row, false);
    checkKnown(row, rows(announced, "strata").length);
    const answer = { rows: size, eligible: big(announced, "subject_eligible"), row, index: opened.index,
      executed: steps.executed !== undefined, voided: steps.voided, failed: steps.failed, weighted: false, restricted: true,
      form: formWords(announced), drawsSubjects: drawsSubjects(announced), ticket: undefined, cutoff: undefined,
      drawn: false, stratum: undefined };
    this.position = steps.knownAt;
    const bad = (): never => refuse("row.cutoff", "截止号与执行时的承诺不符，或该有而无、该无而有",
      "the cut-off is not what the execution committed to, or is there where it should not be, or missing");
    if (seed === undefined) return opened.cutoff === undefined ? answer : bad();
    const commitments = bytesOf(steps.executed!, "cutoff_commitments");
    if (rows(steps.executed!, "strata").length > 0 || commitments.length !== 32 * rows(announced, "strata").length) {
      refuse("draw.restricted", "执行记录不是受限名录的", "the execution is not one of a restricted pool");
    }
    const at = 32 * Number(stratum);
    const { salt, content } = opened.cutoff ?? bad();
    if (!opens(commitments.slice(at, at + 32), salt, content)) bad();
    if (eligibility !== 0n) return answer;
    const ticket = blindTicket(seed, stratum, blind);
    const cutoff = content.length === 0 ? undefined : content;
    return { ...answer, ticket, cutoff, drawn: cutoff !== undefined && compare(ticket, cutoff) <= 0 };
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
