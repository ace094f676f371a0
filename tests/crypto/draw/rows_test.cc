#include "crypto/draw/rows.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "crypto/draw/allocation.h"
#include "crypto/draw/matching.h"
#include "crypto/draw/selection.h"

namespace liuhen::crypto::draw {
namespace {

template <class T>
std::string code(const Result<T>& result) {
  return result ? "" : result.error().code;
}

TEST(DrawRows, IdsHaveOneSpelling) {
  EXPECT_TRUE(is_id("91370200MA3C000001"));
  EXPECT_TRUE(is_id("A-Z_0.9"));
  EXPECT_TRUE(is_id(std::string(23, 'A')));
  EXPECT_FALSE(is_id(std::string(24, 'A')));
  for (const char* bad : {"", "a", "A B", "A/B", "检查员", "A\n"}) EXPECT_FALSE(is_id(bad)) << bad;
  EXPECT_FALSE(is_id(std::string_view("A\0", 2)));
}

TEST(DrawRows, PoolRefusesAndStaysAsItWas) {
  SubjectPool pool;
  ASSERT_TRUE(pool.add("B", 0, 1, 0));
  const Hash root = pool.root();
  EXPECT_EQ(code(pool.add("B", 0, 1, 0)), "draw.order");
  EXPECT_EQ(code(pool.add("AZ", 0, 1, 0)), "draw.order");
  EXPECT_EQ(code(pool.add("c", 0, 1, 0)), "draw.id");
  EXPECT_EQ(code(pool.add("C", 0, 2, 0)), "draw.weights");
  EXPECT_EQ(pool.root(), root);
  EXPECT_EQ(pool.rows(), 1u);
  ASSERT_TRUE(pool.add("B-", 0, 1, 4));  // a shorter prefix comes first
  EXPECT_EQ(pool.rows(), 2u);
  EXPECT_EQ(pool.eligible(), 1u);
  SubjectPool weighted(true);
  EXPECT_EQ(code(weighted.add("C", 0, 0, 0)), "draw.weights");
  EXPECT_TRUE(weighted.add("C", 0, 2, 0));
}

TEST(DrawRows, InspectorsAreChecked) {
  InspectorPool pool;
  EXPECT_EQ(code(pool.add(
                {.id = "A", .unit = "", .qualifications = {}, .capacity = 1, .eligibility = 0})),
            "draw.unit");
  EXPECT_EQ(
      code(pool.add(
          {.id = "A", .unit = "U", .qualifications = {"X", "X"}, .capacity = 1, .eligibility = 0})),
      "draw.qualifications");
  EXPECT_EQ(
      code(pool.add(
          {.id = "A", .unit = "U", .qualifications = {"Y", "X"}, .capacity = 1, .eligibility = 0})),
      "draw.qualifications");
  EXPECT_EQ(code(pool.add(
                {.id = "A", .unit = "U", .qualifications = {""}, .capacity = 1, .eligibility = 0})),
            "draw.qualifications");
  EXPECT_EQ(pool.rows(), 0u);
}

TEST(DrawAllocation, RoundsUpWithoutOverflow) {
  constexpr std::uint64_t kMost = ~std::uint64_t{0};
  const std::vector<std::uint64_t> eligible{1, 20, 21, 0, kMost, kMost};
  const Allocation allocation{.strata = {{.num = 1, .den = 1000},
                                         {.num = 5, .den = 100},
                                         {.num = 5, .den = 100},
                                         {.num = 1, .den = 1},
                                         {.num = kMost, .den = kMost},
                                         {.num = kMost - 1, .den = kMost}}};
  const auto counts = drawn_counts(allocation, eligible);
  ASSERT_TRUE(counts);
  EXPECT_EQ(*counts, (std::vector<std::uint64_t>{1, 1, 2, 0, kMost, kMost - 1}));
}

TEST(DrawAllocation, TotalsGoByLargestRemainderThenByNumber) {
  const Allocation allocation{.strata = {{}, {}, {}}, .total = 4};
  EXPECT_EQ(*drawn_counts(allocation, std::vector<std::uint64_t>{5, 5, 5}),
            (std::vector<std::uint64_t>{2, 1, 1}));
  EXPECT_EQ(*drawn_counts(allocation, std::vector<std::uint64_t>{1, 1, 1}),
            (std::vector<std::uint64_t>{1, 1, 1}));
  EXPECT_EQ(*drawn_counts(allocation, std::vector<std::uint64_t>{0, 1, 8}),
            (std::vector<std::uint64_t>{0, 0, 4}));
  EXPECT_EQ(*drawn_counts(allocation, std::vector<std::uint64_t>{0, 0, 0}),
            (std::vector<std::uint64_t>{0, 0, 0}));
}

// All small totals over three strata with bounds: none is outside them, the total is kept as far
// as they let it be, and strata that no bound holds are at one level, to within a row each.
TEST(DrawAllocation, TotalsStayWithinBounds) {
  const std::vector<std::uint64_t> eligible{4, 9, 21};
  const std::pair<std::uint64_t, std::uint64_t> bounds[] = {{0, 0}, {3, 0}, {0, 2}, {2, 5}, {9, 9}};
  std::uint64_t cases = 0;
  for (const auto& a : bounds) {
    for (const auto& b : bounds) {
      for (const auto& c : bounds) {
        Allocation asked;
        std::uint64_t least = 0, most = 0;
        std::vector<std::pair<std::uint64_t, std::uint64_t>> within;
        for (const auto& [low, high] : {a, b, c}) {
          const std::uint64_t n = eligible[asked.strata.size()];
          asked.strata.push_back({.minimum = low, .maximum = high});
          const std::uint64_t top = high == 0 ? n : std::min(high, n);
          within.emplace_back(std::min(low, top), top);
          least += within.back().first;
          most += top;
        }
        for (asked.total = 1; asked.total <= 36; ++asked.total, ++cases) {
          const auto counts = drawn_counts(asked, eligible).value();
          EXPECT_EQ(counts[0] + counts[1] + counts[2], std::clamp(asked.total, least, most));
          for (std::size_t i = 0; i < 3; ++i) {
            EXPECT_GE(counts[i], within[i].first);
            EXPECT_LE(counts[i], within[i].second);
            for (std::size_t j = 0; j < 3; ++j) {
              const bool both_open = counts[i] > within[i].first && counts[i] < within[i].second &&
                                     counts[j] > within[j].first && counts[j] < within[j].second;
              if (!both_open) continue;
              EXPECT_LE((counts[i] - 1) * eligible[j], (counts[j] + 1) * eligible[i]);
            }
          }
        }
      }
    }
  }
  EXPECT_EQ(cases, 36u * 125u);
}

TEST(DrawAllocation, RatesStayWithinBounds) {
  const auto k = [](StratumShare share, std::uint64_t eligible) {
    return drawn_counts({.strata = {share}}, std::vector{eligible}).value()[0];
  };
  EXPECT_EQ(k({.num = 5, .den = 100, .minimum = 3}, 20), 3u);
  EXPECT_EQ(k({.num = 5, .den = 100, .minimum = 3}, 2), 2u) << "fewer than the minimum";
  EXPECT_EQ(k({.num = 5, .den = 100, .minimum = 3}, 100), 5u);
  EXPECT_EQ(k({.num = 5, .den = 100, .maximum = 4}, 100), 4u);
  EXPECT_EQ(k({.num = 0, .den = 1, .minimum = 1}, 7), 1u);
  EXPECT_EQ(k({.num = 1, .den = 1, .maximum = UINT64_MAX}, 7), 7u);
  EXPECT_EQ(k({.fixed = 5, .minimum = 6, .maximum = 6}, 9), 5u) << "bounds say nothing beside it";
}

TEST(DrawAllocation, RefusesWhatIsNoRate) {
  const auto bounds =
      drawn_counts({.strata = {{.minimum = 3, .maximum = 2}}}, std::vector<std::uint64_t>{5});
  EXPECT_EQ(bounds.error().code, "draw.rate");
  const std::vector<std::uint64_t> eligible{5};
  EXPECT_EQ(code(drawn_counts({.strata = {{.num = 1, .den = 0}}}, eligible)), "draw.rate");
  EXPECT_EQ(code(drawn_counts({.strata = {{.num = 2, .den = 1}}}, eligible)), "draw.rate");
  EXPECT_EQ(code(drawn_counts({.strata = {}}, {})), "draw.strata");
  EXPECT_EQ(code(drawn_counts({.strata = {{}, {}}}, eligible)), "draw.strata");
}

TEST(DrawSelection, RefusesRowsThatAreNoPool) {
  const Allocation half{.strata = {{.num = 1, .den = 2}}};
  const auto select_rows = [&](std::vector<SubjectRow> rows) {
    return code(select(Seed{}, half, rows));
  };
  EXPECT_EQ(select_rows({{.id = "A"}, {.id = "B"}}), "");
  EXPECT_EQ(select_rows({{.id = "B"}, {.id = "A"}}), "draw.order");
  EXPECT_EQ(select_rows({{.id = "A"}, {.id = "A"}}), "draw.order");
  EXPECT_EQ(select_rows({{.id = "A", .stratum = 1}}), "draw.stratum");
  EXPECT_EQ(select_rows({{.id = "A", .weight = 0}}), "draw.weights");
  EXPECT_EQ(select_rows({{.id = "ä"}}), "draw.id");
}

}  // namespace
}  // namespace liuhen::crypto::draw
