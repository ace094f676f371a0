// Tier A: what has to be proven to be before the beacon's round, and to whom.
#include "projections/tier.h"

#include <gtest/gtest.h>

#include "projections/verify.h"
#include "tests/projections/beacon_town.h"
#include "tests/projections/cosignatures.h"

namespace liuhen::projections {
namespace {

using tests::City;
using tests::CityDraw;
using tests::CityLog;
using Names = std::vector<std::string>;

constexpr std::uint64_t kMarginS = 60;

struct Town : tests::BeaconTown {
  Town() { announce(); }
  // The log as it is now, cosigned at a time.
  void witness(std::uint64_t time, const Names& names = {"w1", "w2"}) {
    city.must(tests::witnessed(city, city.size(), names, time), {"platform"});
  }
  Report verify(const std::string& quorum = "two", bool listed = true, std::uint64_t now = 0) {
    CityLog log(city);
    std::string text = tests::policy_text(city, log, "quorum " + quorum + "\n");
    if (listed) text += "beacon " + to_hex(crypto::drand::chain_hash(beacon.chain())) + "\n";
    const auto policy = crypto::Policy::parse(text);
    LIUHEN_CHECK(policy.has_value());
    for (const char* name : {"w1", "w2", "w3"})
      log.note() += tests::cosignature(name, city.size(), log.tree().root()) + "\n";
    VerifyOptions options;
    options.trusted = &*policy;
    options.now_s = now;
    options.threads = 1;
    return verify_log(log, options);
  }
  DrawLine line(const std::string& quorum = "two", bool listed = true) {
    const Report report = verify(quorum, listed);
    EXPECT_EQ(report.verdict, ledger::Verdict::verified)
        << (report.finding ? report.finding->en : "");
    return report.draws.at(0);
  }
};

TEST(TierA, RevealsClosedIsProvenToBeBeforeTheRound) {
  Town town;
  town.draw.contribute();
  town.witness(town.round_time() - kMarginS);
  town.record_and_execute();
  EXPECT_EQ(town.line().tier, "A") << town.line().tier_why.en;
  EXPECT_EQ(town.line("w3").tier, "C") << "not by the quorum of this reader";
  EXPECT_EQ(town.line("none").tier, "C");
  EXPECT_EQ(town.line("two", false).tier, "C") << "the chain may be the operator's own";
}

TEST(TierA, TheMarginCounts) {
  Town town;
  town.draw.contribute();
  town.witness(town.round_time() - kMarginS + 1);
  town.record_and_execute();
  EXPECT_EQ(town.line().tier, "C");
}

TEST(TierA, AQuorumIsAsOldAsTheLastOfItThatItNeeds) {
  Town town;
  town.draw.contribute();
  auto payload = tests::witnessed(town.city, town.city.size(), {"w1", "w2", "w3"},
                                  town.round_time() - kMarginS);
  const Hash root = town.city.tree().root();
  payload.cosignatures[1] =
      tests::cosignature("w2", town.city.size(), root, town.round_time() + 1'000);
  town.city.must(std::move(payload), {"platform"});
  town.record_and_execute();
  EXPECT_EQ(town.line("two").tier, "A") << "w1 and w3 were in time";
  EXPECT_EQ(town.line("w2").tier, "C");
}

TEST(TierA, TheCheckpointCoversTheClosing) {
  Town town;
  town.draw.contribute();
  town.city.must(tests::witnessed(town.city, *town.draw.draw().reveals_closed_at, {"w1", "w2"},
                                  town.round_time() - 600),  // all before the closing
                 {"platform"});
  town.record_and_execute();
  EXPECT_EQ(town.line().tier, "C");
}

TEST(TierA, WhatIsRecordedAfterTheBeaconDoesNotCount) {
  Town town;
  town.draw.contribute();
  town.city.now = std::max(town.city.now, town.round_time());
  town.city.must(town.recorded(), {"platform"});
  town.witness(town.round_time() - kMarginS);  // dated in time, by a clock that is behind
  town.draw.execute();
  EXPECT_EQ(town.line().tier, "C");
  EXPECT_NE(town.line().tier_why.en.find("before BeaconRecorded"), std::string::npos)
      << town.line().tier_why.en;
}

TEST(TierA, AndBAreShownAsBoth) {
  Town town;
  const auto contribute = [&](bool commits) {
    const std::uint64_t size = town.city.size();
    const auto naming = [&](schema::IntentT& intent) {
      intent.seen_size = size;
      intent.seen_root = City::bytes(town.city.tree().root(size));
    };
    town.witness(town.round_time() - 600);
    for (const char* name : {"contributor1", "contributor2"}) {
      if (commits)
        town.city.must(town.draw.commitment(name), {name}, naming);
      else
        town.city.must(town.draw.reveal_of(name), {name}, naming);
    }
  };
  contribute(true);
  town.city.must(town.draw.commitments_closed(), {"platform"});
  contribute(false);
  town.city.must(town.draw.reveals_closed(), {"platform"});
  town.witness(town.round_time() - 300);
  EXPECT_EQ(town.line().tier, "B") << "the beacon is not recorded yet";
  town.record_and_execute();
  EXPECT_EQ(town.line().tier, "A+B") << town.line().tier_why.en;
  EXPECT_EQ(town.line("two", false).tier, "B");
}

// Everything is proven, the round is known, and what it gives is not executed in time: no tier A
// stands beside an escape.
TEST(TierA, NotOfADrawThatWasEscaped) {
  Town town;
  town.draw.contribute();
  town.witness(town.round_time() - kMarginS);
  town.city.now = town.round_time();
  town.city.must(town.recorded(), {"platform"});
  EXPECT_EQ(town.line().tier, "C") << "there is no outcome yet";
  const std::uint64_t after = town.draw.draw().announcement.execute_deadline + 1;
  const Report escaped = town.verify("two", true, after);
  EXPECT_EQ(escaped.verdict, ledger::Verdict::violated);
  EXPECT_EQ(escaped.draws.at(0).tier, "C");
  town.city.now = after;
  town.draw.execute();
  const Report late = town.verify("two", true, after);
  EXPECT_EQ(late.finding.value().code, "draw.escape");
  EXPECT_EQ(late.draws.at(0).tier, "C") << late.draws.at(0).tier_why.en;
}

TEST(TierA, NotOfADrawWithoutABeacon) {
  City city;
  city.furnish();
  CityDraw draw(city);
  draw.whole();
  const auto policy =
      crypto::Policy::parse(tests::policy_text(city, CityLog(city), "quorum two\n"));
  EXPECT_FALSE(beacon_part(draw.draw(), &*policy, {{city.size(), Witnessing{}}}).holds);
}

TEST(TierA, AVoidThatIsProvenToBeBeforeTheRoundEndsTheAttempt) {
  for (const auto& [late, verdict] :
       {std::pair{0U, ledger::Verdict::verified}, std::pair{1U, ledger::Verdict::violated}}) {
    Town town;
    town.void_it();
    EXPECT_TRUE(positions_to_witness(town.city.state()).contains(town.city.size() - 1));
    town.witness(town.round_time() - kMarginS + late);
    const std::uint64_t after = town.draw.draw().announcement.execute_deadline + 1;
    const Report report = town.verify("two", true, after);
    EXPECT_EQ(report.verdict, verdict) << late;
    if (report.finding) EXPECT_EQ(report.finding->code, "draw.escape");
    EXPECT_EQ(town.verify("none", true, after).verdict, ledger::Verdict::violated)
        << "to whom it is not proven, it was escaped";
  }
}

// The platform executes such a draw all the same. Nobody could know its outcome at the void, if the
// chain is not the operator's own.
TEST(TierA, WhatWasVoidedProvenlyBeforeTheRoundWasNotSeen) {
  for (const unsigned late : {0U, 1U}) {
    Town town;
    town.draw.contribute();
    town.void_it();
    town.witness(town.round_time() - kMarginS + late);
    town.record_and_execute();
    CityDraw second(town.city, 2);
    auto again = second.announcement();
    again.previous = town.draw.stream();
    town.city.must(std::move(again), {"clerk", "approver"});
    const std::vector<std::string> none, first{town.draw.stream()};
    const auto draws_for = [&](const std::string& quorum, bool listed) {
      return town.verify(quorum, listed).draws;
    };
    EXPECT_EQ(draws_for("two", true).at(1).discarded_before, late == 0 ? none : first);
    EXPECT_EQ(draws_for("two", true).at(0).voided.value().known,
              late == 0 ? KnownAtVoid::nothing : KnownAtVoid::unproven);
    EXPECT_EQ(draws_for("none", true).at(1).discarded_before, first) << "to whom it is not proven";
    EXPECT_EQ(draws_for("two", false).at(1).discarded_before, first) << "who has another beacon";
  }
}

TEST(TierA, ASubstituteWhoseDecisionIsProvenToBeBeforeItsRound) {
  for (const unsigned late : {0U, 1U}) {
    Town town;
    town.draw.contribute();
    town.witness(town.round_time() - kMarginS);
    town.record_and_execute();
    town.recuse();
    EXPECT_TRUE(positions_to_witness(town.city.state()).contains(town.city.size() - 1));
    town.witness(town.substitute_time() - kMarginS + late);
    town.substitute();
    EXPECT_EQ(town.line().substitutes, 1U);
    EXPECT_EQ(town.line().substitutes_unproven, late);
    EXPECT_EQ(town.line("two", false).substitutes_unproven, 1U);
  }
}

}  // namespace
}  // namespace liuhen::projections
