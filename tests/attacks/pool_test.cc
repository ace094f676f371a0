// Attacks on who can be drawn, who is, who goes, and who goes instead.
#include "projections/draw_lookup.h"
#include "tests/attacks/dishonest_operator.h"
#include "tests/projections/approved_conflict.h"

namespace liuhen::tests {
namespace {

class AttacksOnPoolsAndTeams : public Attack {
 protected:
  static std::optional<projections::ConflictContent> none(const Hash&) { return std::nullopt; }
  void import(std::unique_ptr<schema::SubjectRowT> row) {
    schema::SubjectsImportedT imported;
    imported.run = "edited";
    imported.last = true;
    imported.rows.push_back(std::move(row));
    city.must(std::move(imported), {"registrar"});
  }
  void import(std::unique_ptr<schema::InspectorRowT> row) {
    schema::InspectorsImportedT imported;
    imported.run = "inspectors-edited";
    imported.last = true;
    imported.rows.push_back(std::move(row));
    city.must(std::move(imported), {"registrar"});
  }
  std::string unit_of(const std::string& inspector) const {
    return city.state().inspectors.latest(inspector)->unit;
  }
  // Everything is ready, the seed is known to the operator.
  void run_to_seed() {
    run_to_round();
    city.must(town.recorded(), {"platform"});
  }
  void end_conflict(const std::string& name) {
    city.must(ended_conflict(crypto::sha256(view_of(name))), {"head"});
  }
  void approve_conflict(const std::string& name, const City::Names& decider = {"head"}) {
    schema::ConflictDeclaredT declared;
    declared.commitment = City::bytes(crypto::sha256(view_of(name)));
    declared.unit = "MSA-1";
    city.must(std::move(declared), {"registrar"});
    schema::ConflictDecidedT decided;
    decided.commitment = City::bytes(crypto::sha256(view_of(name)));
    decided.approved = true;
    city.must(std::move(decided), decider);
  }
};

// A firm that would be drawn is struck off once the seed is known, and the draw made over the rest.
TEST_F(AttacksOnPoolsAndTeams, EditedPoolAfterTheSeed) {
  run_to_seed();
  const auto right = draw.execution(none);
  auto row = City::firm(1);
  row->id = draw.disclosure().visits[0]->subject;
  row->status = schema::SubjectStatus::cancelled;
  import(std::move(row));
  auto edited = projections::copy_of(draw.draw().announcement);
  edited.pool_position = city.size() - 1;
  const auto pool =
      projections::pool_of(city.state(), edited, city.state().catalogue.rules.at("R1")).value();
  auto executed = draw.execution(none);
  ASSERT_EQ(executed.strata[0]->cutoff, right.strata[0]->cutoff) << "the edit changes nothing";
  executed.strata[0]->eligible = pool.subjects_eligible;
  expect_named("draw.selection", write(std::move(executed), {"platform"}));
}

TEST_F(AttacksOnPoolsAndTeams, SubjectLeftOut) {
  auto announced = town.announcement();
  --announced.subject_rows;
  expect_named("draw.pool_root", write(std::move(announced), {"clerk", "approver"}));
}

// The pool is taken with one filter, and what is announced says another: a friend in the district
// is kept out, and a firm elsewhere put in for him, so that the counts are right.
TEST_F(AttacksOnPoolsAndTeams, HiddenFilter) {
  schema::SubjectsImportedT imported;
  imported.run = "two";
  imported.last = true;
  imported.rows.push_back(City::firm(900, "370203", "F52"));
  imported.rows.push_back(City::firm(901, "370202", "H62"));
  city.must(std::move(imported), {"registrar"});
  const auto in = [&](schema::Field field, const char* value) {
    auto announced = draw.unpooled();
    name_beacon(announced, town.beacon.chain());
    announced.scope.push_back(std::make_unique<schema::ConditionT>());
    announced.scope[0]->field = field;
    announced.scope[0]->values = {value};
    draw.take_pool(announced, city.state().catalogue.rules.at("R1"));
    return announced;
  };
  auto announced = in(schema::Field::division, "370202");
  const auto filtered = in(schema::Field::industry, "F52");
  ASSERT_EQ(announced.subject_rows, filtered.subject_rows);
  ASSERT_EQ(announced.subject_eligible, filtered.subject_eligible);
  announced.subject_root = filtered.subject_root;
  expect_said("draw.pool_root", write(std::move(announced), {"clerk", "approver"}),
              "the announced root of the subjects");
}

// A stratum for one firm is of no rule's dictionary.
TEST_F(AttacksOnPoolsAndTeams, StratumOfOne) {
  auto announced = town.announcement();
  announced.strata.push_back(std::make_unique<schema::AnnouncedStratumT>());
  announced.strata[1]->rule_stratum = 1;
  announced.strata[1]->fixed = 1;
  expect_named("draw.strata", write(std::move(announced), {"clerk", "approver"}));
}

// And where a rule has it, it is said that nothing was left to chance.
TEST_F(AttacksOnPoolsAndTeams, StratumOfOneInTheRule) {
  auto announced = town.announcement();
  import(City::firm(900, "370203"));
  auto rule = City::rule("R1", 2);
  rule.strata[0]->conditions.push_back(std::make_unique<schema::ConditionT>());
  rule.strata[0]->conditions[0]->field = schema::Field::division;
  rule.strata[0]->conditions[0]->values = {"370202"};
  rule.strata.push_back(std::make_unique<schema::StratumRuleT>());
  rule.strata[1]->label = "一家";
  rule.strata[1]->conditions.push_back(std::make_unique<schema::ConditionT>());
  rule.strata[1]->conditions[0]->field = schema::Field::division;
  rule.strata[1]->conditions[0]->values = {"370203"};
  city.must(std::move(rule), {"clerk", "approver"});
  auto plan = City::plan("P1", 2);
  plan.rates.push_back(std::make_unique<schema::PlannedRateT>());
  plan.rates[1]->stratum = 1;
  plan.rates[1]->den = 1;
  plan.rates[1]->fixed = 1;
  city.must(std::move(plan), {"clerk", "approver"});
  announced.rule_revision = 2;
  announced.strata.push_back(std::make_unique<schema::AnnouncedStratumT>());
  announced.strata[1]->rule_stratum = 1;
  announced.strata[1]->den = 1;
  announced.strata[1]->fixed = 1;
  announced.pool_position = city.size() - 1;
  const auto pool =
      projections::pool_of(city.state(), announced, city.state().catalogue.rules.at("R1")).value();
  announced.subject_root = City::bytes(pool.subject_root);
  announced.subject_rows = pool.subjects.size();
  announced.subject_eligible = pool.subjects_eligible;
  city.must(std::move(announced), {"clerk", "approver"});
  close_reveals();
  witness(town.round_time() - kMarginS);
  town.record_and_execute();
  const Told told = verify();
  EXPECT_EQ(told.exit_code, 0) << told.report.at("finding");
  EXPECT_EQ(told.draw().at("strata_not_random").to_number<int>(), 1);
}

TEST_F(AttacksOnPoolsAndTeams, WrongCutOff) {
  run_to_seed();
  auto executed = draw.execution(none);
  executed.strata[0]->cutoff[31] ^= 1;
  expect_named("draw.selection", write(std::move(executed), {"platform"}));
}

TEST_F(AttacksOnPoolsAndTeams, SwappedTeamMembers) {
  run_to_seed();
  city.must(draw.execution(none), {"platform"});
  auto disclosed = draw.disclosure();
  std::swap(disclosed.visits[0]->team, disclosed.visits[1]->team);
  ASSERT_NE(disclosed.visits[0]->team, disclosed.visits[1]->team);
  expect_named("draw.disclosed_visit", write(std::move(disclosed), {"platform"}));
}

// Once the seed is known so many conflicts are approved that nobody can go to a visit, and the
// teams are what would follow from them.
TEST_F(AttacksOnPoolsAndTeams, ConflictsDeclaredToMakeADrawInfeasible) {
  run_to_seed();
  auto executed = draw.execution(none);
  const std::string subject = draw.disclosure().visits[0]->subject;
  const auto& announced = draw.draw().announcement;
  auto pool =
      projections::pool_of(city.state(), announced, city.state().catalogue.rules.at("R1")).value();
  std::map<Hash, std::string> made_up;
  for (const auto& row : pool.inspectors) {
    approve_conflict("made up " + row.id);
    pool.conflicts.push_back(crypto::sha256(view_of("made up " + row.id)));
    made_up.emplace(pool.conflicts.back(), row.id);
  }
  const auto seed = crypto::vrf::verify(crypto::vrf::public_key(City::seed("vrf")),
                                        projections::alpha_of(draw.draw()),
                                        exactly<80>(View(executed.pi)).value())
                        .value();
  const auto selection =
      crypto::draw::select(seed, projections::allocation_of(announced), pool.subjects).value();
  const auto late =
      projections::visits_of(draw.draw(), pool, selection, seed, [&](const Hash& commitment) {
        return std::optional(projections::ConflictContent{.subject = subject,
                                                          .inspector = made_up.at(commitment),
                                                          .kind = "kinship",
                                                          .evidence = ""});
      }).value();
  ASSERT_EQ(late.visits[0].team, std::vector<std::string>(2)) << "it would be put aside";
  executed.vacancies = late.vacancies;
  executed.visits_root = City::bytes(late.root);
  expect_named("draw.visits_root", write(std::move(executed), {"platform"}));
}
// Before the draw a head decides, and not on what he has declared himself.
TEST_F(AttacksOnPoolsAndTeams, ConflictDecidedByWhoDeclaredIt) {
  city.grant_key("both", {City::Role::registrar, City::Role::head});
  schema::ConflictDeclaredT declared;
  declared.commitment = City::bytes(crypto::sha256(view_of("own")));
  declared.unit = "MSA-1";
  city.must(std::move(declared), {"both"});
  schema::ConflictDecidedT decided;
  decided.commitment = City::bytes(crypto::sha256(view_of("own")));
  decided.approved = true;
  expect_named("conflict.own", write(std::move(decided), {"both"}));
}

// It ends between the pool and the announcement, which leaves it out.
TEST_F(AttacksOnPoolsAndTeams, ConflictEndedAfterThePoolAndLeftOut) {
  approve_conflict("in the way");
  const std::uint64_t pool = city.size() - 1;
  end_conflict("in the way");
  auto announced = town.announcement();
  ASSERT_EQ(announced.conflict_rows, 0U);
  announced.pool_position = pool;
  expect_named("draw.pool_root", write(std::move(announced), {"clerk", "approver"}));
}
// Once the seed is known one ends, to free an inspector: it counts all the same, and who replays
// the matching as if it did not is told that he opens fewer than there are.
TEST_F(AttacksOnPoolsAndTeams, ConflictEndedToFreeAnInspector) {
  approve_conflict("in the way");
  run_to_seed();
  const auto elsewhere = [](const Hash&) {
    return std::optional(projections::ConflictContent{
        .subject = "X", .inspector = "X", .kind = "kinship", .evidence = ""});
  };
  const auto before = draw.execution(elsewhere);
  end_conflict("in the way");
  EXPECT_EQ(draw.execution(elsewhere).visits_root, before.visits_root);
  city.must(draw.execution(elsewhere), {"platform"});
  city.must(draw.disclosure(), {"platform"});
  const Told told = verify();
  EXPECT_EQ(told.exit_code, 0) << told.report.at("finding");
  EXPECT_EQ(told.draw().at("conflicts_unopened").to_number<int>(), 1);
  // Nor for a seat that is vacated later: somebody else's substitute is beyond what one can hide.
  town.recuse();
  city.now = town.substitute_time();
  std::set<std::string> named;
  for (const auto& [id, versions] : city.state().inspectors.rows) {
    auto substitute = town.substitution();
    substitute.inspector = id;
    if (projections::check_substitute(
            city.state(), draw.draw(), 0, 0, id,
            std::vector<Hash>{crypto::sha256(substitute.beacon_signature)}))
      named.insert(id);
  }
  EXPECT_EQ(named.size(), 2U) << "the first, and whom the conflict can have kept out";
  auto substitute = town.substitution();
  substitute.inspector = "";
  expect_named("substitute.candidate", write(std::move(substitute), {"platform"}));
}
TEST_F(AttacksOnPoolsAndTeams, ConflictEndedByWhoDeclaredIt) {
  city.grant_key("both", {City::Role::registrar, City::Role::head});
  const Hash commitment = crypto::sha256(view_of("own"));
  city.must(declared_conflict(commitment), {"both"});
  tests::approve_conflict(city, commitment);
  expect_named("conflict.own", write(ended_conflict(commitment), {"both"}));
}
TEST_F(AttacksOnPoolsAndTeams, ConflictEndedByTheHeadOfAnotherUnit) {
  city.grant_key("head-2", {City::Role::head}, "MSA-2");
  approve_conflict("not his");
  expect_named("role.department",
               write(ended_conflict(crypto::sha256(view_of("not his"))), {"head-2"}));
}
TEST_F(AttacksOnPoolsAndTeams, ConflictEndedByAClerk) {
  approve_conflict("not his");
  expect_named("role.denied", write(ended_conflict(crypto::sha256(view_of("not his"))), {"clerk"}));
}

// Who is first when the round is known is suspended, and said to have been no candidate.
TEST_F(AttacksOnPoolsAndTeams, CandidateSuspendedBeforeASubstitution) {
  run();
  town.recuse();
  city.now = town.substitute_time();
  auto right = town.substitution();
  auto row = City::inspector(right.inspector, unit_of(right.inspector));
  row->status = schema::InspectorStatus::suspended;
  import(std::move(row));
  ASSERT_EQ(town.substitution().inspector, right.inspector) << "who he was at the decision counts";
  const auto& seats = draw.draw().tasks[0].seats;
  for (const auto& [id, versions] : city.state().inspectors.rows) {
    if (id == right.inspector || id == seats[0].held[0] || id == seats[1].inspector) continue;
    auto substitute = town.substitution();
    substitute.inspector = id;
    return expect_named("substitute.candidate", write(std::move(substitute), {"platform"}));
  }
}

// Another recusal is approved when the round is known, so that somebody else is free.
TEST_F(AttacksOnPoolsAndTeams, RecusalDecidedToFreeASubstitute) {
  auto rule = City::rule("R1", 2);
  rule.default_capacity = 1;
  city.must(std::move(rule), {"clerk", "approver"});
  auto announced = town.announcement();
  announced.rule_revision = 2;
  announced.default_capacity = 1;
  announced.inspector_root = City::bytes(
      projections::pool_of(city.state(), announced, city.state().catalogue.rules.at("R1"))
          .value()
          .inspector_root);
  city.must(std::move(announced), {"clerk", "approver"});
  close_reveals();
  town.record_and_execute();
  town.recuse(0);
  city.now = town.substitute_time(0);
  const std::string freed = draw.draw().tasks[1].seats[0].inspector;
  town.recuse(1);
  auto substitute = town.substitution(0);
  ASSERT_EQ(substitute.inspector, "") << "everybody was taken at the decision";
  substitute.inspector = freed;
  expect_named("substitute.candidate", write(std::move(substitute), {"platform"}));
}

TEST_F(AttacksOnPoolsAndTeams, SkippedSubstitute) {
  run();
  town.recuse();
  city.now = town.substitute_time();
  auto none_left = town.substitution();
  ASSERT_NE(none_left.inspector, "");
  none_left.inspector.clear();
  expect_named("substitute.candidate", write(std::move(none_left), {"platform"}));
}

TEST_F(AttacksOnPoolsAndTeams, SubstitutesOutOfTurn) {
  run();
  town.recuse(1);
  town.recuse(0);
  city.now = town.substitute_time(0);
  expect_named("substitute.order", write(town.substitution(0), {"platform"}));
}

TEST_F(AttacksOnPoolsAndTeams, SubstituteByAnotherRound) {
  run();
  town.recuse();
  auto substitute = town.substitution();
  ++substitute.beacon_round;
  substitute.beacon_signature = City::bytes(town.beacon.sign(substitute.beacon_round));
  city.now = town.substitute_time() + 1000;
  expect_named("substitute.beacon_round", write(std::move(substitute), {"platform"}));
}

// The decision is given a time of long before, so that its round is one that was known: no entry
// goes back in time; and where the clock stood still the substitute is shown as unproven.
TEST_F(AttacksOnPoolsAndTeams, BackdatedDecision) {
  run();
  schema::RecusalFiledT filed;
  filed.draw = draw.stream();
  filed.ground = "kinship";
  city.must(std::move(filed), {draw.draw().tasks[0].seats[0].inspector});
  schema::RecusalDecidedT decided;
  decided.draw = draw.stream();
  decided.approved = true;
  city.now -= 1;
  expect_named("chain.time", write(std::move(decided), {"head"}));
}
TEST_F(AttacksOnPoolsAndTeams, DecisionWithTheClockStopped) {
  run();
  town.recuse();
  witness(town.substitute_time() + 1000);  // that it came before was proven to nobody
  town.substitute();
  const Told told = verify();
  EXPECT_EQ(told.exit_code, 0) << told.report.at("finding");
  EXPECT_EQ(told.draw().at("substitutes_unproven").to_number<int>(), 1);
}

}  // namespace
}  // namespace liuhen::tests
