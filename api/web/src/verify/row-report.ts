// The report on one subject's row in words, Chinese first or English, and as a value for JSON.
import { toHex } from "./bytes.js";
import { type Language, verdicts } from "./report-text.js";
import type { Sentence } from "./refusal.js";
import { exitCodes } from "./verify-proof.js";
import type { RowAnswer, RowReport } from "./verify-row.js";

const reasons: Readonly<Record<string, Sentence>> = {
  1: { zh: "登记状态不是存续", en: "its status is not active" },
  2: { zh: "本年度被抽中已达细则所定次数", en: "it was drawn as often as the rule allows in a year" },
  3: { zh: "此前抽中的检查尚未结束", en: "a visit for which it was drawn before has not ended" },
  4: { zh: "距上次检查未满细则所定的天数", en: "it was visited within the days that the rule leaves between visits" },
  5: { zh: "登记状态为停业", en: "its status is suspended" },
};

/** What no such file shows, whatever its verdict. */
export const rowLimits: readonly Sentence[] = [
  { zh: "截止号、各层可抽数是否由整个名录得出，名录是否按编号排列，署名人是否有权，各步是否合乎期限与次序：须核验该抽取的证明文件（.draw-proof）。",
    en: "That cut-off and counts are what the whole pool gives, that the pool ascends by id, that authors were entitled and steps in time and order: the draw's .draw-proof shows these." },
  { zh: "名录是否就是当时的登记，理由是否属实，是否另有抽取，文件所略去的事件（如作废）：须核验整个账本。",
    en: "That the pool was the registry of its day, that the reason is true, whether another draw was made, and events left out, such as a void: the whole log shows these." },
  { zh: "登记是否属实、检查是否如实进行，任何核验都不能证明。",
    en: "That the registry tells the truth, and that a visit was honest: nothing shows these." },
];

function ticketSentence({ ticket, cutoff, drawn, stratum, weighted, row, drawsSubjects }: RowAnswer): Sentence[] {
  if (ticket === undefined) return [];
  const [mine, of, chosen] = [toHex(ticket), stratum?.eligible, stratum?.drawn];
  const counts = stratum === undefined ? { zh: "", en: "" } // of a restricted pool they are not public
    : { zh: `（该层可抽 ${of}，抽中 ${chosen}）`, en: ` (${chosen} of the stratum's ${of} were)` };
  if (weighted && chosen !== 0n) {
    if (drawn) {
      return [{ zh: `仅凭权重即必然抽中（该层可抽 ${of}，抽中 ${chosen}）`,
        en: `by its weight alone it was certain to be drawn (${chosen} of the stratum's ${of} were)` }];
    }
    const chance = `${row!.weight} × ${stratum!.restDrawn} / ${stratum!.restWeight}`;
    return [{ zh: `抽中的机会为 ${chance}（该层可抽 ${of}，抽中 ${chosen}）；是否抽中须核验该抽取的证明文件（.draw-proof）`,
      en: `its chance was ${chance} (${chosen} of the stratum's ${of} were drawn); whether it was drawn the draw's .draw-proof shows` }];
  }
  if (cutoff === undefined) {
    return [{ zh: `抽签号 ${mine}；该层没有抽取任何对象：未抽中`, en: `its ticket is ${mine}; nobody of its stratum was drawn: it was not` }];
  }
  const line = { zh: `抽签号 ${mine} ${drawn ? "不大于" : "大于"}截止号 ${toHex(cutoff)}：${drawn ? "抽中" : "未抽中"}${counts.zh}`,
    en: `its ticket ${mine} is ${drawn ? "not above" : "above"} the cut-off ${toHex(cutoff)}: it was ${drawn ? "" : "not "}drawn${counts.en}` };
  const all = { zh: "该层可抽的全部抽中，并非随机", en: "all of the stratum were drawn: that was not random" };
  return stratum !== undefined && of === chosen && drawsSubjects ? [line, all] : [line];
}

function answerSentences(id: string, report: RowReport): Sentence[] {
  const answer = report.answer!;
  const { row, rows } = answer;
  const out: Sentence[] = answer.form === undefined ? [] : [answer.form];
  if (row === undefined) {
    const beside = report.file!.rows.map(({ index, row: { id: other } }) => ({ at: index + 1n, other }));
    out.push({ zh: `${id} 不在名录（共 ${rows} 行，按编号排列）中：${beside.map((b) => `第 ${b.at} 行是 ${b.other}`).join("，")}，其间没有它的位置`,
      en: `${id} is not in the pool (${rows} rows by id): ${beside.map((b) => `row ${b.at} is ${b.other}`).join(", ")}, which leaves no place for it` });
  } else {
    out.push({ zh: `${id} 在名录中：第 ${answer.index! + 1n} 行，共 ${rows} 行；第 ${row.stratum} 层（从 0 数起）`,
      en: `${id} is in the pool: row ${answer.index! + 1n} of ${rows}, in stratum ${row.stratum} (counted from 0)` });
    if (answer.weighted) {
      out.push({ zh: `本次按权重抽取，它的权重是 ${row.weight}`, en: `this draw is by weight, and its weight is ${row.weight}` });
    }
    const reason = reasons[String(row.eligibility)];
    out.push(reason === undefined ? { zh: "它可以被抽中", en: "it could be drawn" }
      : { zh: `它不可被抽中：${reason.zh}（代码 ${row.eligibility}）`, en: `it could not be drawn: ${reason.en} (code ${row.eligibility})` });
    out.push(...ticketSentence(answer));
  }
  if (answer.voided) out.push({ zh: "该抽取已作废", en: "the draw was voided" });
  if (answer.failed) out.push({ zh: "该抽取已告失败：无人承诺", en: "the draw failed: nobody committed" });
  if (!answer.executed && !answer.failed) {
    out.push({ zh: "文件中没有执行记录：尚未抽取，或文件早于执行",
      en: "the file holds no execution: nothing was drawn yet, or the file is older" });
  }
  return out;
}

export function rowReportText(report: RowReport, language: Language): string {
  const say = (sentence: Sentence): string => sentence[language];
  const lines: string[] = [];
  if (!report.pinned) {
    lines.push(say({ zh: "注意：公钥未固定（没有给出策略文件或公钥），只能说明文件前后一致，不能说明出自谁手。",
      en: "Note: the keys are not pinned (no policy and no key were given): this shows consistency, not who made the file." }));
  }
  const { file, wrong } = report;
  if (file !== undefined) {
    lines.push(say({ zh: `账本：${file.origin}`, en: `log: ${file.origin}` }),
      say({ zh: `抽取：${file.draw}`, en: `draw: ${file.draw}` }), say({ zh: `对象：${file.subject}`, en: `subject: ${file.subject}` }));
  }
  if (report.checkpointSize !== undefined) {
    const witnesses = report.cosigners.join(", ");
    lines.push(say({ zh: `检查点：${report.checkpointSize} 条${witnesses && `，见证人 ${witnesses}`}`,
      en: `checkpoint: ${report.checkpointSize} entries${witnesses && `, witnesses ${witnesses}`}` }));
  }
  if (report.answer !== undefined) lines.push(...answerSentences(file!.subject, report).map(say));
  if (wrong !== undefined) {
    const at = wrong.position;
    lines.push(say({ zh: `问题：${at === undefined ? "" : `第 ${at} 条：`}${wrong.zh}（${wrong.code}）`,
      en: `wrong: ${at === undefined ? "" : `entry ${at}: `}${wrong.en} (${wrong.code})` }));
  }
  for (const note of report.notes) lines.push(say({ zh: `未核验：${note.zh}`, en: `not checked: ${note.en}` }));
  lines.push(say({ zh: `结论：${verdicts[report.verdict].zh}`, en: `verdict: ${verdicts[report.verdict].en}` }));
  lines.push(say({ zh: "不能证明：", en: "Not shown:" }), ...rowLimits.map((limit) => `- ${say(limit)}`));
  return `${lines.join("\n")}\n`;
}

/** Numbers that may exceed 2^53 are texts. */
export function rowReportJson(report: RowReport): unknown {
  const { wrong, file, answer } = report;
  return {
    verdict: report.verdict,
    exit_code: exitCodes[report.verdict],
    pinned: report.pinned,
    ...(file && { origin: file.origin, draw: file.draw, subject: file.subject }),
    ...(report.checkpointSize !== undefined && { checkpoint_size: String(report.checkpointSize) }),
    witnesses: report.cosigners,
    ...(answer && { in_pool: answer.row !== undefined, rows: String(answer.rows), eligible: String(answer.eligible),
      executed: answer.executed, voided: answer.voided, failed: answer.failed, drawn: answer.executed ? answer.drawn ?? null : null }),
    ...(answer?.row && { index: String(answer.index), stratum: String(answer.row.stratum), reason: String(answer.row.eligibility),
      weight: String(answer.row.weight),
      ticket: answer.ticket === undefined ? null : toHex(answer.ticket),
      cutoff: answer.cutoff === undefined ? null : toHex(answer.cutoff) }),
    ...(wrong && { wrong: { code: wrong.code, zh: wrong.zh, en: wrong.en,
      ...(wrong.position !== undefined && { position: String(wrong.position) }) } }),
    not_checked: report.notes,
  };
}
