#include <gtest/gtest.h>

#include <set>

#include "tests/projections/drawn_city.h"

namespace liuhen::tests {
namespace {

schema::RecusalFiledT filed(const std::string& ground, std::uint64_t visit = 0,
                            std::uint32_t seat = 0) {
  schema::RecusalFiledT out;
  out.draw = DrawnCity::stream();
  out.visit = visit;
  out.seat = seat;
  out.ground = ground;
  return out;
}
schema::RecusalDecidedT decided(bool approved = true, std::uint64_t visit = 0,
                                std::uint32_t seat = 0) {
  schema::RecusalDecidedT out;
  out.draw = DrawnCity::stream();
  out.visit = visit;
  out.seat = seat;
  out.approved = approved;
  return out;
}
schema::SubstituteDrawnT drawn(const std::string& inspector, std::uint32_t ordinal = 1,
                               std::uint64_t visit = 0, std::uint32_t seat = 0) {
  schema::SubstituteDrawnT out;
  out.draw = DrawnCity::stream();
  out.visit = visit;
  out.seat = seat;
  out.ordinal = ordinal;
  out.inspector = inspector;
  return out;
}
schema::UnitsAddedT added(const std::string& unit) {
  schema::UnitsAddedT out;
  out.draw = DrawnCity::stream();
  out.units = {unit};
  out.reason = "reason";
  return out;
}

class Recusals : public ::testing::Test {
 protected:
  void SetUp() override { city.run(); }
  const projections::Seat& seat(std::size_t visit = 0, std::size_t number = 0) const {
    return city.draw().tasks[visit].seats[number];
  }
  std::string who(std::size_t visit = 0, std::size_t number = 0) const {
    return seat(visit, number).inspector;
  }
  static std::string head_of(const std::string& inspector) {
    return inspector <= "I04" ? "head-east" : "head-west";
  }
  static std::string other_head(const std::string& inspector) {
    return inspector <= "I04" ? "head-west" : "head-east";
  }
  void vacate(std::size_t visit = 0, std::uint32_t number = 0) {
    const std::string inspector = who(visit, number);
    city.must(filed("kinship", visit, number), {inspector});
    city.must(decided(true, visit, number), {head_of(inspector)});
  }
  std::string next(std::size_t visit = 0, std::uint32_t number = 0) const {
    return projections::substitute_of(city.state(), city.draw(), visit, number, city.opener())
        .value()
        .inspector;
  }
  // Draws substitutes for the seat until none is left; how many there were.
  std::uint32_t exhaust() {
    std::uint32_t count = 0;
    while (true) {
      vacate();
      city.now += 60;
      const std::string substitute = next();
      city.must(drawn(substitute, ++count), {"platform"});
      if (substitute.empty() || count > 20) return count - 1;
    }
  }
  DrawnCity city;
};

TEST_F(Recusals, FiledDecidedAndSubstituted) {
  const std::string first = who();
  city.must(filed("kinship"), {first});
  city.must(decided(), {head_of(first)});
  EXPECT_EQ(who(), "");
  EXPECT_EQ(city.submit(drawn(next()), {"platform"}), "substitute.early");
  city.now += 60;
  const std::string substitute = next();
  EXPECT_NE(substitute, first);
  EXPECT_NE(substitute, who(0, 1));
  city.must(drawn(substitute), {"platform"});
  EXPECT_EQ(seat().held, (std::vector<std::string>{first, substitute}));
  EXPECT_EQ(seat().ordinal, 1U);
  EXPECT_FALSE(seat().vacated_at);
  std::uint32_t seats = 0;
  for (const auto& [inspector, load] : city.draw().loads) seats += load;
  EXPECT_EQ(seats, 20U);
}

TEST_F(Recusals, NobodyElseFilesIt) {
  EXPECT_EQ(city.submit(filed("kinship"), {who(0, 1)}), "recusal.filer");
  EXPECT_EQ(city.submit(filed("kinship"), {"clerk"}), "recusal.filer");
  EXPECT_EQ(city.submit(filed("because"), {who()}), "recusal.ground");
  EXPECT_EQ(city.submit(filed("kinship", 10), {who()}), "task.visit");
  EXPECT_EQ(city.submit(filed("kinship", 0, 2), {who()}), "task.seat");
  city.must(filed("absence"), {"clerk"});
  EXPECT_EQ(city.submit(filed("party_request"), {"clerk"}), "recusal.pending");
}

TEST_F(Recusals, TheInspectorMayOnEachGround) {
  std::uint64_t visit = 0;
  for (const char* ground : {"kinship", "employment", "shareholding", "same_address",
                             "party_request", "absence", "other"}) {
    EXPECT_EQ(city.submit(filed(ground, visit), {who(visit)}), "") << ground;
    ++visit;
  }
}

// The party asks for it; a clerk files it, with what he was given, and the head decides.
TEST_F(Recusals, ThePartyAsksForIt) {
  const std::string first = who();
  auto asked = filed("party_request");
  const Hash letter = crypto::sha256(view_of("回避申请书"));
  asked.evidence.assign(letter.begin(), letter.end());
  for (const char* other : {"kinship", "employment", "shareholding", "same_address", "other"})
    EXPECT_EQ(city.submit(filed(other), {"clerk"}), "recusal.filer") << other;
  city.must(std::move(asked), {"clerk"});
  ASSERT_EQ(seat().recusals.size(), 1U);
  EXPECT_EQ(seat().recusals.back().ground, "party_request");
  EXPECT_EQ(seat().recusals.back().filer, "clerk");
  EXPECT_EQ(who(), first) << "he stays until it is decided";
  EXPECT_EQ(city.submit(decided(), {"clerk"}), "role.denied");
  city.must(decided(), {head_of(first)});
  city.now += 60;
  const std::string substitute = next();
  ASSERT_NE(substitute, "");
  city.must(drawn(substitute), {"platform"});
  EXPECT_EQ(seat().held, (std::vector<std::string>{first, substitute}));
}

TEST_F(Recusals, AbsenceHasItsCodeAndEvidence) {
  auto absent = filed("absence");
  const Hash slip = crypto::sha256(view_of("请假条"));
  absent.evidence.assign(slip.begin(), slip.end());
  city.must(std::move(absent), {"clerk"});
  ASSERT_EQ(seat().recusals.size(), 1U);
  city.must(decided(), {head_of(who())});
  EXPECT_EQ(seat().recusals.back().ground, "absence");
  EXPECT_EQ(seat().recusals.back().filer, "clerk");
  EXPECT_TRUE(seat().vacated_at);
}

TEST_F(Recusals, ASubstituteIsRecusedInTurn) {
  const std::string first = who();
  vacate();
  city.now += 60;
  const std::string second = next();
  city.must(drawn(second), {"platform"});
  EXPECT_EQ(city.submit(filed("kinship"), {first}), "recusal.filer") << "he is out of it";
  vacate();
  EXPECT_EQ(seat().recusals.back().inspector, second);
  city.now += 60;
  const std::string third = next();
  EXPECT_EQ(std::set<std::string>({first, second, third, who(0, 1)}).size(), 4U);
  EXPECT_EQ(city.submit(drawn(third, 1), {"platform"}), "substitute.ordinal");
  EXPECT_EQ(city.submit(drawn(second, 2), {"platform"}), "substitute.candidate");
  city.must(drawn(third, 2), {"platform"});
  EXPECT_EQ(seat().held, (std::vector<std::string>{first, second, third}));
  EXPECT_EQ(seat().ordinal, 2U);
}

TEST_F(Recusals, AClerkFilesOnlyForHisOwn) {
  city.grant("clerk-north", {Role::clerk}, "NORTH");
  EXPECT_EQ(city.submit(filed("absence"), {"clerk-north"}), "recusal.filer");
}

TEST_F(Recusals, TheUnitsHeadDecides) {
  EXPECT_EQ(city.submit(decided(), {head_of(who())}), "recusal.none");
  city.must(filed("kinship"), {who()});
  EXPECT_EQ(city.submit(decided(), {other_head(who())}), "recusal.decider");
  EXPECT_EQ(city.submit(decided(), {"head-bureau"}), "recusal.decider")
      << "the unit's own head is not concerned";
  city.must(decided(false), {head_of(who())});
  EXPECT_NE(who(), "") << "turned down";
  EXPECT_EQ(city.submit(drawn("I05"), {"platform"}), "substitute.not_due");
  EXPECT_EQ(city.submit(filed("kinship"), {who()}), "") << "it may be asked again";
}

TEST_F(Recusals, NobodyDecidesHisOwn) {
  const std::string inspector = who();
  // The inspector is made the head of his unit, by another key of the same person.
  city.grant("own-head", {Role::head}, inspector <= "I04" ? "EAST" : "WEST", "", inspector);
  city.must(filed("kinship"), {inspector});
  EXPECT_EQ(city.submit(decided(), {"own-head"}), "recusal.decider");
  EXPECT_EQ(city.submit(decided(), {head_of(inspector)}), "");
}

TEST_F(Recusals, WhereTheHeadIsConcernedTheSuperiorDecides) {
  // The head of the unit files it as a clerk: the only head there is the filer.
  const std::string inspector = who(), head = head_of(inspector);
  city.grant("clerk-key", {Role::clerk}, "BUREAU", "", head);
  city.must(filed("absence"), {"clerk-key"});
  EXPECT_EQ(city.submit(decided(), {head}), "recusal.decider");
  EXPECT_EQ(city.submit(decided(), {other_head(inspector)}), "recusal.decider");
  EXPECT_EQ(city.submit(decided(), {"head-bureau"}), "");
}

TEST_F(Recusals, TheSubstituteIsWhomTheRuleGives) {
  vacate();
  city.now += 60;
  const std::string right = next();
  for (int i = 1; i <= 9; ++i) {
    const std::string inspector = "I0" + std::to_string(i);
    if (inspector == right) continue;
    EXPECT_EQ(city.submit(drawn(inspector), {"platform"}), "substitute.candidate") << inspector;
  }
  EXPECT_EQ(city.submit(drawn(""), {"platform"}), "substitute.candidate");
  EXPECT_EQ(city.submit(drawn(right, 2), {"platform"}), "substitute.ordinal");
  EXPECT_EQ(city.submit(drawn(right), {"platform"}), "");
}

TEST_F(Recusals, WhoeverLeftIsNoSubstitute) {
  vacate();
  const std::string right = next();
  city.must(filed("absence", 1, 0), {"clerk"});  // something between
  ASSERT_EQ(
      city.import_inspector(right, right <= "I04" ? "EAST" : "WEST", schema::InspectorStatus::left),
      "");
  EXPECT_EQ(next(), right) << "he left after the decision";
}

TEST_F(Recusals, WhoeverLeftBeforeTheDecisionIsNoSubstitute) {
  vacate();
  const std::string right = next();
  DrawnCity other;
  other.run();
  ASSERT_EQ(other.import_inspector(right, right <= "I04" ? "EAST" : "WEST",
                                   schema::InspectorStatus::left),
            "");
  const std::string inspector = other.draw().tasks[0].seats[0].inspector;
  other.must(filed("kinship"), {inspector});
  other.must(decided(), {head_of(inspector)});
  const auto chosen =
      projections::substitute_of(other.state(), other.draw(), 0, 0, other.opener()).value();
  EXPECT_NE(chosen.inspector, right);
  EXPECT_NE(chosen.inspector, "");
}

TEST_F(Recusals, SubstitutesGoInTheOrderOfTheDecisions) {
  vacate(3);
  vacate(1);
  city.now += 60;
  EXPECT_EQ(city.submit(drawn(next(1), 1, 1), {"platform"}), "substitute.order");
  const auto due = projections::due(city.state(), city.now);
  ASSERT_EQ(due.size(), 1U);
  EXPECT_EQ(due[0].visit, 3U);
  city.must(drawn(next(3), 1, 3), {"platform"});
  city.must(drawn(next(1), 1, 1), {"platform"});
}

TEST_F(Recusals, UntilNoneIsLeftAndUnitsAreAdded) {
  EXPECT_EQ(exhaust(), 6U) << "eight, less the two first on the team";
  EXPECT_TRUE(seat().exhausted);
  EXPECT_TRUE(projections::due(city.state(), city.now).empty());
  EXPECT_EQ(city.submit(added("EAST"), {"approver", "head-north"}), "units.units");
  EXPECT_EQ(city.submit(added("SOUTH"), {"approver", "head-north"}), "units.units");
  EXPECT_EQ(city.submit(added("NORTH"), {"approver", "head-east"}), "units.head");
  city.must(added("NORTH"), {"approver", "head-north"});
  EXPECT_FALSE(seat().exhausted);
  city.now += 60;
  EXPECT_EQ(next(), "I09");
  city.must(drawn("I09", 8), {"platform"});
  EXPECT_EQ(who(), "I09");
}

// S' is known from the decision on: units added then would choose who goes.
TEST_F(Recusals, UnitsAreAddedOnlyWhereNoneWasLeft) {
  EXPECT_EQ(city.submit(added("NORTH"), {"approver", "head-north"}), "units.not_needed");
  vacate();
  EXPECT_EQ(city.submit(added("NORTH"), {"approver", "head-north"}), "units.substitute_due");
  city.now += 60;
  city.must(drawn(next()), {"platform"});
  EXPECT_EQ(city.submit(added("NORTH"), {"approver", "head-north"}), "units.not_needed");
}

TEST_F(Recusals, UnitsWaitForTheSubstituteThatIsDue) {
  exhaust();
  vacate(1);
  EXPECT_EQ(city.submit(added("NORTH"), {"approver", "head-north"}), "units.substitute_due");
  city.now += 60;
  city.must(drawn(next(1), 1, 1), {"platform"});
  EXPECT_EQ(city.submit(added("NORTH"), {"approver", "head-north"}), "");
}

TEST(RecusalsWithConflicts, NobodyInConflictIsSentAndTheLogBoundsWhoIsPassedOver) {
  DrawnCity city;
  city.run();
  const std::string inspector = city.draw().tasks[0].seats[0].inspector;
  city.must(filed("kinship"), {inspector});
  const auto head = inspector <= "I04" ? "head-east" : "head-west";
  DrawnCity before;  // the same city up to here, to learn who would be first
  before.run();
  before.must(filed("kinship"), {inspector});
  before.must(decided(), {head});
  // A conflict moves the decision, and with S' unchanged the order of candidates stays.
  const std::string first =
      projections::substitute_of(before.state(), before.draw(), 0, 0, before.opener())
          .value()
          .inspector;
  city.declare_conflict(city.draw().tasks[0].subject, first);
  city.must(decided(), {head});
  city.now += 60;
  const auto opened =
      projections::substitute_of(city.state(), city.draw(), 0, 0, city.opener()).value();
  EXPECT_NE(opened.inspector, first);
  const auto closed = projections::substitute_of(city.state(), city.draw(), 0, 0, [](const Hash&) {
                        return std::nullopt;
                      }).value();
  EXPECT_EQ(closed.conflicts_unopened, 1U);
  unsigned admitted = 0;
  for (int i = 1; i <= 8; ++i) {
    const std::string candidate = "I0" + std::to_string(i);
    if (projections::check_substitute(city.state(), city.draw(), 0, 0, candidate)) ++admitted;
  }
  EXPECT_EQ(admitted, 2U) << "one conflict can explain one who was passed over";
  EXPECT_EQ(city.submit(drawn(""), {"platform"}), "substitute.candidate");
  EXPECT_EQ(city.submit(drawn(opened.inspector), {"platform"}), "");
}

// Nor is he who was in conflict when the draw was announced, or since: it ends for later pools.
TEST(RecusalsWithConflicts, OneThatEndsAfterThePoolStillKeepsHimOut) {
  DrawnCity city;
  city.run();
  const std::string inspector = city.draw().tasks[0].seats[0].inspector;
  const auto head = inspector <= "I04" ? "head-east" : "head-west";
  city.must(filed("kinship"), {inspector});
  DrawnCity before;  // the same city up to here, to learn who would be first
  before.run();
  before.must(filed("kinship"), {inspector});
  before.must(decided(), {head});
  const std::string first =
      projections::substitute_of(before.state(), before.draw(), 0, 0, before.opener())
          .value()
          .inspector;
  const std::string subject = city.draw().tasks[0].subject;
  city.declare_conflict(subject, first);
  city.end_conflict(subject, first);
  city.must(decided(), {head});
  city.now += 60;
  const auto opened =
      projections::substitute_of(city.state(), city.draw(), 0, 0, city.opener()).value();
  EXPECT_NE(opened.inspector, first);
  EXPECT_EQ(city.submit(drawn(""), {"platform"}), "substitute.candidate");
  EXPECT_EQ(city.submit(drawn(opened.inspector), {"platform"}), "")
      << "the log bounds who is passed over by the conflicts of the draw";
}

// The announced row's eligibility does not count, that at the decision does.
TEST(RecusalsOfSeats, WhoeverIsBackByTheDecisionIsACandidate) {
  DrawnCity city;
  for (int i = 3; i <= 8; ++i) {
    ASSERT_EQ(city.import_inspector("I0" + std::to_string(i), i <= 4 ? "EAST" : "WEST",
                                    schema::InspectorStatus::suspended),
              "");
  }
  city.run();
  ASSERT_EQ(city.import_inspector("I08", "WEST", schema::InspectorStatus::active), "");
  city.must(filed("kinship"), {city.draw().tasks[0].seats[0].inspector});
  city.must(decided(), {"head-east"});
  city.now += 60;
  EXPECT_EQ(city.submit(drawn(""), {"platform"}), "substitute.candidate");
  EXPECT_EQ(city.submit(drawn("I08"), {"platform"}), "");
}

// Officers of visits put aside for want of inspectors: seats vacant from the start.
TEST(RecusalsOfSeatsNeverFilled, AreDueFromTheExecution) {
  DrawnCity city;
  for (int i = 3; i <= 8; ++i) {
    ASSERT_EQ(city.import_inspector("I0" + std::to_string(i), i <= 4 ? "EAST" : "WEST",
                                    schema::InspectorStatus::left),
              "");
  }
  auto a = city.announcement();
  a.groups[0]->seats = 3;
  city.take_pool(a);
  city.must(std::move(a), {"clerk", "approver"});
  city.commit_all();
  city.reveal_all();
  city.must(city.executed(), {"platform"});
  EXPECT_EQ(city.draw().outcome->vacancies, 30U)
      << "three officers, two inspectors: every visit is put aside";
  city.must(city.disclosed_whole(), {"platform"});
  EXPECT_EQ(city.draw().tasks[0].seats[0].vacated_at, city.draw().executed_at);
  EXPECT_TRUE(projections::due(city.state(), city.now).empty());
  city.now += 60;
  const auto due = projections::due(city.state(), city.now);
  ASSERT_EQ(due.size(), 1U);
  const auto chosen = projections::substitute_of(city.state(), city.draw(), due[0].visit,
                                                 due[0].seat, city.opener())
                          .value();
  EXPECT_EQ(city.submit(drawn(chosen.inspector), {"platform"}), "");
}

}  // namespace
}  // namespace liuhen::tests
