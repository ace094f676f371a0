// Who can be drawn, as of a position.
#include "projections/pool.h"

#include <gtest/gtest.h>

#include "projections/calendar.h"
#include "tests/projections/city.h"

namespace liuhen::tests {
namespace {

namespace schema = ledger::schema;
using projections::InspectorEligibility;
using projections::Pool;
using projections::pool_of;
using projections::State;
using projections::SubjectEligibility;
using schema::Field;

std::unique_ptr<schema::ConditionT> condition(Field field, std::vector<std::string> values) {
  auto out = std::make_unique<schema::ConditionT>();
  out->field = field;
  out->values = std::move(values);
  return out;
}

struct Pools : testing::Test {
  Pools() {
    city.furnish(4, 4);
    rule = City::rule();
    announcement.pool_position = city.size() - 1;
    announcement.strata.push_back(std::make_unique<schema::AnnouncedStratumT>());
    announcement.groups.push_back(std::make_unique<schema::SeatGroupT>());
    announcement.groups[0]->units = {"MSA-1"};
    announcement.groups[0]->seats = 2;
    announcement.default_capacity = 10;
  }
  Pool pool(const State& state) {
    Pool out = pool_of(state, announcement, rule).value();
    expect_counted(state, out);
    return out;
  }
  Pool pool() { return pool(city.state()); }
  // Who counts meets the same subjects, and the same is said of each.
  void expect_counted(const State& state, const Pool& rows) const {
    std::size_t met = 0;
    const auto compare = [&](const projections::PooledSubject& subject) {
      const auto row = std::ranges::lower_bound(rows.subjects, state.subjects.id(subject.number),
                                                {}, &crypto::draw::SubjectRow::id);
      ASSERT_NE(row, rows.subjects.end());
      EXPECT_EQ(row->id, state.subjects.id(subject.number));
      EXPECT_EQ(row->stratum, subject.stratum);
      EXPECT_EQ(row->weight, subject.weight);
      EXPECT_EQ(row->eligibility, static_cast<std::uint64_t>(subject.eligibility));
      ++met;
    };
    EXPECT_TRUE(each_pooled(state, announcement, rule, compare).has_value());
    EXPECT_EQ(met, rows.subjects.size());
  }
  static std::uint64_t eligibility(const Pool& pool, std::uint64_t firm) {
    for (const auto& row : pool.subjects) {
      if (row.id == City::code(firm)) return row.eligibility;
    }
    return 99;
  }
  void change(std::uint64_t firm, const std::string& run,
              const std::function<void(schema::SubjectRowT&)>& how) {
    schema::SubjectsImportedT imported;
    imported.run = run;
    imported.last = true;
    imported.rows.push_back(City::firm(firm));
    how(*imported.rows[0]);
    city.must(std::move(imported), {"registrar"});
  }
  City city;
  schema::RuleSetT rule;
  schema::DrawAnnouncedT announcement;
};

TEST_F(Pools, AreTheRegistryAsItWas) {
  const Pool before = pool();
  EXPECT_EQ(before.subjects.size(), 4U);
  EXPECT_EQ(before.subjects_eligible, 4U);
  change(1, "later", [](auto& row) { row.status = schema::SubjectStatus::cancelled; });
  change(9, "more", [](auto&) {});
  EXPECT_EQ(pool().subject_root, before.subject_root) << "what came later changes nothing";
  announcement.pool_position = city.size() - 1;
  const Pool after = pool();
  EXPECT_NE(after.subject_root, before.subject_root);
  EXPECT_EQ(after.subjects.size(), 5U) << "rows are skipped, never left out";
  EXPECT_EQ(after.subjects_eligible, 4U);
  EXPECT_EQ(eligibility(after, 1), static_cast<std::uint64_t>(SubjectEligibility::not_active));
  EXPECT_TRUE(std::is_sorted(after.subjects.begin(), after.subjects.end(),
                             [](const auto& a, const auto& b) { return a.id < b.id; }));
  announcement.pool_position = city.size();
  EXPECT_EQ(pool_of(city.state(), announcement, rule).error().code, "draw.position");
  EXPECT_EQ(each_pooled(city.state(), announcement, rule, {}).error().code, "draw.position");
}

TEST_F(Pools, KeepToTheScope) {
  change(5, "a", [](auto& row) {
    row.division = "370203";
    row.industry = "G54";
  });
  change(6, "b", [](auto& row) {
    row.division = "370681";
    row.kind = schema::SubjectKind::institution;
  });
  announcement.pool_position = city.size() - 1;
  const auto rows = [&](Field field, std::vector<std::string> values) {
    announcement.scope.clear();
    announcement.scope.push_back(condition(field, std::move(values)));
    return pool().subjects.size();
  };
  EXPECT_EQ(rows(Field::division, {"37"}), 6U);
  EXPECT_EQ(rows(Field::division, {"3702"}), 5U);
  EXPECT_EQ(rows(Field::division, {"370202"}), 4U);
  EXPECT_EQ(rows(Field::division, {"370203", "3706"}), 2U);
  EXPECT_EQ(rows(Field::section, {"F"}), 5U);
  EXPECT_EQ(rows(Field::industry, {"G54"}), 1U);
  EXPECT_EQ(rows(Field::kind, {"institution"}), 1U);
  announcement.scope.push_back(condition(Field::division, {"370202"}));
  EXPECT_EQ(pool().subjects.size(), 0U) << "a conjunction";
}

TEST_F(Pools, StrataPartitionThem) {
  change(5, "a", [](auto& row) { row.industry = "G54"; });
  announcement.pool_position = city.size() - 1;
  rule.strata[0]->conditions.push_back(condition(Field::section, {"F"}));
  auto refused = pool_of(city.state(), announcement, rule);
  EXPECT_EQ(refused.error().code, "draw.strata_gap");
  EXPECT_NE(refused.error().en.find(City::code(5)), std::string::npos) << "names the subject";
  rule.strata.push_back(std::make_unique<schema::StratumRuleT>());
  announcement.strata.push_back(std::make_unique<schema::AnnouncedStratumT>());
  announcement.strata[1]->rule_stratum = 1;
  EXPECT_EQ(pool_of(city.state(), announcement, rule).error().code, "draw.strata_overlap");
  EXPECT_EQ(each_pooled(city.state(), announcement, rule, [](const auto&) {}).error().code,
            "draw.strata_overlap");
  rule.strata[1]->conditions.push_back(condition(Field::section, {"G"}));
  std::size_t in_second = 0;
  for (const auto& row : pool().subjects) in_second += row.stratum;
  EXPECT_EQ(in_second, 1U);
  std::swap(announcement.strata[0], announcement.strata[1]);
  in_second = 0;
  for (const auto& row : pool().subjects) in_second += row.stratum;
  EXPECT_EQ(in_second, 4U) << "numbered by the announcement's list, not the rule's";
}

// A state in which firm 1 is being visited: the draw was executed at 5, disclosed at 6.
State visited(const State& city) {
  State state = city;
  projections::Draw draw;
  draw.stream = "draw/P1/1";
  draw.phase = projections::Draw::Phase::disclosed;
  draw.executed_at = 5;
  draw.disclosed_at = 6;
  draw.tasks.resize(1);
  draw.tasks[0].subject = City::code(1);
  state.draws.streams.push_back(draw.stream);
  state.draws.by_stream.emplace(draw.stream, std::move(draw));
  state.draws.visited[City::code(1)].emplace_back(5, projections::calendar_year(state.times[5]));
  return state;
}

TEST_F(Pools, AnOpenVisitKeepsOneOut) {
  State state = visited(city.state());
  auto& draw = state.draws.by_stream.at("draw/P1/1");
  const auto open = static_cast<std::uint64_t>(SubjectEligibility::visit_open);
  EXPECT_EQ(eligibility(pool(state), 1), open);
  EXPECT_EQ(eligibility(pool(state), 2), 0U);
  draw.tasks[0].result.emplace();
  draw.tasks[0].result->position = announcement.pool_position + 1;
  EXPECT_EQ(eligibility(pool(state), 1), open) << "its result came later";
  draw.tasks[0].result->position = announcement.pool_position;
  EXPECT_EQ(eligibility(pool(state), 1), 0U);
  draw.tasks[0].result.reset();
  draw.discarded = true;
  draw.voided_at = announcement.pool_position;
  EXPECT_EQ(eligibility(pool(state), 1), 0U);
  draw.voided_at = announcement.pool_position + 1;
  EXPECT_EQ(eligibility(pool(state), 1), open) << "voided later";
  draw.voided_at.reset();
  draw.disclosed_at = announcement.pool_position + 1;
  EXPECT_EQ(eligibility(pool(state), 1), 0U) << "disclosed later";
}

TEST_F(Pools, TheYearlyCapCountsOneCalendarYear) {
  State state = visited(city.state());
  state.draws.by_stream.clear();
  const auto capped = static_cast<std::uint64_t>(SubjectEligibility::yearly_cap);
  EXPECT_EQ(eligibility(pool(state), 1), 0U) << "no cap";
  rule.yearly_cap = 1;
  EXPECT_EQ(eligibility(pool(state), 1), capped);
  rule.yearly_cap = 2;
  EXPECT_EQ(eligibility(pool(state), 1), 0U);
  rule.yearly_cap = 1;
  state.draws.voided[5] = announcement.pool_position;
  EXPECT_EQ(eligibility(pool(state), 1), 0U) << "discarded by then";
  state.draws.voided[5] = announcement.pool_position + 1;
  EXPECT_EQ(eligibility(pool(state), 1), capped);
  state.draws.visited[City::code(1)][0].first = announcement.pool_position + 1;
  EXPECT_EQ(eligibility(pool(state), 1), 0U) << "visited later";
  state.draws.visited[City::code(1)][0] = {5, projections::calendar_year(state.times[5]) - 1};
  EXPECT_EQ(eligibility(pool(state), 1), 0U) << "last year";
}

TEST_F(Pools, AVisitKeepsOneOutForTheDaysOfTheRule) {
  State state = visited(city.state());
  auto& draw = state.draws.by_stream.at("draw/P1/1");
  auto& result = draw.tasks[0].result.emplace();
  result.position = announcement.pool_position;
  const std::uint64_t now = state.times[announcement.pool_position];
  const auto lately = static_cast<std::uint64_t>(SubjectEligibility::visited_lately);
  result.visited_at = now;
  EXPECT_EQ(eligibility(pool(state), 1), 0U) << "the rule says nothing of it";
  rule.rest_days = 1;
  EXPECT_EQ(eligibility(pool(state), 1), lately);
  EXPECT_EQ(eligibility(pool(state), 2), 0U);
  result.visited_at = now - 86'399;
  EXPECT_EQ(eligibility(pool(state), 1), lately);
  result.visited_at = now - 86'400;
  EXPECT_EQ(eligibility(pool(state), 1), 0U) << "a day has passed";
  rule.rest_days = 2;
  EXPECT_EQ(eligibility(pool(state), 1), lately);
  draw.discarded = true;
  draw.voided_at = announcement.pool_position;
  EXPECT_EQ(eligibility(pool(state), 1), lately) << "they were there all the same";
  draw.discarded = false;
  draw.voided_at.reset();
  result.position = announcement.pool_position + 1;
  EXPECT_EQ(eligibility(pool(state), 1), static_cast<std::uint64_t>(SubjectEligibility::visit_open))
      << "its result came later";
  result.position = announcement.pool_position;
  rule.yearly_cap = 1;
  EXPECT_EQ(eligibility(pool(state), 1), static_cast<std::uint64_t>(SubjectEligibility::yearly_cap))
      << "the first reason that holds";
}

TEST_F(Pools, SuspendedIsAReasonOfItsOwnWhereTheRuleSaysSo) {
  change(1, "suspended", [](auto& row) { row.status = schema::SubjectStatus::suspended; });
  change(2, "cancelled", [](auto& row) { row.status = schema::SubjectStatus::cancelled; });
  announcement.pool_position = city.size() - 1;
  const auto inactive = static_cast<std::uint64_t>(SubjectEligibility::not_active);
  EXPECT_EQ(eligibility(pool(), 1), inactive);
  rule.suspended_apart = true;
  EXPECT_EQ(eligibility(pool(), 1), static_cast<std::uint64_t>(SubjectEligibility::suspended));
  EXPECT_EQ(eligibility(pool(), 2), inactive);
  EXPECT_EQ(eligibility(pool(), 3), 0U);
}

TEST_F(Pools, WeightsAreTheFirstOfTheRuleThatIsMet) {
  change(1, "restaurant", [](auto& row) { row.industry = "H62"; });
  change(2, "drugstore", [](auto& row) { row.industry = "Q84"; });
  announcement.pool_position = city.size() - 1;
  City::add_weights(rule);
  rule.weights.push_back(std::make_unique<schema::WeightRuleT>());
  rule.weights[2]->weight = 7;
  rule.weights[2]->conditions.push_back(condition(Field::section, {"H"}));
  const auto weights = [&] {
    std::map<std::string, std::uint64_t> out;
    for (const auto& row : pool().subjects) out[row.id] = row.weight;
    return out;
  };
  EXPECT_EQ(weights().at(City::code(1)), 1U) << "of a draw that is not by weight";
  announcement.weighted = true;
  EXPECT_EQ(weights().at(City::code(1)), 5U);
  EXPECT_EQ(weights().at(City::code(2)), 200U);
  EXPECT_EQ(weights().at(City::code(3)), 1U);
  std::swap(rule.weights[0], rule.weights[2]);
  EXPECT_EQ(weights().at(City::code(1)), 7U);
}

TEST(Calendar, TurnsInShanghai) {
  EXPECT_EQ(projections::calendar_year(1'798'732'799), 2026U);  // 2026-12-31T15:59:59Z
  EXPECT_EQ(projections::calendar_year(1'798'732'800), 2027U);
}

TEST_F(Pools, InspectorsAreAllThereWithTheirReason) {
  schema::InspectorsImportedT imported;
  imported.run = "more";
  imported.last = true;
  imported.rows.push_back(City::inspector("Z0001", "MSA-1"));
  imported.rows[0]->status = schema::InspectorStatus::suspended;
  imported.rows.push_back(City::inspector("Z0009", "MSA-1"));
  imported.rows[1]->qualifications = {"特种设备"};
  city.must(std::move(imported), {"registrar"});
  announcement.pool_position = city.size() - 1;
  announcement.groups[0]->qualification = "行政执法证";
  announcement.capacities.push_back(std::make_unique<schema::UnitCapacityT>());
  announcement.capacities[0]->unit = "MSA-1";
  announcement.capacities[0]->capacity = 3;
  const Pool made = pool();
  ASSERT_EQ(made.inspectors.size(), 5U);
  const auto reason = [](InspectorEligibility e) { return static_cast<std::uint64_t>(e); };
  EXPECT_EQ(made.inspectors[0].eligibility, reason(InspectorEligibility::not_active));
  EXPECT_EQ(made.inspectors[1].eligibility, reason(InspectorEligibility::no_group)) << "of MSA-2";
  EXPECT_EQ(made.inspectors[2].eligibility, reason(InspectorEligibility::eligible));
  EXPECT_EQ(made.inspectors[4].eligibility, reason(InspectorEligibility::no_group))
      << "not qualified";
  EXPECT_EQ(made.inspectors[2].capacity, 3U);
  EXPECT_EQ(made.inspectors[1].capacity, 10U);
  EXPECT_EQ(made.inspectors_eligible, 1U);
}

TEST(Scopes, OverlapUnlessAFieldKeepsThemApart) {
  const auto overlap = [](Field a, std::vector<std::string> as, Field b,
                          std::vector<std::string> bs) {
    std::vector<std::unique_ptr<schema::ConditionT>> x, y;
    x.push_back(condition(a, std::move(as)));
    y.push_back(condition(b, std::move(bs)));
    EXPECT_EQ(projections::scopes_overlap(x, y), projections::scopes_overlap(y, x));
    EXPECT_TRUE(projections::scopes_overlap(x, {}));
    return projections::scopes_overlap(x, y);
  };
  EXPECT_TRUE(overlap(Field::division, {"3702"}, Field::division, {"370202"}));
  EXPECT_FALSE(overlap(Field::division, {"370203"}, Field::division, {"370202", "3706"}));
  EXPECT_TRUE(overlap(Field::section, {"F"}, Field::industry, {"F52"}));
  EXPECT_FALSE(overlap(Field::section, {"G"}, Field::industry, {"F52"}));
  EXPECT_FALSE(overlap(Field::kind, {"firm"}, Field::kind, {"sole_trader"}));
  EXPECT_TRUE(overlap(Field::kind, {"firm"}, Field::division, {"37"}));
}

}  // namespace
}  // namespace liuhen::tests
