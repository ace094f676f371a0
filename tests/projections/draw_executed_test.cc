#include <gtest/gtest.h>

#include "crypto/draw/outcome.h"
#include "tests/projections/drawn_city.h"

namespace liuhen::tests {
namespace {

Hash root_of(const std::vector<schema::VisitT>& visits) {
  std::vector<crypto::draw::VisitRecord> records;
  for (const auto& visit : visits) {
    records.push_back({.subject = visit.subject,
                       .ticket = exactly<32>(View(visit.ticket)).value(),
                       .team = visit.team});
  }
  return crypto::draw::visits_root(records);
}

TEST(DrawExecuted, SelectsAndMatchesAndOpensTasks) {
  DrawnCity city;
  city.run();
  const Draw& draw = city.draw();
  EXPECT_EQ(draw.phase, Draw::Phase::disclosed);
  EXPECT_FALSE(draw.open());
  ASSERT_EQ(draw.tasks.size(), 10U) << "a quarter of 30 firms rounded up, and two cooperatives";
  std::map<std::string, std::uint32_t> loads;
  for (const auto& task : draw.tasks) {
    ASSERT_EQ(task.seats.size(), 2U);
    EXPECT_NE(task.seats[0].inspector, task.seats[1].inspector);
    for (const auto& seat : task.seats) ++loads[seat.inspector];
    EXPECT_EQ(city.state().draws.visited.at(task.subject).size(), 1U);
    EXPECT_EQ(city.state().draws.visited.at(task.subject)[0].second, 2025U);
  }
  EXPECT_EQ(draw.loads, loads);
  EXPECT_TRUE(draw.expected.empty());
}

TEST(DrawExecuted, OnlyTheAnnouncedKeyExecutes) {
  DrawnCity city;
  city.run_to_ready();
  EXPECT_EQ(city.submit(city.executed(1, "another vrf"), {"platform"}), "draw.vrf");
  auto tampered = city.executed();
  tampered.pi[79] ^= 1;
  EXPECT_EQ(city.submit(std::move(tampered), {"platform"}), "draw.vrf");
  EXPECT_EQ(city.submit(city.executed(), {"platform"}), "");
}

TEST(DrawExecuted, TheSelectionFollowsFromTheSeed) {
  DrawnCity city;
  city.run_to_ready();
  const auto with = [&](auto change) {
    auto payload = city.executed();
    change(payload);
    return city.submit(std::move(payload), {"platform"});
  };
  EXPECT_EQ(with([](auto& e) { e.strata[0]->cutoff[0] ^= 1; }), "draw.selection");
  EXPECT_EQ(with([](auto& e) { e.strata[0]->cutoff.clear(); }), "draw.selection");
  EXPECT_EQ(with([](auto& e) { ++e.strata[0]->drawn; }), "draw.selection");
  EXPECT_EQ(with([](auto& e) { --e.strata[1]->eligible; }), "draw.selection");
  EXPECT_EQ(with([](auto& e) { e.strata.pop_back(); }), "draw.selection");
  EXPECT_EQ(with([](auto& e) { --e.visits; }), "draw.selection");
  EXPECT_EQ(with([](auto& e) { e.visits_root[0] ^= 1; }), "draw.visits_root");
  EXPECT_EQ(with([](auto& e) { ++e.vacancies; }), "draw.visits_root");
}

// Members swapped between two visits: the record agrees with the list, and neither with the seed.
TEST(DrawExecuted, SwappedMembersAreFound) {
  DrawnCity city;
  city.run_to_ready();
  auto payload = city.executed();
  auto visits = city.visits.visits;
  std::swap(visits[0].team[0], visits[0].team[1]);
  const Hash root = root_of(visits);
  payload.visits_root.assign(root.begin(), root.end());
  EXPECT_EQ(city.submit(std::move(payload), {"platform"}), "draw.visits_root");
}

TEST(DrawExecuted, ChangesSinceThePoolMakeNoDifference) {
  DrawnCity city;
  city.announce();
  ASSERT_EQ(city.import_subject("S000", schema::SubjectStatus::cancelled), "");
  ASSERT_EQ(city.import_subject("S950", schema::SubjectStatus::active), "");
  ASSERT_EQ(city.import_inspector("I01", "EAST", schema::InspectorStatus::left), "");
  schema::RuleSetT rule;
  rule.id = rule.name = "RULE";
  rule.revision = 2;
  rule.department = "BUREAU";
  rule.default_capacity = 3;
  rule.strata.push_back(std::make_unique<schema::StratumRuleT>());
  rule.strata[0]->label = "all";
  city.must(std::move(rule), {"clerk", "approver"});
  city.commit_all();
  city.reveal_all();
  EXPECT_EQ(city.submit(city.executed(), {"platform"}), "");
  EXPECT_EQ(city.draw().outcome->strata[0]->eligible, 30U);
  EXPECT_EQ(city.submit(city.disclosed_whole(), {"platform"}), "");
}

TEST(DrawExecuted, ALateExecutionIsAdmittedAndShown) {
  DrawnCity city;
  city.run_to_ready();
  const std::uint64_t deadline = city.draw().announcement.execute_deadline;
  EXPECT_TRUE(projections::escapes(city.state(), deadline).empty());
  ASSERT_EQ(projections::escapes(city.state(), deadline + 1).size(), 1U);
  EXPECT_FALSE(projections::escapes(city.state(), deadline + 1)[0].executed_time);
  city.now = deadline + 1;
  city.must(city.executed(), {"platform"});
  ASSERT_EQ(projections::escapes(city.state(), city.now).size(), 1U);
  EXPECT_EQ(projections::escapes(city.state(), city.now)[0].executed_time, city.now);
}

TEST(DrawDisclosed, PartsComeInOrderAndWhole) {
  DrawnCity city;
  city.run_to_ready();
  EXPECT_EQ(city.submit(
                [&] {
                  city.executed();
                  return city.disclosed_whole();
                }(),
                {"platform"}),
            "draw.phase");
  city.must(city.executed(), {"platform"});
  EXPECT_EQ(city.submit(city.disclosed(1, 0, 4), {"platform"}), "draw.part");
  EXPECT_EQ(city.submit(city.disclosed(0, 0, 0), {"platform"}), "draw.part");
  auto early_last = city.disclosed(0, 0, 4);
  early_last.last = true;
  EXPECT_EQ(city.submit(std::move(early_last), {"platform"}), "draw.part");
  EXPECT_EQ(city.submit(city.disclosed(0, 4, 4), {"platform"}), "draw.disclosed_visit");
  city.must(city.disclosed(0, 0, 4), {"platform"});
  EXPECT_TRUE(city.draw().open());
  EXPECT_EQ(city.submit(city.disclosed(0, 4, 6), {"platform"}), "draw.part");
  city.must(city.disclosed(1, 4, 6), {"platform"});
  EXPECT_TRUE(city.draw().has_tasks());
}

TEST(DrawDisclosed, ListsWhatTheSeedGives) {
  DrawnCity city;
  city.run_to_ready();
  city.must(city.executed(), {"platform"});
  const auto with = [&](auto change) {
    auto payload = city.disclosed_whole();
    change(payload);
    return city.submit(std::move(payload), {"platform"});
  };
  EXPECT_EQ(with([](auto& d) {
              d.visits[0]->subject = "S039";
              d.visits[0]->ticket.assign(32, 0);
            }),
            "draw.disclosed_visit");
  EXPECT_EQ(with([](auto& d) { d.visits[0]->ticket[0] ^= 1; }), "draw.disclosed_visit");
  EXPECT_EQ(with([](auto& d) { std::swap(d.visits[0], d.visits[1]); }), "draw.disclosed_visit");
  EXPECT_EQ(with([](auto& d) { std::swap(d.visits[0]->team[0], d.visits[0]->team[1]); }),
            "draw.disclosed_visit");
  EXPECT_EQ(with([](auto& d) { d.visits[0]->team.pop_back(); }), "draw.disclosed_visit");
}

// With a conflict in force the public cannot replay the matching; what it can check, it does, and
// whoever may open the conflict finds the rest.
class WithAConflict : public ::testing::Test {
 protected:
  WithAConflict() {
    for (int i = 0; i < 40; ++i)
      city.declare_conflict((i < 10 ? "S00" : "S0") + std::to_string(i), "I01");
    city.run_to_ready();
    payload = city.executed();
  }
  void record(const std::vector<schema::VisitT>& visits) {
    const Hash root = root_of(visits);
    payload.visits_root.assign(root.begin(), root.end());
    payload.vacancies = 0;
    for (const auto& visit : visits)
      payload.vacancies +=
          static_cast<std::uint64_t>(std::count(visit.team.begin(), visit.team.end(), ""));
    city.must(std::move(payload), {"platform"});
    city.visits.visits = visits;
  }
  DrawnCity city;
  schema::DrawExecutedT payload;
};

TEST_F(WithAConflict, TheMatchingKeepsThemApart) {
  record(city.visits.visits);
  city.must(city.disclosed_whole(), {"platform"});
  for (const auto& task : city.draw().tasks) {
    for (const auto& seat : task.seats) EXPECT_NE(seat.inspector, "I01");
  }
}

TEST_F(WithAConflict, SelectionIsStillChecked) {
  payload.strata[0]->cutoff[0] ^= 1;
  EXPECT_EQ(city.submit(std::move(payload), {"platform"}), "draw.selection");
}

TEST_F(WithAConflict, ATeamOtherThanRecordedIsRefused) {
  record(city.visits.visits);
  std::swap(city.visits.visits[0].team[0], city.visits.visits[0].team[1]);
  EXPECT_EQ(city.submit(city.disclosed_whole(), {"platform"}), "draw.disclosed_root");
}

TEST_F(WithAConflict, WhoeverOpensItFindsAnotherMatching) {
  auto visits = city.visits.visits;
  std::swap(visits[0].team[0], visits[0].team[1]);
  record(visits);
  const auto replay =
      projections::visits_of(city.state(), city.draw(), *city.draw().seed, city.opener());
  ASSERT_TRUE(replay);
  EXPECT_EQ(replay->conflicts_unopened, 0U);
  EXPECT_NE(Bytes(replay->root.begin(), replay->root.end()), city.draw().outcome->visits_root);
}

TEST_F(WithAConflict, OnlyAnnouncedInspectorsFitForTheSeat) {
  auto visits = city.visits.visits;
  visits[0].team[0] = "I09";  // of a unit in no group
  record(visits);
  EXPECT_EQ(city.submit(city.disclosed_whole(), {"platform"}), "draw.disclosed_visit");
}

TEST_F(WithAConflict, AVisitShortOfOfficersIsPutAsideWhole) {
  auto visits = city.visits.visits;
  visits[0].team[1].clear();
  record(visits);
  EXPECT_EQ(city.submit(city.disclosed_whole(), {"platform"}), "draw.disclosed_visit");
}

TEST_F(WithAConflict, NobodySitsTwiceInAVisit) {
  auto visits = city.visits.visits;
  visits[0].team[1] = visits[0].team[0];
  record(visits);
  EXPECT_EQ(city.submit(city.disclosed_whole(), {"platform"}), "draw.disclosed_visit");
}

}  // namespace
}  // namespace liuhen::tests
