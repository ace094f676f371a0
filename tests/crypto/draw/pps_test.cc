#include "crypto/draw/pps.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "crypto/sha256.h"

namespace liuhen::crypto::draw {
namespace {

constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();

Seed seed_of(std::uint32_t number) {
  const Hash hash =
      sha256(Bytes{static_cast<std::uint8_t>(number >> 16), static_cast<std::uint8_t>(number >> 8),
                   static_cast<std::uint8_t>(number)});
  Seed seed{};
  std::copy(hash.begin(), hash.end(), seed.begin());
  return seed;
}

// Firms `F-100`, `F-101`, … of one stratum.
std::vector<SubjectRow> firms(const std::vector<std::uint64_t>& weights) {
  std::vector<SubjectRow> rows;
  for (std::size_t i = 0; i < weights.size(); ++i)
    rows.push_back({.id = "F-" + std::to_string(100 + i),
                    .stratum = 0,
                    .weight = weights[i],
                    .eligibility = 0});
  return rows;
}

Allocation fixed(std::uint64_t k) { return {.strata = {{.num = 0, .den = 1, .fixed = k}}}; }

// All starts there are: each row is drawn from exactly k·w of the W, and k rows are drawn from
// each.
TEST(Pps, InclusionIsProportionalToWeightExactly) {
  const std::vector<std::vector<std::uint64_t>> samples{
      {1}, {1, 1, 1, 1}, {5, 1, 2, 4}, {3, 3, 3}, {7, 7, 1, 2, 3, 1, 6}, {10, 9, 8, 7, 6, 5, 4, 3}};
  for (const auto& weights : samples) {
    const auto whole = std::accumulate(weights.begin(), weights.end(), std::uint64_t{0});
    for (std::uint64_t k = 1; k <= weights.size(); ++k) {
      if (*std::max_element(weights.begin(), weights.end()) * k > whole) continue;
      std::vector<std::uint64_t> times(weights.size(), 0);
      for (std::uint64_t u = 0; u < whole; ++u) {
        const auto drawn = systematic_sample(weights, k, u);
        ASSERT_EQ(drawn.size(), k);
        for (const std::size_t i : drawn) ++times[i];
      }
      for (std::size_t i = 0; i < weights.size(); ++i) EXPECT_EQ(times[i], k * weights[i]);
    }
  }
}

TEST(Pps, CertainRowsAreTakenOutUntilNoneIsLeft) {
  const auto rest = [](const std::vector<std::uint64_t>& weights, std::uint64_t k) {
    const PpsStratum how = take_certain(weights, k);
    return std::vector{how.certain, how.rest_drawn, how.rest_weight};
  };
  using Rest = std::vector<std::uint64_t>;
  EXPECT_EQ(rest({1, 1, 1, 1}, 2), (Rest{0, 2, 4}));
  EXPECT_EQ(rest({2, 1, 1}, 2), (Rest{0, 2, 4}));  // w·k = W is not more than W
  EXPECT_EQ(rest({3, 1, 1}, 2), (Rest{1, 1, 2}));
  EXPECT_EQ(rest({1, 100, 1, 10, 1}, 3), (Rest{2, 1, 3}));  // 10 only once 100 is out
  EXPECT_EQ(rest({1, 2, 4, 8, 16, 32}, 6), (Rest{5, 1, 1}));
  EXPECT_EQ(rest({9}, 1), (Rest{0, 1, 9}));
  EXPECT_EQ(rest({kMost - 1, 1}, 2), (Rest{1, 1, 1}));
  EXPECT_EQ(rest({kMost - 1, 1}, 1), (Rest{0, 1, kMost}));
}

TEST(Pps, ARowIsCertainExactlyIfEveryStartDrawsIt) {
  const std::vector<std::uint64_t> weights{40, 6, 5, 3, 3, 2, 2, 1};
  for (std::uint64_t k = 1; k <= weights.size(); ++k) {
    const PpsStratum how = take_certain(weights, k);
    std::vector<std::uint64_t> rest = weights;
    for (auto& weight : rest) weight *= weight * how.rest_drawn > how.rest_weight ? 0 : 1;
    std::vector<std::uint64_t> times(weights.size(), 0);
    for (std::uint64_t u = 0; u < how.rest_weight; ++u)
      for (const std::size_t i : systematic_sample(rest, how.rest_drawn, u)) ++times[i];
    for (std::size_t i = 0; i < weights.size(); ++i)
      EXPECT_EQ(how.is_certain(weights[i]), rest[i] == 0 || times[i] == how.rest_weight) << k;
  }
}

// Many seeds: how often each firm is drawn is within five standard deviations of its chance.
TEST(Pps, OverManySeedsTheChancesAreKept) {
  const std::vector<std::uint64_t> weights{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 120};
  const auto rows = firms(weights);
  const std::uint32_t draws = 20000;
  std::vector<double> times(weights.size(), 0);
  std::uint64_t first_pair = 0;
  for (std::uint32_t n = 0; n < draws; ++n) {
    const auto chosen = select_weighted(seed_of(n), fixed(4), rows).value();
    ASSERT_EQ(chosen.selection.drawn.size(), 4u);
    bool heaviest = false;
    bool next = false;
    for (const DrawnSubject& subject : chosen.selection.drawn) {
      ++times[subject.row];
      heaviest |= subject.row == 10;
      next |= subject.row == 9;
    }
    first_pair += heaviest && next;
  }
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const double chance = i == 11 ? 1 : 3.0 * static_cast<double>(weights[i]) / 66;
    const double deviation = std::sqrt(draws * chance * (1 - chance));
    EXPECT_LE(std::abs(times[i] - draws * chance), 5 * deviation) << weights[i];
  }
  EXPECT_GT(first_pair, 0u);  // neighbours in the registry are not neighbours in ticket order
}

TEST(Pps, EqualWeightsDrawEachEquallyAndAllWhenAllAreAsked) {
  const auto rows = firms({7, 7, 7, 7, 7});
  std::vector<double> times(rows.size(), 0);
  for (std::uint32_t n = 0; n < 5000; ++n) {
    const auto chosen = select_weighted(seed_of(n), fixed(2), rows).value();
    for (const DrawnSubject& subject : chosen.selection.drawn) ++times[subject.row];
  }
  for (const double drawn : times) EXPECT_LE(std::abs(drawn - 2000), 5 * std::sqrt(1200));
  for (const auto& weights :
       {std::vector<std::uint64_t>{7, 7, 7}, std::vector<std::uint64_t>{1, 5, 1000, 1}}) {
    const auto all = select_weighted(seed_of(1), fixed(9), firms(weights)).value();
    EXPECT_EQ(all.selection.drawn.size(), weights.size());
    EXPECT_TRUE(all.selection.strata[0].all_drawn());
  }
}

TEST(Pps, DrawnRowsAreInTicketOrderAndHaveNoCutoff) {
  const auto rows = firms({1, 50, 2, 9, 4, 4, 4, 1, 1, 30});
  const auto chosen = select_weighted(seed_of(5), fixed(5), rows).value();
  const auto& drawn = chosen.selection.drawn;
  EXPECT_TRUE(std::is_sorted(drawn.begin(), drawn.end(),
                             [](const auto& a, const auto& b) { return a.ticket < b.ticket; }));
  for (const DrawnSubject& subject : drawn)
    EXPECT_EQ(subject.ticket, ticket(seed_of(5), 0, subject.id));
  EXPECT_FALSE(chosen.selection.strata[0].cutoff);
}

TEST(Pps, TheStartIsTheHashModuloTheWeight) {
  const Hash hash = sha256(TupleWriter().item("liuhen/pps/v1").item(seed_of(3)).u64(2).take());
  for (const std::uint64_t weight : {std::uint64_t{1}, std::uint64_t{2}, std::uint64_t{256}})
    EXPECT_EQ(pps_start(seed_of(3), 2, weight), hash[31] % weight);
  std::uint64_t low = 0;
  for (std::size_t i = 24; i < 32; ++i) low = low << 8 | hash[i];
  EXPECT_EQ(pps_start(seed_of(3), 2, std::uint64_t{1} << 63), low & kMost >> 1);
  EXPECT_NE(pps_start(seed_of(3), 2, kMost), pps_start(seed_of(3), 1, kMost));
}

TEST(Pps, WeightsThatCannotBeAreRefused) {
  const auto code = [](std::vector<SubjectRow> rows) {
    const auto chosen = select_weighted(seed_of(1), fixed(1), rows);
    return chosen ? "" : chosen.error().code;
  };
  EXPECT_EQ(code(firms({1, 0, 1})), "draw.weights");
  EXPECT_EQ(code(firms({kMost, 1})), "draw.weights");
  EXPECT_EQ(code(firms({kMost})), "");
  EXPECT_EQ(code({}), "");
  auto rows = firms({1, 0, kMost, 5});
  rows[1].eligibility = rows[2].eligibility = 4;  // their weights count for nothing
  EXPECT_EQ(code(rows), "");
  rows[3].stratum = 1;
  EXPECT_EQ(code(rows), "draw.stratum");
  rows = firms({1, 1});
  std::swap(rows[0], rows[1]);
  EXPECT_EQ(code(rows), "draw.order");
}

}  // namespace
}  // namespace liuhen::crypto::draw
