// Digits of lotteries and dice (docs/formats/draw.md section 4.1).
import { type Bytes, utf8 } from "../bytes.js";
import { refuse } from "../refusal.js";

interface Numbers {
  readonly count: number;
  readonly low: number;
  readonly high: number; // as many digits each as this has
  readonly once: boolean; // ascending, each once
}

const some = (count: number, low: number, high: number, once = false): Numbers => ({ count, low, high, once });

const lotteries: Readonly<Record<string, { readonly zh: string; readonly drums: readonly Numbers[]; readonly bits: number }>> = {
  ssq: { zh: "双色球", drums: [some(6, 1, 33, true), some(1, 1, 16)], bits: 240 },
  dlt: { zh: "大乐透", drums: [some(5, 1, 35, true), some(2, 1, 12, true)], bits: 243 },
  fc3d: { zh: "福彩3D", drums: [some(3, 0, 9)], bits: 99 },
  pl3: { zh: "排列3", drums: [some(3, 0, 9)], bits: 99 },
  pl5: { zh: "排列5", drums: [some(5, 0, 9)], bits: 166 },
  qxc: { zh: "七星彩", drums: [some(6, 0, 9), some(1, 0, 14)], bits: 238 },
};

/** The name of a source in Chinese; `source` itself where there is none. */
export function sourceName(source: string): string {
  return source === "dice" ? "骰子" : lotteries[source]?.zh ?? source;
}

function isOutcome(drums: readonly Numbers[], digits: string): boolean {
  let at = 0;
  for (const { count, low, high, once } of drums) {
    const width = String(high).length;
    let before = -1;
    for (let i = 0; i < count; i++, at += width) {
      const number = Number(digits.slice(at, at + width));
      if (at + width > digits.length || number < low || number > high || (once && number <= before)) return false;
      before = number;
    }
  }
  return at === digits.length;
}

/** Tenths of bits at most. Refuses with `digits.source`, `digits.issue`, `digits.form`. */
export function digitBits(source: string, issue: string, digits: string): number {
  const wrongForm = (): never => refuse("digits.form", "不是其开奖号码或点数", "not an outcome of the source");
  const wrongIssue = (): never => refuse("digits.issue", "期号有误", "not an issue number");
  if (source === "dice") {
    if (issue !== "") wrongIssue();
    return /^[1-6]{1,24}$/.test(digits) ? Math.floor((digits.length * 25_849_625) / 1_000_000) : wrongForm();
  }
  const lottery = Object.hasOwn(lotteries, source) ? lotteries[source]! :
    refuse("digits.source", "没有这种彩票或骰子", "there is no such lottery or dice");
  if (!/^[0-9]{5,8}$/.test(issue)) wrongIssue();
  return /^[0-9]*$/.test(digits) && isOutcome(lottery.drums, digits) ? lottery.bits : wrongForm();
}

/** What follows the nonces in alpha. */
export function digitItem(source: string, issue: string, digits: string): Bytes {
  return utf8(`${source}:${issue}:${digits}`);
}
