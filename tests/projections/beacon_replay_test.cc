// Draws with a beacon before the verifier, and in proof files: an honest one, and what a dishonest
// operator would write.
#include <gtest/gtest.h>

#include "projections/findings/findings.h"
#include "projections/proof_text.h"
#include "projections/verify.h"
#include "projections/verify_summary.h"
#include "tests/projections/beacon_town.h"

namespace liuhen::projections {
namespace {

using ledger::Verdict;
using tests::City;
using tests::CityDraw;
using tests::CityLog;
using tests::CityProofs;
using tests::TestBeacon;

struct Town : tests::BeaconTown {
  crypto::Policy policy(CityLog& log, bool listed) const {
    return crypto::Policy::parse(
               "log " + log.note_key().vkey() + "\n" +
               (listed ? "beacon " + to_hex(crypto::drand::chain_hash(beacon.chain())) + "\n"
                       : "") +
               "quorum none\n")
        .value();
  }
  Report verify(std::uint64_t now = 0, bool listed = true) {
    CityLog log(city);
    const crypto::Policy trusted = policy(log, listed);
    VerifyOptions options;
    options.trusted = &trusted;
    options.now_s = now;
    options.threads = 1;
    return verify_log(log, options);
  }
  Report verify_across(std::vector<Screen>& screens) {
    CityLog log(city);
    VerifyOptions options;
    options.threads = 1;
    options.replayed_whole = [&](const State& state, const ReplayNotes& notes) {
      screens = findings_of(
          state,
          {.open = {}, .voids = notes.voids, .plans = notes.plans, .threads = 1, .progress = {}});
    };
    return verify_log(log, options);
  }
  // What an operator writes who asks no admission.
  template <class Payload>
  Report verify_with(Payload payload) {
    auto entries = city.entries();
    entries.push_back(tests::forged_entry(city, std::move(payload), {"platform"}));
    CityLog log(city, std::move(entries));
    VerifyOptions options;
    options.threads = 1;
    return verify_log(log, options);
  }
};

void expect_violated(const Report& report, std::uint64_t position, const std::string& code,
                     const std::string& guarantee) {
  ASSERT_EQ(report.verdict, Verdict::violated);
  EXPECT_EQ(report.finding->code, code) << report.finding->en;
  EXPECT_EQ(report.position, position);
  for (const Guarantee& g : report.guarantees) EXPECT_EQ(g.broken, g.id == guarantee) << g.id;
}

TEST(VerifyBeacon, AWholeDraw) {
  Town town;
  town.execute();
  town.recuse();
  town.substitute();
  schema::StateDigestedT digested;
  digested.position = town.city.size() - 1;
  digested.digest = City::bytes(digest(town.city.state()));
  town.city.must(std::move(digested), {"platform"});
  const Report report = town.verify();
  ASSERT_EQ(report.verdict, Verdict::verified) << report.finding->en;
  const DrawLine& line = report.draws.at(0);
  EXPECT_EQ(line.tier, "C") << "there are no witnesses";
  ASSERT_TRUE(line.beacon);
  EXPECT_EQ(line.beacon->chain, crypto::drand::chain_hash(town.beacon.chain()));
  EXPECT_EQ(line.beacon->round, town.draw.draw().announcement.beacon_round);
  EXPECT_EQ(line.beacon->output, crypto::sha256(town.beacon.sign(line.beacon->round)));
  EXPECT_TRUE(line.beacon->listed);
  EXPECT_FALSE(town.verify(0, false).draws.at(0).beacon->listed)
      << "who registered the chain vouches for nothing";
  EXPECT_EQ(line.substitutes, 1U);
}

TEST(VerifyBeacon, SaysThatRevealsWereClosedLate) {
  Town town;
  town.announce();
  for (const char* name : {"contributor1", "contributor2"}) town.draw.commit(name);
  town.city.must(town.draw.commitments_closed(), {"platform"});
  town.city.now = town.round_time() - 59;
  town.city.must(town.draw.reveals_closed(), {"platform"});
  const Report report = town.verify();
  ASSERT_EQ(report.verdict, Verdict::verified);
  EXPECT_TRUE(report.draws.at(0).beacon->closed_late);
}

TEST(VerifyBeacon, AnOperatorChoosesTheRoundOrForgesOne) {
  Town town;
  town.ready();
  const std::uint64_t position = town.city.size(), round = town.draw.draw().beacon->round;
  auto other = tests::beacon_recorded(town.draw.draw(), town.beacon.sign(round - 1));
  other.round = round - 1;
  expect_violated(town.verify_with(std::move(other)), position, "draw.beacon_round", "G5");
  auto forged = town.recorded();
  forged.signature[20] ^= 1;
  expect_violated(town.verify_with(std::move(forged)), position, "beacon.signature", "G5");
  expect_violated(
      town.verify_with(tests::beacon_recorded(town.draw.draw(), TestBeacon("own").sign(round))),
      position, "beacon.signature", "G5");
  town.city.now -= 1;
  expect_violated(town.verify_with(town.recorded()), position, "draw.early", "G5");
}

TEST(VerifyBeacon, AnOperatorDrawsWithoutTheBeacon) {
  Town town;
  town.ready();
  const Bytes alpha =
      crypto::draw::alpha(town.draw.draw().leaf_hash, town.draw.draw().revealed, {});
  schema::DrawExecutedT executed;
  executed.draw = town.draw.stream();
  executed.pi = City::bytes(crypto::vrf::prove(City::seed("vrf"), alpha));
  executed.visits_root.assign(32, 0);
  expect_violated(town.verify_with(std::move(executed)), town.city.size(), "draw.beacon_awaited",
                  "G5");
}

TEST(VerifyBeacon, AVoidAfterTheRoundHidesNothing) {
  Town town;
  town.ready();
  town.void_it();
  const std::uint64_t deadline = town.draw.draw().announcement.execute_deadline;
  EXPECT_EQ(town.verify(deadline).verdict, Verdict::verified);
  expect_violated(town.verify(deadline + 1), town.draw.draw().position, "draw.escape", "G6");
  town.city.must(town.recorded(), {"platform"});
  town.draw.execute();
  EXPECT_EQ(town.verify(deadline + 1).verdict, Verdict::verified) << "executed, shown, discarded";
}

// Whoever can work an outcome out, and voids it without anybody who supervises, is named; none of
// the honest voids is.
TEST(VerifyBeacon, AVoidOfAnOutcomeThatCouldBeKnown) {
  using Step = std::function<void(Town&)>;
  const Step announced = [](Town&town) { town.announce(); },
             reveals_missing =
                 [](Town&town) {
                   town.announce();
                   for (const char* name : {"contributor1", "contributor2"}) town.draw.commit(name);
                   town.city.must(town.draw.commitments_closed(), {"platform"});
                   town.city.now = town.round_time();
                 },
             uncommitted =
                 [](Town&town) {
                   town.announce();
                   town.city.now = town.round_time();
                 },
             awaited =
                 [](Town&town) {  // without a beacon, as is the next
                   town.draw.announce();
                   for (const char* name : {"contributor1", "contributor2"}) town.draw.commit(name);
                   town.city.must(town.draw.commitments_closed(), {"platform"});
                   town.city.must(town.draw.reveal_of("contributor1"), {"contributor1"});
                 },
             revealed =
                 [&awaited](Town&town) {
                   awaited(town);
                   town.city.must(town.draw.reveal_of("contributor2"), {"contributor2"});
                 },
             ready = [](Town&town) { town.ready(); }, executed = [](Town&town) { town.execute(); };
  struct Case {
    const char* name;
    const Step& until;
    const char* second;
    KnownAtVoid known;
    std::size_t found;
  };
  for (const auto& [name, until, second, known, found] :
       {Case{"in time", announced, "clerk", KnownAtVoid::unproven, 0},
        Case{"reveals missing for good", reveals_missing, "clerk", KnownAtVoid::operator_alone, 1},
        Case{"nobody committed", uncommitted, "clerk", KnownAtVoid::operator_alone, 1},
        Case{"reveals awaited", awaited, "clerk", KnownAtVoid::who_has_reveals, 1},
        Case{"all revealed, not closed", revealed, "clerk", KnownAtVoid::operator_alone, 1},
        Case{"ready", ready, "clerk", KnownAtVoid::operator_alone, 1},
        Case{"supervised", ready, "supervisor", KnownAtVoid::operator_alone, 0},
        Case{"executed", executed, "supervisor", KnownAtVoid::executed, 0}}) {
    Town town;
    until(town);
    schema::DrawVoidedT voided;
    voided.draw = town.draw.stream();
    voided.reason = "公告有误";
    const std::uint64_t at = town.city.must(std::move(voided), {"approver", second});
    std::vector<Screen> screens;
    const Report report = town.verify_across(screens);
    ASSERT_EQ(report.verdict, Verdict::verified) << name;
    const VoidShown shown = report.draws.at(0).voided.value();
    EXPECT_EQ(shown.known, known) << name;
    EXPECT_EQ(shown.signers.persons, (std::vector<std::string>{"approver", second})) << name;
    EXPECT_EQ(shown.signers.supervisor, std::string(second) == "supervisor") << name;
    ASSERT_EQ(screens.at(1).code, "void-unsupervised");
    ASSERT_EQ(screens[1].findings.size(), found) << name;
    if (found == 0) continue;
    EXPECT_EQ(screens[1].findings[0].about, town.draw.stream());
    EXPECT_EQ(screens[1].findings[0].evidence.positions.back(), at);
    EXPECT_NE(screens[1].findings[0].what.zh.find("签名人 approver、clerk，其中没有监督人"),
              std::string::npos)
        << screens[1].findings[0].what.zh;
  }
}

// What came after the void was not there to be known.
TEST(VerifyBeacon, ARevealAfterTheVoidWasAwaited) {
  Town town;
  town.draw.announce();
  for (const char* name : {"contributor1", "contributor2"}) town.draw.commit(name);
  town.city.must(town.draw.commitments_closed(), {"platform"});
  town.void_it();
  for (const char* name : {"contributor1", "contributor2"})
    town.city.must(town.draw.reveal_of(name), {name});
  EXPECT_EQ(town.verify().draws.at(0).voided.value().known, KnownAtVoid::who_has_reveals);
}

TEST(VerifyBeacon, ADrawThatIsNeverClosedIsAnEscape) {
  Town town;
  town.announce();
  const std::uint64_t deadline = town.draw.draw().announcement.execute_deadline;
  expect_violated(town.verify(deadline + 1), town.draw.draw().position, "draw.escape", "G6");
}

TEST(VerifyBeacon, WhichGuaranteeAFindingBreaks) {
  for (const auto& [code, id] :
       {std::pair{"beacon.signature", "G5"}, std::pair{"draw.beacon_awaited", "G5"},
        std::pair{"substitute.beacon_round", "G8"}, std::pair{"beacon.unknown", "G5"}})
    EXPECT_EQ(guarantee_of(code), id) << code;
}

TEST(ProofFileBeacon, HoldsTheChainAndTheRound) {
  Town town;
  town.execute();
  town.recuse();
  town.substitute();
  CityProofs proofs(town.city);
  const std::string text = build_proof_file(town.city.state(), town.draw.draw(), proofs).value();
  const crypto::Policy listed = town.policy(proofs.log(), true);
  const ProofVerdict verdict = verify_proof_file(text, &listed, town.city.now);
  ASSERT_EQ(verdict.verdict, Verdict::verified) << verdict.finding->en;
  ASSERT_TRUE(verdict.beacon);
  EXPECT_EQ(verdict.beacon->output, crypto::sha256(town.beacon.sign(verdict.beacon->round)));
  EXPECT_TRUE(verdict.beacon->listed);
  const ProofVerdict unlisted = verify_proof_file(text, nullptr, town.city.now);
  EXPECT_EQ(unlisted.verdict, Verdict::verified);
  EXPECT_FALSE(unlisted.beacon->listed);
  EXPECT_EQ(unlisted.not_shown.size(), verdict.not_shown.size() + 1);

  const ProofText whole = parse_proof(text).value();
  std::size_t left_out = 0;
  for (std::size_t i = 0; i < whole.entries.size(); ++i) {
    const auto tag = ledger::Event::parse(whole.entries[i].bytes).value().tag();
    if (tag != ledger::PayloadTag::BeaconChainSet && tag != ledger::PayloadTag::BeaconRecorded)
      continue;
    ProofText cut = whole;
    cut.entries.erase(cut.entries.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_EQ(verify_proof_file(format_proof(cut), &listed, town.city.now).verdict,
              Verdict::violated);
    ++left_out;
  }
  EXPECT_EQ(left_out, 2U);
}

// An earlier attempt's chain has to be there too: whether that attempt has ended depends on it.
TEST(ProofFileBeacon, OfARedraw) {
  Town town;
  town.announce();
  town.void_it();
  CityDraw second(town.city, 2);
  auto again = second.announcement();
  again.previous = town.draw.stream();
  town.city.must(std::move(again), {"clerk", "approver"});
  second.contribute();
  second.execute();
  CityProofs proofs(town.city);
  const std::string text = build_proof_file(town.city.state(), second.draw(), proofs).value();
  EXPECT_EQ(verify_proof_file(text, nullptr, town.city.now).verdict, Verdict::verified);
  ProofText cut = parse_proof(text).value();
  std::erase_if(cut.entries, [](const ProofEntry& entry) {
    return ledger::Event::parse(entry.bytes).value().tag() == ledger::PayloadTag::BeaconChainSet;
  });
  const ProofVerdict verdict = verify_proof_file(format_proof(cut), nullptr, town.city.now);
  ASSERT_EQ(verdict.verdict, Verdict::violated);
  EXPECT_EQ(verdict.finding->code, "beacon.unknown");
}

}  // namespace
}  // namespace liuhen::projections
