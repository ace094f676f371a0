// What could be known of a draw's outcome when it was voided, by what a proof file holds: no witnesses' proof.
import { big } from "./replay/fields.js";
import { type Draw } from "./replay/state.js";

/** Of a voided draw, in one clause. */
export function voidWords(draw: Draw): { readonly zh: string; readonly en: string } {
  if (draw.voidedIn === "executed" || draw.voidedIn === "disclosed") {
    return { zh: "执行之后作废，结果已可得知",
      en: "it was voided after its execution, when its outcome could be known" };
  }
  if (draw.beacon !== undefined && draw.voidedTime < draw.beacon.time) {
    return { zh: "按记录的时间在信标那一轮之前作废，此处没有见证人的证明，不能排除运营方已知结果",
      en: "by its recorded time the void came before the beacon's round, and nothing here proves it by witnesses: " +
        "that the operator knew the outcome is not ruled out" };
  }
  if (draw.beacon === undefined && draw.voidedIn === "committing") {
    return { zh: "作废时结果尚无人能知", en: "when it was voided nobody could know its outcome" };
  }
  // The operator records the closing of the reveals when it likes. After the deadline no reveal is taken.
  const complete = draw.voidedIn === "ready" || !draw.voidedAwaiting || draw.voidedTime > big(draw.announced, "reveal_deadline");
  return complete
    ? { zh: "作废时已不可反悔、尚未执行：运营方一家已能算出结果",
      en: "it was voided past the point of no return and before its execution: the operator alone could work the outcome out" }
    : { zh: "作废时已不可反悔、尚未执行：收齐揭示的人（运营方与尚未揭示的贡献人）已能算出结果",
      en: "it was voided past the point of no return and before its execution: whoever had all reveals, the operator " +
        "with the contributors who had not revealed yet, could work the outcome out" };
}
