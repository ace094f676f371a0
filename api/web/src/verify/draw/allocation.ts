// How many are drawn from each stratum (docs/formats/draw.md section 5).
import { refuse } from "../refusal.js";

/** `fixed` of the eligible, at most all, if it is not 0; otherwise num/den of them, rounded up. */
export interface Share {
  readonly num: bigint;
  readonly den: bigint;
  readonly fixed: bigint;
}

const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);

/**
 * k of each stratum. `total`, if not 0, is shared over all in place of their shares. Refuses with
 * `draw.rate`, `draw.strata`.
 */
export function drawnCounts(shares: readonly Share[], total: bigint, eligible: readonly bigint[]): bigint[] {
  if (shares.length === 0 || shares.length !== eligible.length) {
    refuse("draw.strata", "分层数量有误", "there is not one count for each stratum");
  }
  for (const share of shares) {
    if (share.den < 1n || share.num > share.den) {
      refuse("draw.rate", "比例大于 1 或分母为 0", "a rate is above 1, or its denominator 0");
    }
  }
  if (total === 0n) {
    return shares.map((share, i) => {
      const n = eligible[i]!;
      return share.fixed !== 0n ? least(share.fixed, n) : (share.num * n + share.den - 1n) / share.den;
    });
  }
  const all = eligible.reduce((sum, n) => sum + n, 0n);
  if (all === 0n) return eligible.map(() => 0n);
  const shared = least(total, all);
  const counts = eligible.map((n) => (shared * n) / all);
  let left = shared - counts.reduce((sum, k) => sum + k, 0n);
  const byRemainder = eligible
    .map((n, i) => ({ i, remainder: (shared * n) % all }))
    .sort((a, b) => (a.remainder === b.remainder ? a.i - b.i : a.remainder > b.remainder ? -1 : 1));
  for (const { i } of byRemainder) {
    if (left === 0n) break;
    counts[i]!++;
    left--;
  }
  return counts;
}
