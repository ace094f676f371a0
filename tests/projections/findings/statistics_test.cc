// The expected values are exact fractions, summed by another program in rational arithmetic.
#include "projections/findings/statistics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "projections/findings/screening.h"

namespace liuhen::projections {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;

TEST(Statistics, BinomialTails) {
  EXPECT_NEAR(binomial_upper(7, 20, 0.1), 0.0023860894089661167, 1e-12);
  EXPECT_NEAR(binomial_lower(1, 60, 0.1), 0.01377707896601064, 1e-12);
  EXPECT_EQ(binomial_upper(0, 20, 0.1), 1);
  EXPECT_EQ(binomial_upper(21, 20, 0.1), 0);
  EXPECT_EQ(binomial_lower(20, 20, 0.1), 1);
}

TEST(Statistics, FishersExactTest) {
  EXPECT_NEAR(hypergeometric_upper(4, 10, 7, 50), 0.022825185914917646, 1e-10);
  EXPECT_NEAR(hypergeometric_upper(12, 20, 60, 1000) / 6.24483522665422e-11, 1, 1e-6);
  EXPECT_NEAR(hypergeometric_upper(4, 4, 4, 8), 0.014285714285714285, 1e-10);  // the lady's tea
  EXPECT_EQ(hypergeometric_upper(3, 5, 9, 10), 1);  // four at least are marked
  EXPECT_NEAR(hypergeometric_upper(5, 5, 9, 10), 0.5, 1e-10);
  EXPECT_EQ(hypergeometric_upper(6, 5, 9, 10), 0);
  EXPECT_THAT(hypergeometric_masses(3, 4, 10),
              ElementsAre(DoubleNear(1. / 6, 1e-12), DoubleNear(0.5, 1e-12), DoubleNear(0.3, 1e-12),
                          DoubleNear(1. / 30, 1e-12)));
  const auto certain = hypergeometric_masses(5, 9, 10);
  EXPECT_NEAR(std::accumulate(certain.begin(), certain.end(), 0.0), 1, 1e-12);
  EXPECT_EQ(certain[3], 0);
}

TEST(Statistics, SumsOfUnequalChancesAreBounded) {
  // Chances 1/2, 1/10, 1/10, 1/20: P(3 or more) is 0.00975.
  EXPECT_NEAR(sum_upper_bound(3, 4, 0.75), 0.0226593017578125, 1e-12);
  EXPECT_EQ(sum_upper_bound(1, 4, 0.75), 1);  // too near the mean to say
  EXPECT_EQ(sum_lower_bound(0, 4, 0.75), 1);
  EXPECT_NEAR(sum_lower_bound(0, 4, 1.2), 0.7 * 0.7 * 0.7 * 0.7, 1e-12);
  EXPECT_THAT(convolved(std::vector{0.5, 0.5}, std::vector{0.25, 0.75}),
              ElementsAre(0.125, 0.5, 0.375));
}

TEST(Statistics, ManyTests) {
  const std::vector<double> p{0.01, 0.04, 0.03, 0.005};
  const auto near = [](double value) { return DoubleNear(value, 1e-12); };
  EXPECT_THAT(holm(p, 4), ElementsAre(near(0.03), near(0.06), near(0.06), near(0.02)));
  EXPECT_THAT(benjamini_hochberg(p, 4),
              ElementsAre(near(0.02), near(0.04), near(0.04), near(0.02)));
  // Those not given count as well.
  EXPECT_THAT(holm(p, 100), ElementsAre(near(0.99), near(1), near(1), near(0.5)));
  EXPECT_THAT(benjamini_hochberg(p, 8),
              ElementsAre(near(0.04), near(0.08), near(0.08), near(0.04)));
}

TEST(Statistics, PowerIsTheChanceToFindWhatIsThere) {
  // Of ten at 0.1 each, four give p ≤ 0.05; at 0.3 each, four or more come in 0.35 of all cases.
  EXPECT_NEAR(power_of(10, 0.1, 3, 0.05), binomial_upper(4, 10, 0.3), 1e-12);
  EXPECT_EQ(power_of(2, 0.5, 2, 0.05), 0);  // even two of two are no evidence
}

TEST(Statistics, MonteCarloStopsEarlyAndNeverSaysZero) {
  const auto often = sequential_monte_carlo(10, 9'999, [](std::uint64_t i) { return i % 2 == 1; });
  EXPECT_EQ(often.replicates, 20u);
  EXPECT_EQ(often.p, 0.5);
  const auto never = sequential_monte_carlo(10, 999, [](std::uint64_t) { return false; });
  EXPECT_EQ(never.replicates, 999u);
  EXPECT_EQ(never.p, 0.001);
}

Suspect suspect(const std::string& about, double p) {
  Suspect out;
  out.about = about;
  out.what = {"列名" + about, "names " + about};
  out.anonymous = {"不列名", "not named"};
  out.evidence.add(7);
  out.p = p;
  return out;
}

TEST(Screening, NamesOnlyWhomHolmLeaves) {
  Screen screen;
  screen_suspects({suspect("a", 0.004), suspect("b", 0.00001), suspect("c", 0.5)}, 4, screen);
  ASSERT_EQ(screen.findings.size(), 2u);
  EXPECT_EQ(screen.findings[0].about, "b");
  EXPECT_EQ(screen.findings[0].what.en, "names b");
  EXPECT_EQ(screen.findings[0].evidence.positions, std::vector<std::uint64_t>{7});
  EXPECT_EQ(screen.findings[1].about, "");
  EXPECT_EQ(screen.findings[1].what.en, "not named");
  EXPECT_EQ(screen.findings[1].evidence.count, 0u);  // positions would name him
}

TEST(Screening, EvidenceIsBounded) {
  Evidence evidence;
  for (std::uint64_t i = 100; i > 0; --i) evidence.add(i);
  EXPECT_EQ(evidence.count, 100u);
  EXPECT_EQ(evidence.positions.size(), Evidence::kPositionsMax);
  EXPECT_EQ(evidence.positions.front(), 1u);
}

}  // namespace
}  // namespace liuhen::projections
