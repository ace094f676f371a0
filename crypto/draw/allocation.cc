#include "crypto/draw/allocation.h"

#include <algorithm>
#include <numeric>
#include <string>

namespace liuhen::crypto::draw {

namespace {

__extension__ using Wide = unsigned __int128;

std::vector<std::uint64_t> shared_total(std::uint64_t total,
                                        std::span<const std::uint64_t> eligible) {
  Wide all = 0;
  for (std::uint64_t count : eligible) all += count;
  std::vector<std::uint64_t> counts(eligible.size(), 0);
  if (all == 0) return counts;
  const Wide wanted = std::min<Wide>(total, all);
  // all < 2^64 for any pool there can be; a sum of counts beyond it would overflow the products.
  LIUHEN_CHECK(all >> 64 == 0);

  std::vector<std::uint64_t> remainders(eligible.size());
  Wide left = wanted;
  for (std::size_t i = 0; i < eligible.size(); ++i) {
    const Wide product = wanted * eligible[i];
    counts[i] = static_cast<std::uint64_t>(product / all);
    remainders[i] = static_cast<std::uint64_t>(product % all);
    left -= counts[i];
  }
  std::vector<std::size_t> order(eligible.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return remainders[a] > remainders[b]; });
  for (std::size_t i = 0; left > 0; ++i, --left) ++counts[order[i]];
  return counts;
}

}  // namespace

Result<std::vector<std::uint64_t>> drawn_counts(const Allocation& allocation,
                                                std::span<const std::uint64_t> eligible) {
  if (allocation.strata.empty() || allocation.strata.size() != eligible.size()) {
    return fail("draw.strata", "分层数与符合条件的计数不一致",
                "there must be one count of eligible rows for each stratum");
  }
  if (allocation.total != 0) return shared_total(allocation.total, eligible);

  std::vector<std::uint64_t> counts;
  for (std::size_t i = 0; i < eligible.size(); ++i) {
    const StratumShare& share = allocation.strata[i];
    if (share.fixed != 0) {
      counts.push_back(std::min(share.fixed, eligible[i]));
      continue;
    }
    if (share.den == 0 || share.num > share.den) {
      return fail(
          "draw.rate", "第 " + std::to_string(i) + " 层的抽取比例不是 0 到 1 之间的分数",
          "the rate of stratum " + std::to_string(i) + " is not a fraction between 0 and 1");
    }
    const Wide product = Wide{share.num} * eligible[i];
    counts.push_back(static_cast<std::uint64_t>((product + share.den - 1) / share.den));
  }
  return counts;
}

}  // namespace liuhen::crypto::draw
