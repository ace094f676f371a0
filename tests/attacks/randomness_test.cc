// Attacks on what a draw's outcome rests on: announcement, contributions, beacon, seed.
#include "tests/attacks/dishonest_operator.h"

namespace liuhen::tests {
namespace {

class AttacksOnRandomness : public Attack {
 protected:
  static std::optional<projections::ConflictContent> none(const Hash&) { return std::nullopt; }
  schema::DrawAnnouncedT second(const std::string& previous) {
    auto out = CityDraw(city, 2).announcement();
    name_beacon(out, town.beacon.chain());
    out.previous = previous;
    return out;
  }
  std::uint64_t execute_unlisted() {
    run_to_round();
    city.must(town.recorded(), {"platform"});
    return city.must(draw.execution(none), {"platform"});
  }
  std::uint64_t list_due() const {
    return draw.draw().announcement.execute_deadline + 86'400;  // docs/formats/events.md
  }
  void discard() {
    schema::DrawVoidedT voided;
    voided.draw = draw.stream();
    voided.reason = "结果不合意";
    city.must(std::move(voided), {"approver", "supervisor"});
  }
};

// One honest run has none of what the attacks below are named for.
TEST_F(AttacksOnRandomness, NoneInAnHonestRun) {
  run();
  town.recuse();
  witness(town.substitute_time() - kMarginS);
  town.substitute();
  draw.result(0);
  const Told told = verify();
  EXPECT_EQ(told.exit_code, 0) << told.report.at("finding");
  EXPECT_EQ(told.report.at("verdict").as_string(), "verified");
  EXPECT_EQ(told.draw().at("tier").as_string(), "A+B") << told.draw().at("tier_why");
  for (const char* count : {"discarded_before", "strata_not_random", "substitutes_late",
                            "substitutes_unproven", "none_left"})
    EXPECT_EQ(told.draw().at(count).to_number<std::uint64_t>(), 0U) << count;
  EXPECT_TRUE(told.report.at("losses").as_array().empty());
  // Who did what, in order.
  std::vector<std::string> steps;
  std::uint64_t last = 0;
  const auto draw_told = told.draw();
  for (const auto& step : draw_told.at("timeline").at("steps").as_array()) {
    std::string who;
    for (const auto& person : step.at("who").as_array())
      who += std::string(person.as_string()) + " ";
    steps.push_back(who + std::string(step.at("what").at("en").as_string()));
    EXPECT_GT(step.at("position").to_number<std::uint64_t>(), last);
    last = step.at("position").to_number<std::uint64_t>();
    EXPECT_FALSE(step.at("wrong").as_bool());
  }
  ASSERT_EQ(steps.size(), 15U);
  EXPECT_EQ(steps.front(), "clerk approver announced the draw");
}

TEST_F(AttacksOnRandomness, ReRoll) {
  run();
  discard();
  city.now += 100;
  expect_named("draw.previous", write(second(""), {"clerk", "approver"}));
}

// Said as it has to be, it is no breach, and shown at every later draw.
TEST_F(AttacksOnRandomness, ReRollThatIsSaid) {
  run();
  discard();
  city.now += 100;
  city.must(second(draw.stream()), {"clerk", "approver"});
  const Told told = verify();
  EXPECT_EQ(told.exit_code, 0);
  EXPECT_EQ(told.draw(1).at("discarded_draws").as_array().at(0).as_string(), draw.stream());
}

// Everything is closed, the round is known, its outcome does not please: voided, as of long before,
// and never executed.
TEST_F(AttacksOnRandomness, VoidAfterTheBeacon) {
  town.announce();
  close_reveals();
  town.void_it();
  expect_named("draw.escape", draw.draw().position, draw.draw().announcement.execute_deadline + 1);
}

// Likewise, executed and shown as it has to be: no breach, and named for who could know it and who
// signed.
TEST_F(AttacksOnRandomness, VoidWithoutASupervisorOfWhatTheOperatorKnows) {
  run_to_round();
  town.void_it();
  town.record_and_execute();
  const Told told = verify();
  EXPECT_EQ(told.exit_code, 0) << told.report.at("finding");
  const auto first = told.draw();
  EXPECT_EQ(first.at("void").at("known").as_string(), "operator_alone");
  EXPECT_FALSE(first.at("void").at("supervisor").as_bool());
  const auto screens = told.report.at("findings").as_array();
  const auto* found = std::ranges::find_if(screens, [](const auto& screen) {
    return screen.at("code").as_string() == "void-unsupervised";
  });
  ASSERT_NE(found, screens.end());
  ASSERT_EQ(found->at("findings").as_array().size(), 1U);
  EXPECT_EQ(found->at("findings").at(0).at("about").as_string(), draw.stream());
}

TEST_F(AttacksOnRandomness, SuppressedDraw) {
  run_to_round();
  city.must(town.recorded(), {"platform"});
  expect_named("draw.escape", draw.draw().position, draw.draw().announcement.execute_deadline + 1);
}

// The operator alone has seen the outcome: who was drawn nobody else can tell while a conflict is
// in force, and whether the list would have been good nobody ever.
TEST_F(AttacksOnRandomness, ExecutedAndNeverListed) {
  const std::uint64_t executed = execute_unlisted();
  EXPECT_EQ(verify(list_due()).exit_code, 0);
  expect_named("draw.unlisted", executed, list_due() + 1);
  EXPECT_EQ(verify(list_due() + 1).draw().at("tier"), "C") << "whatever proves its order";
}

TEST_F(AttacksOnRandomness, ExecutedVoidedAndNeverListed) {
  const std::uint64_t executed = execute_unlisted();
  discard();
  EXPECT_EQ(verify(list_due()).exit_code, 0);
  expect_named("draw.unlisted", executed, list_due() + 1);
}

TEST_F(AttacksOnRandomness, ListedLate) {
  execute_unlisted();
  city.now = list_due() + 1;
  expect_said("draw.unlisted", city.must(draw.disclosure(), {"platform"}),
              "was complete only after it was due");
}

TEST_F(AttacksOnRandomness, ExecutedLate) {
  run_to_round();
  city.must(town.recorded(), {"platform"});
  city.now = draw.draw().announcement.execute_deadline + 1;
  const std::uint64_t executed = city.must(draw.execution(none), {"platform"});
  city.must(draw.disclosure(), {"platform"});
  expect_said("draw.escape", executed, "was executed after its deadline");
}

// Its announcement is cut out of the log, and the rest chained anew.
TEST_F(AttacksOnRandomness, SuppressedAnnouncement) {
  run();
  const std::uint64_t position = draw.draw().position;
  log().erase(log().begin() + static_cast<std::ptrdiff_t>(position));
  chain_again(position);
  const Told told = verify();
  EXPECT_EQ(told.exit_code, 1);
  // What came next had been signed over a checkpoint with the announcement in it.
  EXPECT_EQ(told.report.at("finding").at("position").to_number<std::uint64_t>(), position);
  EXPECT_EQ(told.report.at("finding").at("code"), "intent.fork");
}

// An announcement that was tried until its outcome pleased comes after the round, whatever time it
// is given; who has seen the round named in it early enough cosigns nothing.
TEST_F(AttacksOnRandomness, GroundAnnouncement) {
  town.announce();
  close_reveals();
  witness(town.round_time() + 1);
  town.record_and_execute();
  const Told told = verify();
  EXPECT_EQ(told.draw().at("tier").as_string(), "B") << "no tier A: the beacon may have been known";
  auto again = second("");
  again.beacon_round = draw.draw().beacon->round;  // known by now
  expect_named("draw.beacon_round", write(std::move(again), {"clerk", "approver"}));
}

TEST_F(AttacksOnRandomness, GroundClosing) {
  town.announce();
  draw.commit("contributor1");
  expect_named("draw.early", write(draw.commitments_closed(), {"platform"}));
}

TEST_F(AttacksOnRandomness, ClosingThatLeavesOneOut) {
  town.announce();
  commit_all();
  auto closed = draw.commitments_closed();
  closed.committed.resize(32);
  expect_named("draw.commitments", write(std::move(closed), {"platform"}));
}

TEST_F(AttacksOnRandomness, ChosenBeaconRound) {
  run_to_round();
  auto recorded = town.recorded();
  ++recorded.round;
  const auto signature = town.beacon.sign(recorded.round);
  recorded.signature = City::bytes(signature);
  city.now += 100;
  expect_named("draw.beacon_round", write(std::move(recorded), {"platform"}));
}

TEST_F(AttacksOnRandomness, BeaconOfTheOperators) {
  run_to_round();
  auto recorded = town.recorded();
  recorded.signature = City::bytes(TestBeacon("own").sign(recorded.round));
  expect_named("beacon.signature", write(std::move(recorded), {"platform"}));
}

TEST_F(AttacksOnRandomness, RevealDroppedAfterTheBeacon) {
  town.announce();
  close_commitments();
  reveal_all();
  city.now = town.round_time();
  auto closed = draw.reveals_closed();
  closed.nonces[1]->nonce.clear();
  expect_named("draw.reveals", write(std::move(closed), {"platform"}));
}

// Never let in, and so not in the log: no tier says that nobody steered.
TEST_F(AttacksOnRandomness, RevealKeptOutAfterTheBeacon) {
  town.announce();
  close_commitments();
  const auto named = naming();
  city.must(draw.reveal_of("contributor1"), {"contributor1"}, named);
  city.now = town.round_time() + 1;
  city.must(draw.reveals_closed(), {"platform"});
  witness(city.now);
  town.record_and_execute();
  const Told told = verify();
  EXPECT_EQ(told.exit_code, 0);
  EXPECT_EQ(told.draw().at("tier").as_string(), "C") << told.draw().at("tier_why");
}

// Witnesses saw the announcement and the closing; contributors answered to checkpoints that no
// witness has seen, and could have been shown another log.
TEST_F(AttacksOnRandomness, ContributorsSawWhatNobodyCosigned) {
  town.announce();
  witness(city.now);
  for (const char* name : {"contributor1", "contributor2"}) draw.commit(name);
  city.must(draw.commitments_closed(), {"platform"});
  witness(city.now);
  for (const char* name : {"contributor1", "contributor2"}) city.must(draw.reveal_of(name), {name});
  city.must(draw.reveals_closed(), {"platform"});
  town.record_and_execute();
  const Told told = verify();
  EXPECT_EQ(told.exit_code, 0);
  EXPECT_EQ(told.draw().at("tier").as_string(), "C") << told.draw().at("tier_why");
}

TEST_F(AttacksOnRandomness, CopiedCommitment) {
  town.announce();
  draw.commit("contributor1");
  auto copied = draw.commitment("contributor1");
  expect_named("draw.copied", write(std::move(copied), {"contributor2"}));
}

TEST_F(AttacksOnRandomness, LateCommitment) {
  town.announce();
  draw.commit("contributor1");
  auto late = draw.commitment("contributor2");
  city.now = draw.draw().announcement.commit_deadline + 1;
  expect_named("draw.late", write(std::move(late), {"contributor2"}));
}

TEST_F(AttacksOnRandomness, CommitmentAfterTheClosing) {
  town.announce();
  draw.commit("contributor1");
  auto late = draw.commitment("contributor2");
  city.now = draw.draw().announcement.commit_deadline + 1;
  city.must(draw.commitments_closed(), {"platform"});
  expect_named("draw.phase", write(std::move(late), {"contributor2"}));
}

TEST_F(AttacksOnRandomness, TwoAttemptsAtOnce) {
  town.announce();
  expect_named("draw.overlap", write(second(""), {"clerk", "approver"}));
}

TEST_F(AttacksOnRandomness, SecondVrfKey) {
  schema::VrfKeyRegisteredT registered;
  const KeyId key = crypto::vrf::public_key(City::seed("vrf2"));
  registered.key = City::bytes(key);
  registered.proof = City::bytes(crypto::vrf::prove(
      City::seed("vrf2"), projections::vrf_possession_bytes(City::kOrigin, key)));
  town.announce();
  close_reveals();
  witness(town.round_time() - kMarginS);
  city.now = town.round_time();
  city.must(std::move(registered), {"platform", "trustee-outside"});
  city.must(town.recorded(), {"platform"});
  auto executed = draw.execution(none);
  executed.pi =
      City::bytes(crypto::vrf::prove(City::seed("vrf2"), projections::alpha_of(draw.draw())));
  expect_named("draw.vrf", write(std::move(executed), {"platform"}));
}

TEST_F(AttacksOnRandomness, VrfKeyOfNobodys) {
  auto announced = town.announcement();
  announced.vrf_key = City::bytes(crypto::vrf::public_key(City::seed("vrf2")));
  expect_named("draw.vrf_key", write(std::move(announced), {"clerk", "approver"}));
}

// No witness is asked, and it is said that they were out: the draw goes on, and no tier covers it.
TEST_F(AttacksOnRandomness, WitnessOutageClaimed) {
  town.announce();
  draw.contribute();
  town.record_and_execute();
  const Told told = verify();
  EXPECT_EQ(told.exit_code, 0);
  EXPECT_EQ(told.draw().at("tier").as_string(), "C");
  const Told head = verify(0, false);
  EXPECT_EQ(head.exit_code, 2);
  EXPECT_EQ(head.report.at("finding").at("code").as_string(), "policy.quorum");
}

}  // namespace
}  // namespace liuhen::tests
