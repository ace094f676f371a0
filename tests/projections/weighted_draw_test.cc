// Draws by weight and within bounds, from the announcement to what readers are told.
#include <gtest/gtest.h>

#include "projections/pool.h"
#include "projections/row_file.h"
#include "tests/projections/beacon_town.h"

namespace liuhen::tests {
namespace {

using ledger::Verdict;
using projections::Draw;

struct Weighted : testing::Test {
  City city;
  CityDraw draw{city};

  Weighted() {
    city.furnish();
    city.weigh();
    draw.whole();
  }
  const schema::StratumOutcomeT& stratum() const { return *draw.draw().outcome->strata[0]; }
  projections::RowVerdict row(const std::string& id) {
    CityProofs proofs(city);
    return projections::verify_row_file(
        projections::build_row_file(city.state(), draw.draw(), id, proofs).value(), nullptr);
  }
  bool is_drawn(const std::string& id) const {
    const auto& tasks = draw.draw().tasks;
    return std::ranges::find(tasks, id, &projections::Task::subject) != tasks.end();
  }
};

TEST_F(Weighted, TheHeavyAreCertainAndTheRestAreDrawn) {
  EXPECT_EQ(stratum().eligible, 61U);
  EXPECT_EQ(stratum().drawn, 8U) << "the plan's minimum, a tenth being 7";
  EXPECT_EQ(stratum().rest_drawn, 7U);
  EXPECT_EQ(stratum().rest_weight, 40U + 20U * 5U);
  EXPECT_TRUE(stratum().cutoff.empty());
  const std::string heavy = City::code(600);
  EXPECT_EQ(projections::certain_subjects(city.state(), draw.draw()), std::vector{heavy});
  EXPECT_TRUE(is_drawn(heavy));
  EXPECT_TRUE(projections::is_certain(city.state(), draw.draw(), heavy));
  for (const auto& task : draw.draw().tasks)
    EXPECT_EQ(projections::is_certain(city.state(), draw.draw(), task.subject),
              task.subject == heavy);
}

TEST_F(Weighted, TheProofFileShowsIt) {
  CityProofs proofs(city);
  const std::string file = projections::build_proof_file(city.state(), draw.draw(), proofs).value();
  const auto verdict = projections::verify_proof_file(file, nullptr, city.now);
  ASSERT_EQ(verdict.verdict, Verdict::verified) << verdict.finding->en;
  const auto says = [&](const std::string& words) {
    return std::ranges::any_of(verdict.shown, [&](const auto& sentence) {
      return sentence.en.find(words) != std::string::npos;
    });
  };
  EXPECT_TRUE(says("by their weight alone 1 were certain to be drawn: " + City::code(600)));
}

TEST_F(Weighted, ARowSaysWeightAndChance) {
  const auto heavy = row(City::code(600));
  ASSERT_EQ(heavy.verdict, Verdict::verified) << heavy.finding->en;
  EXPECT_TRUE(heavy.weighted && heavy.drawn);
  EXPECT_EQ(heavy.row->weight, 200U);
  const auto restaurant = row(City::code(500));
  ASSERT_EQ(restaurant.verdict, Verdict::verified) << restaurant.finding->en;
  EXPECT_EQ(restaurant.row->weight, 5U);
  EXPECT_FALSE(restaurant.drawn) << "which one row does not show";
  EXPECT_EQ(restaurant.rest_drawn, 7U);
  EXPECT_EQ(restaurant.rest_weight, 140U);
  EXPECT_TRUE(restaurant.ticket && !restaurant.cutoff);
}

// Both verify_row_file and admission look at what is left for the rest.
TEST_F(Weighted, AnotherRestIsRefused) {
  const auto change = [&](auto alter) {
    City again;
    again.furnish();
    again.weigh();
    CityDraw second(again);
    second.announce();
    second.contribute();
    auto executed = second.execution([](const Hash&) { return std::nullopt; });
    alter(*executed.strata[0]);
    return again.refusal(std::move(executed), {"platform"});
  };
  EXPECT_EQ(change([](auto& it) { ++it.rest_weight; }), "draw.selection");
  EXPECT_EQ(change([](auto& it) { --it.rest_drawn; }), "draw.selection");
  EXPECT_EQ(change([](auto& it) { it.cutoff.assign(32, 0xff); }), "draw.selection");
  EXPECT_EQ(change([](auto&) {}), "");
}

}  // namespace
}  // namespace liuhen::tests
