#include "crypto/draw/allocation.h"

#include <algorithm>
#include <numeric>
#include <string>

namespace liuhen::crypto::draw {

namespace {

__extension__ using Wide = unsigned __int128;

// What a stratum can be given.
struct Bounds {
  std::uint64_t least, most;
};

Bounds bounds_of(const StratumShare& share, std::uint64_t eligible) {
  const std::uint64_t most = share.maximum == 0 ? eligible : std::min(share.maximum, eligible);
  return {.least = std::min(share.minimum, most), .most = most};
}

// Shares a total over strata in proportion to what can be drawn of each, within their bounds.
class SharedTotal {
 public:
  SharedTotal(const Allocation& allocation, std::span<const std::uint64_t> eligible)
      : eligible_(eligible), counts_(eligible.size(), 0) {
    Wide least = 0, most = 0;
    for (std::size_t i = 0; i < eligible.size(); ++i) {
      bounds_.push_back(bounds_of(allocation.strata[i], eligible[i]));
      least += bounds_[i].least;
      most += bounds_[i].most;
      all_ += eligible[i];
      open_.push_back(i);
    }
    // Below 2^64 for any pool there can be; a sum of counts beyond it would overflow the products.
    LIUHEN_CHECK(all_ >> 64 == 0);
    left_ = std::clamp<Wide>(allocation.total, least, most);
  }

  std::vector<std::uint64_t> share() {
    while (settle_some()) {
    }
    if (all_ != 0) share_by_largest_remainder();
    return std::move(counts_);
  }

 private:
  // left·n / N, in N-ths.
  Wide quota(std::size_t i) const { return left_ * eligible_[i]; }
  bool is_short(std::size_t i) const { return quota(i) < all_ * bounds_[i].least; }
  bool is_over(std::size_t i) const { return quota(i) > all_ * bounds_[i].most; }

  // Settles those whose quota is below their minimum, or those whose quota is above what they can
  // be given, whichever weighs more; both if neither does. False if there are none of either.
  bool settle_some() {
    Wide missing = 0, beyond = 0;
    bool any = false;
    for (const std::size_t i : open_) {
      any = any || is_short(i) || is_over(i);
      if (is_short(i)) missing += all_ * bounds_[i].least - quota(i);
      if (is_over(i)) beyond += quota(i) - all_ * bounds_[i].most;
    }
    if (!any) return false;
    std::vector<std::size_t> open;
    Wide left = left_, all = all_;
    for (const std::size_t i : open_) {
      const bool at_least = is_short(i) && missing >= beyond;
      if (!at_least && !(is_over(i) && beyond >= missing)) {
        open.push_back(i);
        continue;
      }
      counts_[i] = at_least ? bounds_[i].least : bounds_[i].most;
      left -= counts_[i];
      all -= eligible_[i];
    }
    open_ = std::move(open);
    left_ = left;
    all_ = all;
    return true;
  }

  void share_by_largest_remainder() {
    Wide left = left_;
    for (const std::size_t i : open_) {
      counts_[i] = static_cast<std::uint64_t>(quota(i) / all_);
      left -= counts_[i];
    }
    std::stable_sort(open_.begin(), open_.end(), [&](std::size_t a, std::size_t b) {
      return quota(a) % all_ > quota(b) % all_;
    });
    for (std::size_t i = 0; left > 0; ++i, --left) ++counts_[open_[i]];
  }

  std::span<const std::uint64_t> eligible_;
  std::vector<Bounds> bounds_;
  std::vector<std::uint64_t> counts_;
  std::vector<std::size_t> open_;  // strata not settled yet, by number
  Wide left_ = 0, all_ = 0;        // of the total, and of the eligible, for these
};

Outcome check_share(const StratumShare& share, std::size_t number, bool shared) {
  if (share.maximum != 0 && share.minimum > share.maximum) {
    return fail("draw.rate", "第 " + std::to_string(number) + " 层的最低数大于最高数",
                "the minimum of stratum " + std::to_string(number) + " is above its maximum");
  }
  if (shared || share.fixed != 0 || (share.den != 0 && share.num <= share.den)) return ok();
  return fail(
      "draw.rate", "第 " + std::to_string(number) + " 层的抽取比例不是 0 到 1 之间的分数",
      "the rate of stratum " + std::to_string(number) + " is not a fraction between 0 and 1");
}

std::uint64_t by_rate(const StratumShare& share, std::uint64_t eligible) {
  const Wide product = Wide{share.num} * eligible;
  const auto k = static_cast<std::uint64_t>((product + share.den - 1) / share.den);
  const Bounds bounds = bounds_of(share, eligible);
  return std::clamp(k, bounds.least, bounds.most);
}

}  // namespace

Result<std::vector<std::uint64_t>> drawn_counts(const Allocation& allocation,
                                                std::span<const std::uint64_t> eligible) {
  if (allocation.strata.empty() || allocation.strata.size() != eligible.size()) {
    return fail("draw.strata", "分层数与符合条件的计数不一致",
                "there must be one count of eligible rows for each stratum");
  }
  for (std::size_t i = 0; i < eligible.size(); ++i) {
    const auto checked = check_share(allocation.strata[i], i, allocation.total != 0);
    if (!checked) return checked.error();
  }
  if (allocation.total != 0) return SharedTotal(allocation, eligible).share();

  std::vector<std::uint64_t> counts;
  for (std::size_t i = 0; i < eligible.size(); ++i) {
    const StratumShare& share = allocation.strata[i];
    counts.push_back(share.fixed != 0 ? std::min(share.fixed, eligible[i])
                                      : by_rate(share, eligible[i]));
  }
  return counts;
}

}  // namespace liuhen::crypto::draw
