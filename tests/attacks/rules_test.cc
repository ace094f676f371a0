// Attacks on what the rule says of a draw: how many, who is kept out, and who weighs what.
#include "projections/draw_lookup.h"
#include "tests/attacks/dishonest_operator.h"

namespace liuhen::tests {
namespace {

class AttacksOnRules : public Attack {
 protected:
  const schema::RuleSetT& rule() const { return city.state().catalogue.rules.at("R1"); }

  // The second attempt, by the rule and plan in force; with the pool of another rule where one is
  // given.
  schema::DrawAnnouncedT again(const schema::RuleSetT* other = nullptr) {
    CityDraw second(city, 2);
    auto announced = second.announcement();
    name_beacon(announced, town.beacon.chain());
    if (other != nullptr) second.take_pool(announced, *other);
    return announced;
  }
  std::uint64_t announce(schema::DrawAnnouncedT announced) {
    return write(std::move(announced), {"clerk", "approver"});
  }
  void change_rule(const std::function<void(schema::RuleSetT&)>& change) {
    auto next = City::rule("R1", 2);
    change(next);
    city.must(std::move(next), {"clerk", "approver"});
  }
  // Everybody of the first draw was visited, ten days ago; the rule leaves 30 days between visits.
  void visit_all_with_rest() {
    run();
    for (std::size_t visit = 0; visit < draw.draw().tasks.size(); ++visit) draw.result(visit);
    city.now += 10 * 86'400;
    change_rule([](schema::RuleSetT& next) { next.rest_days = 30; });
  }
  void set_minimum(std::uint64_t minimum) {
    auto plan = City::plan("P1", 2);
    plan.rates[0]->minimum = minimum;
    city.must(std::move(plan), {"clerk", "approver"});
  }
};

TEST_F(AttacksOnRules, NoneOfThemInAnHonestSecondDraw) {
  visit_all_with_rest();
  auto announced = again();
  ASSERT_EQ(announced.subject_eligible, 36U) << "four of forty were visited";
  announce(std::move(announced));
  const Told told = verify();
  EXPECT_EQ(told.exit_code, 0) << told.report.at("finding");
}

// Those who were visited lately are put back into the pool, as if nobody had been there: it does
// not help that as many are said to be eligible as the rule leaves.
TEST_F(AttacksOnRules, VisitedLatelyAndYetInThePool) {
  visit_all_with_rest();
  auto without = projections::copy_of(rule());
  without.rest_days = 0;
  auto announced = again(&without);
  ASSERT_EQ(announced.subject_eligible, 40U);
  announced.subject_eligible = 36;
  expect_said("draw.pool_root", announce(std::move(announced)),
              "the announced root of the subjects");
}

// And the other way round: firms are kept out by a rest that is not the rule's.
TEST_F(AttacksOnRules, KeptOutForLongerThanTheRuleSays) {
  visit_all_with_rest();
  change_rule([](schema::RuleSetT& next) {
    next.revision = 3;
    next.rest_days = 5;
  });
  auto longer = projections::copy_of(rule());
  longer.rest_days = 30;
  auto announced = again(&longer);
  ASSERT_EQ(announced.subject_eligible, 36U);
  announced.subject_eligible = 40;
  expect_said("draw.pool_root", announce(std::move(announced)),
              "the announced root of the subjects");
}

// A firm has been visited as often as the rule allows this year, and is in the pool again.
TEST_F(AttacksOnRules, OverTheYearlyCapAndYetInThePool) {
  change_rule([](schema::RuleSetT& next) { next.yearly_cap = 1; });
  run();
  for (std::size_t visit = 0; visit < draw.draw().tasks.size(); ++visit) draw.result(visit);
  auto without = projections::copy_of(rule());
  without.yearly_cap = 0;
  auto announced = again(&without);
  ASSERT_EQ(announced.subject_eligible, 40U);
  ASSERT_EQ(again().subject_eligible, 36U);
  announced.subject_eligible = 36;
  expect_said("draw.pool_root", announce(std::move(announced)),
              "the announced root of the subjects");
}

TEST_F(AttacksOnRules, AnOlderRevisionOfTheRule) {
  visit_all_with_rest();
  auto announced = again();
  announced.rule_revision = 1;
  expect_named("draw.rule_revision", announce(std::move(announced)));
}

// A suspended firm is out for another reason than the one that holds.
TEST_F(AttacksOnRules, AnotherReasonThanTheOneThatHolds) {
  change_rule([](schema::RuleSetT& next) { next.suspended_apart = true; });
  schema::SubjectsImportedT imported;
  imported.run = "suspended";
  imported.last = true;
  imported.rows.push_back(City::firm(7));
  imported.rows[0]->status = schema::SubjectStatus::suspended;
  city.must(std::move(imported), {"registrar"});
  auto announced = town.announcement();
  auto other = projections::copy_of(rule());
  other.suspended_apart = false;
  draw.take_pool(announced, other);
  expect_named("draw.pool_root", announce(std::move(announced)));
}

TEST_F(AttacksOnRules, MinimumLeftOut) {
  set_minimum(9);
  auto announced = town.announcement();
  announced.strata[0]->minimum = 0;
  expect_named("draw.rate", announce(std::move(announced)));
}

// It is announced, and what the rate alone would give is said to have been drawn.
TEST_F(AttacksOnRules, MinimumNotKept) {
  set_minimum(9);
  run_to_round();
  city.must(town.recorded(), {"platform"});
  auto executed = draw.execution([](const Hash&) { return std::nullopt; });
  ASSERT_EQ(executed.strata[0]->drawn, 9U);
  executed.strata[0]->drawn = 4;
  expect_said("draw.selection", write(std::move(executed), {"platform"}),
              "are not what the seed gives");
}

TEST_F(AttacksOnRules, WeightsNotHeeded) {
  city.weigh();
  auto announced = town.announcement();
  announced.weighted = false;
  draw.take_pool(announced, rule());
  expect_named("draw.weighted", announce(std::move(announced)));
}

// Somebody's trade weighs less in the pool than in the rule.
TEST_F(AttacksOnRules, WeightOfAFriend) {
  city.weigh();
  auto lighter = projections::copy_of(rule());
  lighter.weights[1]->weight = 1;
  auto announced = town.announcement();
  draw.take_pool(announced, lighter);
  expect_named("draw.pool_root", announce(std::move(announced)));
}

TEST_F(AttacksOnRules, WrongPickByWeight) {
  city.weigh();
  run_to_round();
  city.must(town.recorded(), {"platform"});
  city.must(draw.execution([](const Hash&) { return std::nullopt; }), {"platform"});
  auto disclosed = draw.disclosure();
  for (std::uint64_t i = 1; i <= 40; ++i) {
    const std::string id = City::code(i);
    const auto has = [&](const auto& visit) { return visit->subject == id; };
    if (std::ranges::any_of(disclosed.visits, has)) continue;
    disclosed.visits[0]->subject = id;
    break;
  }
  expect_named("draw.disclosed_visit", write(std::move(disclosed), {"platform"}));
}

// Another weight is said to have been left for those who were not certain.
TEST_F(AttacksOnRules, AnotherRestByWeight) {
  city.weigh();
  run_to_round();
  city.must(town.recorded(), {"platform"});
  auto executed = draw.execution([](const Hash&) { return std::nullopt; });
  executed.strata[0]->rest_weight += 1;
  expect_named("draw.selection", write(std::move(executed), {"platform"}));
}

}  // namespace
}  // namespace liuhen::tests
