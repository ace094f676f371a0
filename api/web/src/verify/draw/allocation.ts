// How many are drawn from each stratum (docs/formats/draw.md section 5).
import { refuse } from "../refusal.js";

/**
 * `fixed` of the eligible, at most all, if it is not 0; otherwise num/den of them, rounded up, but not fewer than
 * `minimum` or all, nor more than `maximum`, where these are not 0.
 */
export interface Share {
  readonly num: bigint;
  readonly den: bigint;
  readonly fixed: bigint;
  readonly minimum: bigint;
  readonly maximum: bigint;
}

/** What a stratum of n eligible rows can be given. */
interface Bounds {
  readonly n: bigint;
  readonly low: bigint;
  readonly high: bigint;
}

const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);
const clamped = (value: bigint, low: bigint, high: bigint): bigint =>
  value < low ? low : value > high ? high : value;
const sum = (values: readonly bigint[]): bigint => values.reduce((a, b) => a + b, 0n);

function boundsOf(share: Share, n: bigint): Bounds {
  const high = share.maximum === 0n ? n : least(share.maximum, n);
  return { n, low: least(share.minimum, high), high };
}

/**
 * The level over/under at which the strata's clamped shares level·n come to no more than the total, the highest of
 * those at which one of them begins or ceases to grow.
 */
function levelBelow(strata: readonly Bounds[], total: bigint): { over: bigint; under: bigint } {
  const levels = strata.filter(({ n }) => n > 0n)
    .flatMap(({ n, low, high }) => [{ over: low, under: n }, { over: high, under: n }]);
  const reached = levels.filter(({ over, under }) =>
    sum(strata.map(({ n, low, high }) => clamped(over * n, low * under, high * under))) <= total * under);
  return reached.reduce((a, b) => (b.over * a.under > a.over * b.under ? b : a), { over: 0n, under: 1n });
}

function sharedTotal(strata: readonly Bounds[], asked: bigint): bigint[] {
  const total = clamped(asked, sum(strata.map(({ low }) => low)), sum(strata.map(({ high }) => high)));
  const { over, under } = levelBelow(strata, total);
  const counts = strata.map(({ n, low, high }) => (over * n >= high * under ? high : low));
  const growing = strata.map((each, i) => ({ ...each, i }))
    .filter(({ n, low, high }) => over * n >= low * under && over * n < high * under);
  const all = sum(growing.map(({ n }) => n));
  if (all === 0n) return counts;
  const shared = total - sum(counts) + sum(growing.map(({ i }) => counts[i]!));
  for (const { i, n } of growing) counts[i] = (shared * n) / all;
  const byRemainder = growing.map(({ i, n }) => ({ i, remainder: (shared * n) % all }))
    .sort((a, b) => (a.remainder === b.remainder ? a.i - b.i : a.remainder > b.remainder ? -1 : 1));
  let left = total - sum(counts);
  for (const { i } of byRemainder) {
    if (left === 0n) break;
    counts[i]!++;
    left--;
  }
  return counts;
}

/**
 * k of each stratum. `total`, if not 0, is shared over all in place of their rates and counts. Refuses with
 * `draw.rate`, `draw.strata`.
 */
export function drawnCounts(shares: readonly Share[], total: bigint, eligible: readonly bigint[]): bigint[] {
  if (shares.length === 0 || shares.length !== eligible.length) {
    refuse("draw.strata", "分层数量有误", "there is not one count for each stratum");
  }
  for (const share of shares) {
    if (share.maximum !== 0n && share.minimum > share.maximum) {
      refuse("draw.rate", "最低数大于最高数", "a minimum is above its maximum");
    }
    if (total === 0n && share.fixed === 0n && (share.den < 1n || share.num > share.den)) {
      refuse("draw.rate", "比例大于 1 或分母为 0", "a rate is above 1, or its denominator 0");
    }
  }
  const strata = shares.map((share, i) => boundsOf(share, eligible[i]!));
  if (total !== 0n) return sharedTotal(strata, total);
  return shares.map(({ num, den, fixed }, i) => {
    const { n, low, high } = strata[i]!;
    return fixed !== 0n ? least(fixed, n) : clamped((num * n + den - 1n) / den, low, high);
  });
}
