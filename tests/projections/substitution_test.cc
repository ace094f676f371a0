// What a substitute hangs on is fixed by the decision, before its beacon round is known
// (docs/formats/draw.md section 9): each test is something that an operator could do afterwards.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/projections/drawn_city.h"

namespace liuhen::tests {
namespace {

// Ten visits of two, and eight inspectors who go three times at most: hardly anybody is free.
class Substitution : public ::testing::Test {
 protected:
  static constexpr std::uint32_t kCapacity = 3, kAmple = 10;

  void SetUp() override {
    draw_with([](schema::DrawAnnouncedT&) {});
  }
  template <class Change>
  void draw_with(const Change& change, std::uint32_t capacity = kCapacity) {
    city = std::make_unique<DrawnCity>();
    schema::RuleSetT rule;
    rule.id = rule.name = "RULE";
    rule.revision = 2;
    rule.department = "BUREAU";
    rule.default_capacity = capacity;
    for (const char* kind : {"firm", "cooperative"}) {
      rule.strata.push_back(std::make_unique<schema::StratumRuleT>());
      rule.strata.back()->label = kind;
      rule.strata.back()->conditions.push_back(std::make_unique<schema::ConditionT>());
      rule.strata.back()->conditions[0]->field = schema::Field::kind;
      rule.strata.back()->conditions[0]->values = {kind};
    }
    city->must(std::move(rule), {"clerk", "approver"});
    auto a = city->announcement();
    a.rule_revision = 2;
    a.default_capacity = capacity;
    change(a);
    city->take_pool(a);
    city->must(std::move(a), {"clerk", "approver"});
    city->commit_all();
    city->reveal_all();
    city->must(city->executed(), {"platform"});
    city->must(city->disclosed_whole(), {"platform"});
  }

  const projections::Seat& seat(std::size_t visit, std::size_t number = 0) const {
    return city->draw().tasks[visit].seats[number];
  }
  static std::string unit_of(const std::string& inspector) {
    return inspector <= "I04" ? "EAST" : inspector == "I09" ? "NORTH" : "WEST";
  }
  void decide(std::size_t visit, std::uint32_t number, bool approved = true) {
    const std::string inspector = seat(visit, number).inspector;
    schema::RecusalFiledT filed;
    filed.draw = DrawnCity::stream();
    filed.visit = visit;
    filed.seat = number;
    filed.ground = "absence";
    city->must(std::move(filed), {"clerk"});
    schema::RecusalDecidedT decided;
    decided.draw = DrawnCity::stream();
    decided.visit = visit;
    decided.seat = number;
    decided.approved = approved;
    std::string unit = unit_of(inspector);
    std::transform(unit.begin(), unit.end(), unit.begin(), ::tolower);
    city->must(std::move(decided), {"head-" + unit});
  }
  std::string next(std::size_t visit, std::uint32_t number = 0) const {
    return projections::substitute_of(city->state(), city->draw(), visit, number, city->opener())
        .value()
        .inspector;
  }
  schema::SubstituteDrawnT drawn(const std::string& inspector, std::uint64_t visit,
                                 std::uint32_t number = 0) const {
    schema::SubstituteDrawnT out;
    out.draw = DrawnCity::stream();
    out.visit = visit;
    out.seat = number;
    out.ordinal = 1;
    out.inspector = inspector;
    return out;
  }
  // Admission takes him and nobody else.
  void expect_only(const std::string& inspector, std::uint64_t visit, std::uint32_t number = 0) {
    EXPECT_EQ(next(visit, number), inspector);
    city->now += 60;
    for (int i = 1; i <= 9; ++i) {
      const std::string other = "I0" + std::to_string(i);
      if (other == inspector) continue;
      EXPECT_EQ(city->submit(drawn(other, visit, number), {"platform"}), "substitute.candidate")
          << other;
    }
    EXPECT_EQ(city->submit(drawn(inspector, visit, number), {"platform"}), "");
  }
  std::unique_ptr<DrawnCity> city;
};

TEST_F(Substitution, IsNotSteeredByALaterRecusal) {
  decide(0, 0);
  const std::string right = next(0);
  ASSERT_NE(right, "");
  // Everybody leaves every other visit: who is free by now says nothing.
  for (std::size_t visit = 1; visit < 10; ++visit) {
    for (std::uint32_t number : {0U, 1U}) {
      decide(visit, number);
      ASSERT_EQ(next(0), right) << "after seat " << number << " of visit " << visit;
    }
  }
  expect_only(right, 0);
}

TEST_F(Substitution, NorByOneThatIsTurnedDown) {
  decide(0, 0);
  const std::string right = next(0);
  for (std::size_t visit = 1; visit < 10; ++visit) decide(visit, 0, false);
  expect_only(right, 0);
}

TEST_F(Substitution, NorByWhoeverLeavesTheSameVisitLater) {
  draw_with([](schema::DrawAnnouncedT& a) { a.groups[0]->unit_limit = 1; }, kAmple);
  const std::string left = seat(0, 0).inspector, beside = seat(0, 1).inspector;
  ASSERT_NE(unit_of(left), unit_of(beside));
  decide(0, 0);
  const std::string right = next(0);
  ASSERT_EQ(unit_of(right), unit_of(left)) << "one of each unit";
  decide(0, 1);
  for (std::size_t visit = 1; visit < 10; ++visit) {
    decide(visit, 0);
    const std::string before = next(visit);
    decide(visit, 1);
    EXPECT_EQ(next(visit), before) << visit;
  }
  expect_only(right, 0, 0);
  city->now += 60;
  const std::string second = next(0, 1);
  EXPECT_EQ(unit_of(second), unit_of(beside)) << "beside the first, whose turn came before";
  EXPECT_EQ(city->submit(drawn(second, 0, 1), {"platform"}), "");
}

TEST_F(Substitution, NorBySuspendingOrMovingAnInspector) {
  decide(0, 0);
  const std::string right = next(0);
  ASSERT_EQ(city->import_inspector(right, unit_of(right), schema::InspectorStatus::suspended), "");
  ASSERT_EQ(next(0), right);
  ASSERT_EQ(city->import_inspector(right, "NORTH", schema::InspectorStatus::active), "");
  expect_only(right, 0);
}

TEST_F(Substitution, NorByAConflictDeclaredLater) {
  decide(0, 0);
  const std::string right = next(0);
  city->declare_conflict(city->draw().tasks[0].subject, right);
  expect_only(right, 0);
}

// Two in one stretch: the second counts the first's, whenever either is drawn.
TEST_F(Substitution, CountsTheSubstitutesOfEarlierDecisions) {
  std::vector<std::pair<std::size_t, std::uint32_t>> seats;
  for (std::size_t visit = 0; visit < 6; ++visit) seats.emplace_back(visit, visit % 2);
  for (const auto& [visit, number] : seats) decide(visit, number);
  city->now += 60;
  for (const auto& [visit, number] : seats) {
    ASSERT_EQ(city->submit(drawn(next(visit, number), visit, number), {"platform"}), "");
    for (const auto& [inspector, load] : city->draw().loads) EXPECT_LE(load, kCapacity);
  }
}

// Whoever is of another group by the decision takes no seat of this one, whatever was announced.
TEST_F(Substitution, IsOfTheSeatsGroupAtTheDecision) {
  const auto with_experts = [](schema::DrawAnnouncedT& a) {
    a.groups.push_back(DrawnCity::group("", {"NORTH"}, 1));
  };
  draw_with(with_experts);
  decide(0, 0);
  const std::string first = next(0);
  ASSERT_NE(first, "");
  draw_with(with_experts);  // the same again
  ASSERT_EQ(city->import_inspector(first, "NORTH", schema::InspectorStatus::active), "");
  decide(0, 0);
  EXPECT_NE(next(0), first);
}

// An expert's seat that waits keeps its turn: no result takes it out.
TEST_F(Substitution, ComesBeforeTheResult) {
  draw_with(
      [](schema::DrawAnnouncedT& a) { a.groups.push_back(DrawnCity::group("", {"NORTH"}, 1)); },
      kAmple);
  ASSERT_EQ(seat(0, 2).inspector, "I09");
  decide(0, 2);
  const auto recorded = [&] {
    schema::ResultRecordedT out;
    out.draw = DrawnCity::stream();
    out.visited_at = city->now;
    out.method = 1;
    for (const char* item : {"ITEM-1", "ITEM-2"}) {
      out.rows.push_back(std::make_unique<schema::ItemResultT>());
      out.rows.back()->item = item;
      out.rows.back()->category = 1;
    }
    return out;
  };
  const DrawnCity::Names officers{seat(0, 0).inspector, seat(0, 1).inspector};
  EXPECT_EQ(city->submit(recorded(), officers), "result.team");
  city->now += 60;
  city->must(drawn("", 0, 2), {"platform"});
  EXPECT_EQ(city->submit(recorded(), officers), "") << "nobody is left, and none is due";
}

}  // namespace
}  // namespace liuhen::tests
