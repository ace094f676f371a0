// How many are drawn from each stratum (docs/formats/draw.md section 5). Integers only.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "crypto/result.h"

namespace liuhen::crypto::draw {

// `fixed` of the eligible, at most all, if it is not 0; otherwise num/den of them, rounded up, but
// not fewer than `minimum` or all, nor more than `maximum`, where these are not 0.
struct StratumShare {
  std::uint64_t num = 0;
  std::uint64_t den = 1;
  std::uint64_t fixed = 0;
  std::uint64_t minimum = 0, maximum = 0;
};

struct Allocation {
  std::vector<StratumShare> strata;  // a stratum's number is its place here
  // Not 0: this many over all strata, as near as minima and maxima allow, in proportion to the
  // eligible of each by largest remainder; num, den and fixed then say nothing.
  std::uint64_t total = 0;
};

// k of each stratum. Fails: `draw.rate` if a rate's den is 0 or its num greater than its den, or a
// minimum is greater than its maximum;
// `draw.strata` if `eligible` is not one count for each stratum, or there is no stratum.
Result<std::vector<std::uint64_t>> drawn_counts(const Allocation& allocation,
                                                std::span<const std::uint64_t> eligible);

}  // namespace liuhen::crypto::draw
