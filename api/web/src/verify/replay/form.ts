// What a draw leaves to chance, and why not more (docs/formats/draw.md, "Forms").
import { dateText, dayOf, isWeekday, visitDay } from "../draw/visit-day.js";
import type { Decoded } from "../flatbuffer.js";
import { refuse } from "../refusal.js";
import { big, flag, number, rows, text } from "./fields.js";

const both = 0, subjectsOnly = 1, full = 3;

/** Whether subjects are drawn, or all that are eligible are visited. */
export const drawsSubjects = (announced: Decoded): boolean =>
  [both, subjectsOnly].includes(number(announced, "form"));
/** Whether teams are drawn, or named by the department. */
export const drawsTeams = (announced: Decoded): boolean => number(announced, "form") !== subjectsOnly;

const mostDays = 366n;

export function checkForm(p: Decoded): void {
  const form = number(p, "form");
  const reason = text(p, "form_reason");
  if (form === both ? reason !== "" : !/\P{White_Space}/u.test(reason)) {
    refuse("draw.form", "单随机、全覆盖须写明理由，双随机不写", "the form needs its reason, and a draw of both sides takes none");
  }
  const whole = big(p, "total") === 0n && !flag(p, "weighted") && rows(p, "strata").every((row) =>
    big(row, "num") === big(row, "den") && big(row, "num") !== 0n &&
    ["fixed", "minimum", "maximum"].every((name) => big(row, name) === 0n));
  if (!drawsSubjects(p) && !whole) {
    refuse("draw.form_rates", "不抽检查对象的，各层比例须为 1/1", "where no subjects are drawn every rate is 1/1");
  }
  const first = BigInt(number(p, "first_day"));
  const perDay = BigInt(number(p, "visits_per_day"));
  const executed = dayOf(big(p, "execute_deadline"));
  const sound = form !== full ? first === 0n && perDay === 0n :
    first > executed && first <= executed + mostDays && isWeekday(first) && perDay > 0n &&
    (big(p, "subject_eligible") + perDay - 1n) / perDay <= mostDays;
  if (!sound) {
    refuse("draw.form_days", "首日或每日户数有误，或只有全覆盖才定", "the first day or the visits a day make no sense, or only a full inspection has them");
  }
}

/** In words; undefined where both sides are drawn. */
export function formWords(p: Decoded): { readonly zh: string; readonly en: string } | undefined {
  const form = number(p, "form");
  if (form === both) return undefined;
  const names = [
    { zh: "单随机（只抽检查对象），检查人员由单位指派，不是抽取的",
      en: "subjects only; the inspectors are named by the department, not drawn" },
    { zh: "单随机（只抽检查人员），检查对象是范围内可查的全部，不是抽取的",
      en: "inspectors only; the subjects are all in scope that can be visited, not drawn" },
    { zh: "全覆盖检查（抽次序、日期和检查人员），检查对象是范围内可查的全部，不是抽取的",
      en: "full inspection: order, dates and staff; the subjects are all in scope that can be visited, not drawn" },
  ];
  const name = names[form - 1]!;
  const days = form === full ? {
    zh: `，自 ${dateText(BigInt(number(p, "first_day")))} 起每个周一至周五 ${number(p, "visits_per_day")} 户`,
    en: `; ${number(p, "visits_per_day")} on each Monday to Friday from ${dateText(BigInt(number(p, "first_day")))} on`,
  } : { zh: "", en: "" };
  const reason = text(p, "form_reason");
  return { zh: `${name.zh}${days.zh}。理由：${reason}`, en: `${name.en}${days.en}. Reason: ${reason}` };
}

/** The day on which a visit is due; undefined unless the draw is a full inspection. */
export function dayOfVisit(p: Decoded, visit: bigint): bigint | undefined {
  if (number(p, "form") !== full) return undefined;
  return visitDay(BigInt(number(p, "first_day")), BigInt(number(p, "visits_per_day")), visit);
}
