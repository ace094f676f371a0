// A report in words, Chinese first or English, and as a value for JSON.
import { type Bytes, toHex } from "./bytes.js";
import type { DrawBeacon, Phase } from "./replay/state.js";
import { sourceName } from "./draw/digits.js";
import { big, flag } from "./replay/fields.js";
import { drawsSubjects, formWords } from "./replay/form.js";
import { voidWords } from "./void-words.js";
import { type Report, type Verdict, exitCodes } from "./verify-proof.js";

export type Language = "zh" | "en";

export const verdicts: Readonly<Record<Verdict, Readonly<Record<Language, string>>>> = {
  verified: { zh: "已核验", en: "verified" },
  violated: { zh: "发现违背", en: "violated" },
  inconclusive: { zh: "无法判定", en: "inconclusive" },
};
const phases: Readonly<Record<Phase, Readonly<Record<Language, string>>>> = {
  committing: { zh: "等待承诺", en: "waiting for commitments" },
  revealing: { zh: "等待揭示", en: "waiting for reveals" },
  ready: { zh: "等待执行", en: "waiting for execution" },
  executed: { zh: "已执行", en: "executed" },
  disclosed: { zh: "已公布名单", en: "disclosed" },
  failed: { zh: "失败", en: "failed" },
};

/** What no proof file shows, whatever its verdict. */
export const limits: Readonly<Record<Language, readonly string[]>> = {
  zh: ["另外没有抽取、密钥未被省略的条目撤销、名录就是当日的登记：这些要核验整个账本。",
    "登记是否属实、检查是否如实进行，任何核验都不能证明。"],
  en: ["That no other draw was made, that no entry left out revoked a key, that the pool was the registry of its day: the whole log shows these.",
    "That the registry tells the truth, and that a visit was honest: nothing shows these."],
};

const tenths = (bits: number): string => `${Math.floor(bits / 10)}.${bits % 10}`;

function beaconLine(beacon: DrawBeacon, output: Bytes | undefined, listed: boolean, language: Language): string {
  const chain = toHex(beacon.hash);
  return language === "zh"
    ? `信标：链 ${chain}（${listed ? "策略所列" : "策略未列，是否公共信标须另行核实"}），第 ${beacon.round} 轮，${
      output === undefined ? "尚未记录" : `输出 ${toHex(output)}`}`
    : `beacon: chain ${chain} (${listed ? "in the policy" : "not in the policy: check that it is a public one"}), round ${
      beacon.round}, ${output === undefined ? "not recorded yet" : `output ${toHex(output)}`}`;
}

export function reportText(report: Report, language: Language): string {
  const zh = language === "zh";
  const say = (chinese: string, english: string): string => (zh ? chinese : english);
  const lines: string[] = [];
  if (!report.pinned) {
    lines.push(say("注意：公钥未固定（没有给出策略文件或公钥），只能说明文件前后一致，不能说明出自谁手。",
      "Note: the keys are not pinned (no policy and no key were given): this shows consistency, not who made the file."));
  }
  if (report.file !== undefined) {
    lines.push(say(`账本：${report.file.origin}`, `log: ${report.file.origin}`),
      say(`抽取：${report.file.draw}`, `draw: ${report.file.draw}`));
  }
  if (report.checkpointSize !== undefined) {
    const witnesses = report.cosigners.join(", ");
    lines.push(say(`检查点：${report.checkpointSize} 条${witnesses && `，见证人 ${witnesses}`}`,
      `checkpoint: ${report.checkpointSize} entries${witnesses && `, witnesses ${witnesses}`}`));
  }
  if (report.file !== undefined) {
    const { entries, inspectors, conflicts } = report.file;
    const subjects = report.file.committed ?? report.file.subjects;
    lines.push(say(
      `内容：事件 ${entries.length} 条，对象 ${subjects.length} 家，检查员 ${inspectors.length} 人，利益冲突 ${conflicts.length} 条`,
      `contents: ${entries.length} events, ${subjects.length} subjects, ${inspectors.length} inspectors, ${conflicts.length} conflicts`));
  }
  const draw = report.draw;
  if (draw !== undefined && report.verdict !== "violated") {
    lines.push(say(`阶段：${phases[draw.phase].zh}${draw.voided ? "，已作废" : ""}`,
      `phase: ${phases[draw.phase].en}${draw.voided ? ", voided" : ""}`));
    if (draw.voided) lines.push(voidWords(draw)[language]);
    const form = formWords(draw.announced);
    if (form !== undefined) lines.push(form[language]);
    const discarded = report.discardedBefore;
    if (discarded.length > 0) {
      lines.push(say(`此前同事项同范围已有 ${discarded.length} 次结果作废，作废时不能排除有人已知结果：${discarded.join(", ")}`,
        "outcomes on its items and scope were discarded before it, and it is not ruled out that somebody knew them when " +
        `they were voided: ${discarded.length}: ${discarded.join(", ")}`));
    }
    if (report.discardedInTime > 0) {
      lines.push(say(`其中 ${report.discardedInTime} 次按记录的时间在信标那一轮之前作废；有无见证人的证明，须核验整个账本`,
        `${report.discardedInTime} of them were voided before the beacon's round by the recorded time; whether witnesses prove it the whole log shows`));
    }
    if (draw.beacon !== undefined) lines.push(beaconLine(draw.beacon, draw.output, report.beaconListed, language));
    if (report.vrfSharing !== undefined) lines.push(report.vrfSharing[language]);
    for (const each of [...report.seal, ...report.restrictedPool]) lines.push(each[language]);
    for (const { source, issue, digits, bits } of draw.digits) {
      lines.push(say(
        `彩票或骰子：${sourceName(source)}${issue && `第 ${issue} 期`} ${digits}，至多 ${tenths(bits)} 比特（不提高等级）`,
        `lottery or dice: ${source}${issue && ` issue ${issue}`} ${digits}, at most ${tenths(bits)} bits (raises no tier)`));
    }
    draw.selection?.strata.forEach((stratum, i) => {
      const all = stratum.eligible === stratum.drawn && stratum.drawn > 0n && drawsSubjects(draw.announced);
      lines.push(say(`分层 ${i}：可抽 ${stratum.eligible}，抽中 ${stratum.drawn}${all ? "（全部，非随机）" : ""}`,
        `stratum ${i}: ${stratum.eligible} eligible, ${stratum.drawn} drawn${all ? " (all: not random)" : ""}`));
    });
    if (draw.selection !== undefined && flag(draw.announced, "weighted")) {
      const certain = draw.selection.drawn.filter((each) => each.certain).map((each) => each.id);
      const named = certain.slice(0, 20).join(", ") + (certain.length > 20 ? ", …" : "");
      lines.push(say(`按权重抽取：仅凭权重即必然抽中的有 ${certain.length} 个${named && `：${named}`}`,
        `drawn by weight: by their weight alone ${certain.length} were certain to be drawn${named && `: ${named}`}`));
    }
  }
  if (report.wrong !== undefined) {
    const at = report.wrong.position;
    lines.push(say(`问题：${at === undefined ? "" : `第 ${at} 条：`}${report.wrong.zh}（${report.wrong.code}）`,
      `wrong: ${at === undefined ? "" : `entry ${at}: `}${report.wrong.en} (${report.wrong.code})`));
  }
  for (const note of report.notes) lines.push(say(`未核验：${note.zh}`, `not checked: ${note.en}`));
  lines.push(say(`结论：${verdicts[report.verdict].zh}`, `verdict: ${verdicts[report.verdict].en}`));
  if (report.verdict === "verified") {
    lines.push(say("C 级：证明文件不含见证人对先后的证明，单凭它不能排除运营方反复试公告；等级须核验整个账本。",
      "Tier C: a proof file holds no witnesses' proof of what came first, and does not rule out by itself that the operator tried announcements until one pleased; the whole log shows the tier."));
  }
  lines.push(say("不能证明：", "Not shown:"), ...limits[language].map((limit) => `- ${limit}`));
  return `${lines.join("\n")}\n`;
}

/** Numbers that may exceed 2^53 are texts. */
export function reportJson(report: Report): unknown {
  const { wrong, file, draw } = report;
  return {
    verdict: report.verdict,
    exit_code: exitCodes[report.verdict],
    pinned: report.pinned,
    ...(file && { origin: file.origin, draw: file.draw, entries: file.entries.length }),
    ...(report.checkpointSize !== undefined && { checkpoint_size: String(report.checkpointSize) }),
    witnesses: report.cosigners,
    ...(draw && { phase: draw.phase, voided: draw.voided,
      execute_deadline: String(big(draw.announced, "execute_deadline")) }),
    ...(draw?.beacon && { beacon: { chain: toHex(draw.beacon.hash), round: String(draw.beacon.round),
      round_time: String(draw.beacon.time), output: draw.output === undefined ? null : toHex(draw.output),
      listed: report.beaconListed } }),
    ...(draw && { form: formWords(draw.announced) ?? null }),
    ...(draw && { digits: draw.digits.map((each) => ({ ...each, bits: tenths(each.bits) })) }),
    discarded_draws: report.discardedBefore,
    ...(report.seal.length > 0 && { seal: report.seal }),
    ...(report.restrictedPool.length > 0 && { restricted_pool: report.restrictedPool }),
    ...(draw?.seed && { seed: toHex(draw.seed) }),
    ...(wrong && { wrong: { code: wrong.code, zh: wrong.zh, en: wrong.en,
      ...(wrong.position !== undefined && { position: String(wrong.position) }) } }),
    not_checked: report.notes,
  };
}
