// Draws with a public beacon: what may be announced, what is recorded, and what waits for it.
#include <gtest/gtest.h>

#include "tests/projections/beacon_payloads.h"
#include "tests/projections/drawn_city.h"

namespace liuhen::tests {
namespace {

namespace drand = crypto::drand;
using Kind = projections::Due::Kind;
const DrawnCity::Names kTrustees = {"trustee-1", "trustee-2"};
const DrawnCity::Names kTwo = {"approver", "clerk"};

crypto::bls::Signature signature_from(const char* hex) {
  return exactly<48>(View(from_hex(hex).value())).value();
}

class BeaconCity : public DrawnCity {
 public:
  explicit BeaconCity(std::uint64_t start = kDawn) : DrawnCity(true, start) {
    must(chain_set(beacon.chain()), kTrustees);
  }

  schema::DrawAnnouncedT with_beacon(std::uint32_t attempt = 1) const {
    auto a = announcement(attempt);
    name_beacon(a, beacon.chain());
    return a;
  }
  void announce_with_beacon() { must(with_beacon(), {"clerk", "approver"}); }
  void ready() {
    announce_with_beacon();
    commit_all();
    reveal_all();
  }
  schema::BeaconRecordedT recorded() const {
    return beacon_recorded(draw(), beacon.sign(draw().beacon->round));
  }
  // At the round's time, with the round of the announcement.
  void record_beacon() {
    now = draw().beacon->round_time;
    must(recorded(), {"platform"});
  }
  void run_with_beacon() {
    ready();
    record_beacon();
    must(executed(), {"platform"});
    must(disclosed_whole(), {"platform"});
  }

  // The inspector of seat 0 of visit 0 recuses himself, and it is approved now.
  void recuse() {
    schema::RecusalFiledT filed;
    filed.draw = stream();
    filed.ground = "kinship";
    must(std::move(filed), {draw().tasks[0].seats[0].inspector});
    schema::RecusalDecidedT decided;
    decided.draw = stream();
    decided.approved = true;
    const std::string& who = draw().tasks[0].seats[0].inspector;
    must(std::move(decided),
         {state().inspectors.latest(who)->unit == "EAST" ? "head-east" : "head-west"});
  }
  schema::SubstituteDrawnT substitute(std::uint64_t round,
                                      const crypto::bls::Signature& signature) const {
    const std::vector<Hash> outputs{crypto::sha256(signature)};
    schema::SubstituteDrawnT out;
    out.draw = stream();
    out.ordinal = 1;
    out.inspector =
        projections::substitute_of(state(), draw(), 0, 0, opener(), outputs).value().inspector;
    out.beacon_round = round;
    out.beacon_signature.assign(signature.begin(), signature.end());
    return out;
  }

  TestBeacon beacon;
};

TEST(BeaconChainSet, IsWhatItsHashNames) {
  DrawnCity city;
  const TestBeacon beacon;
  auto other = chain_set(beacon.chain());
  other.period_s = 60;
  EXPECT_EQ(city.submit(std::move(other), kTrustees), "beacon.hash");
  auto scheme = chain_set(beacon.chain());
  scheme.scheme = "pedersen-bls-chained";
  EXPECT_EQ(city.submit(std::move(scheme), kTrustees), "beacon.scheme");
  auto key = chain_set(beacon.chain());
  key.public_key.assign(96, 0);
  EXPECT_EQ(city.submit(std::move(key), kTrustees), "beacon.key");
  city.must(chain_set(beacon.chain()), kTrustees);
  const Hash hash = drand::chain_hash(beacon.chain());
  ASSERT_NE(city.state().beacons.find(hash), nullptr);
  EXPECT_EQ(city.state().stream_version("beacon/" + to_hex(hash)), 1U);
  EXPECT_EQ(city.submit(chain_set(beacon.chain()), kTrustees), "beacon.known");
}

TEST(BeaconChainSet, TakesTwoTrusteesOneOfThemOutside) {
  DrawnCity city;
  const TestBeacon beacon;
  EXPECT_EQ(city.submit(chain_set(beacon.chain()), {"trustee-1"}), "role.signatures");
  EXPECT_EQ(city.submit(chain_set(beacon.chain()), {"office", "trustee-2"}), "role.denied");
  city.grant("trustee-3", {Role::trustee});
  EXPECT_EQ(city.submit(chain_set(beacon.chain()), {"trustee-1", "trustee-3"}), "role.outside");
}

TEST(DrawAnnounced, NamesABeaconThatIsInForce) {
  BeaconCity city;
  const auto refusal = [&](auto change) {
    auto a = city.with_beacon();
    change(a);
    return city.submit(std::move(a), {"clerk", "approver"});
  };
  const TestBeacon other("another");
  EXPECT_EQ(refusal([&](auto& a) { name_beacon(a, other.chain()); }), "beacon.unknown");
  EXPECT_EQ(refusal([](auto& a) { a.beacon_chain.clear(); }), "beacon.unknown");
  EXPECT_EQ(refusal([](auto& a) { a.beacon_round = 0; }), "beacon.round");
  EXPECT_EQ(refusal([](auto& a) { --a.beacon_round; }), "draw.beacon_round")
      << "the margin after the deadline for reveals";
  EXPECT_EQ(refusal([](auto& a) { a.beacon_round += 120; }), "draw.beacon_round")
      << "due when it should have been executed";
  EXPECT_EQ(refusal([](auto& a) { a.beacon_round += 117; }), "");
}

TEST(DrawAnnounced, NotOnAChainThatWasWithdrawn) {
  BeaconCity city;
  city.announce_with_beacon();
  city.must(chain_set(city.beacon.chain(), false), kTrustees);
  auto second = city.with_beacon(2);
  EXPECT_EQ(city.submit(std::move(second), {"clerk", "approver"}), "beacon.unknown");
  city.commit_all();
  city.reveal_all();
  city.record_beacon();
  EXPECT_EQ(city.submit(city.executed(), {"platform"}), "") << "what was announced goes on";
}

TEST(BeaconRecorded, OnlyTheAnnouncedRoundOfTheAnnouncedChain) {
  BeaconCity city;
  city.announce_with_beacon();
  EXPECT_EQ(city.submit(city.recorded(), {"platform"}), "draw.phase");
  city.commit_all();
  EXPECT_EQ(city.submit(city.recorded(), {"platform"}), "draw.phase");
  city.reveal_all();
  EXPECT_TRUE(city.draw().awaits_beacon());
  EXPECT_EQ(city.submit(city.recorded(), {"platform"}), "draw.early");
  city.now = city.draw().beacon->round_time;
  const std::uint64_t round = city.draw().beacon->round;

  auto next = beacon_recorded(city.draw(), city.beacon.sign(round + 1));
  next.round = round + 1;
  EXPECT_EQ(city.submit(std::move(next), {"platform"}), "draw.beacon_round");
  EXPECT_EQ(city.submit(beacon_recorded(city.draw(), city.beacon.sign(round + 1)), {"platform"}),
            "beacon.signature")
      << "another round's";
  EXPECT_EQ(
      city.submit(beacon_recorded(city.draw(), TestBeacon("another").sign(round)), {"platform"}),
      "beacon.signature")
      << "another chain's";
  auto forged = city.recorded();
  forged.signature[20] ^= 1;
  EXPECT_EQ(city.submit(std::move(forged), {"platform"}), "beacon.signature");
  EXPECT_EQ(city.submit(city.recorded(), {"clerk"}), "role.denied");

  city.must(city.recorded(), {"observer"});
  EXPECT_FALSE(city.draw().awaits_beacon());
  EXPECT_EQ(*city.draw().beacon_output, crypto::sha256(city.beacon.sign(round)));
  EXPECT_EQ(city.submit(city.recorded(), {"platform"}), "draw.beacon_recorded");
}

TEST(BeaconRecorded, NotForADrawWithoutOne) {
  BeaconCity city;
  city.run_to_ready();
  schema::BeaconRecordedT recorded;
  recorded.draw = DrawnCity::stream();
  recorded.round = 1;
  recorded.signature.assign(48, 0);
  EXPECT_EQ(city.submit(std::move(recorded), {"platform"}), "draw.beacon_none");
}

TEST(DrawExecuted, WaitsForTheBeaconAndIsDrawnFromIt) {
  BeaconCity city;
  city.ready();
  // As if there were none: alpha with an empty list of outputs.
  const Bytes alone = crypto::draw::alpha(city.draw().leaf_hash, city.draw().revealed, {});
  const auto pi_alone = crypto::vrf::prove(DrawnCity::seed("vrf"), alone);
  schema::DrawExecutedT without;
  without.draw = DrawnCity::stream();
  without.pi.assign(pi_alone.begin(), pi_alone.end());
  without.visits_root.assign(32, 0);
  EXPECT_EQ(city.submit(schema::DrawExecutedT(without), {"platform"}), "draw.beacon_awaited");

  city.now = city.draw().announcement.execute_deadline + 24 * kHourS;
  EXPECT_EQ(city.submit(city.recorded(), {"platform"}), "") << "a late round is awaited";
  EXPECT_EQ(city.submit(std::move(without), {"platform"}), "draw.vrf");
  const std::vector<Hash> outputs{crypto::sha256(city.beacon.sign(city.draw().beacon->round))};
  EXPECT_EQ(projections::alpha_of(city.draw()),
            crypto::draw::alpha(city.draw().leaf_hash, city.draw().revealed, outputs));
  city.must(city.executed(), {"platform"});
  EXPECT_EQ(projections::escapes(city.state(), city.now).size(), 1U) << "and late is late";
}

TEST(DrawWithBeacon, GoesOnWithoutCommitments) {
  BeaconCity city;
  city.announce_with_beacon();
  city.now = city.draw().announcement.commit_deadline + 1;
  EXPECT_EQ(city.submit(DrawnCity::reasoned<schema::DrawFailedT>(), {"platform"}),
            "draw.has_beacon");
  city.must(city.commitments_closed(), {"platform"});
  city.must(city.reveals_closed(), {"platform"});
  EXPECT_EQ(city.draw().revealed, std::vector<Bytes>(2)) << "all forfeited";
  city.record_beacon();
  city.must(city.executed(), {"platform"});
  city.must(city.disclosed_whole(), {"platform"});
  EXPECT_TRUE(city.draw().has_tasks());
}

TEST(DrawWithBeacon, VoidedAfterTheRoundIsExecutedShownAndDiscarded) {
  BeaconCity city;
  city.ready();
  city.now = city.draw().beacon->round_time;
  city.must(DrawnCity::reasoned<schema::DrawVoidedT>(), kTwo);
  EXPECT_FALSE(city.draw().voided_before_round());
  EXPECT_TRUE(city.draw().open());
  EXPECT_EQ(city.submit(city.with_beacon(2), {"clerk", "approver"}), "draw.overlap");
  city.must(city.recorded(), {"platform"});
  city.must(city.executed(), {"platform"});
  city.must(city.disclosed_whole(), {"platform"});
  EXPECT_FALSE(city.draw().has_tasks());
  EXPECT_TRUE(city.state().draws.visited.empty());
  EXPECT_TRUE(projections::escapes(city.state(), city.now + 24 * kHourS).empty());
}

TEST(DrawWithBeacon, VoidedAfterTheRoundAndNotExecutedIsAnEscape) {
  BeaconCity city;
  city.ready();
  city.now = city.draw().beacon->round_time - 59;  // within the margin
  city.must(DrawnCity::reasoned<schema::DrawVoidedT>(), kTwo);
  const std::uint64_t deadline = city.draw().announcement.execute_deadline;
  EXPECT_TRUE(projections::escapes(city.state(), deadline).empty());
  const auto all_proven = [](const Draw&) { return true; };
  EXPECT_EQ(projections::escapes(city.state(), deadline + 1, all_proven).size(), 1U);
}

TEST(DrawWithBeacon, AVoidBeforeTheRoundEndsItOnlyIfThatIsProven) {
  BeaconCity city;
  city.announce_with_beacon();
  city.now = city.draw().beacon->round_time - 60;
  city.must(DrawnCity::reasoned<schema::DrawVoidedT>(), kTwo);
  EXPECT_FALSE(city.draw().open()) << "a redraw may be announced";
  const std::uint64_t after = city.draw().announcement.execute_deadline + 1;
  EXPECT_EQ(projections::escapes(city.state(), after).size(), 1U) << "recorded time proves nothing";
  EXPECT_EQ(projections::escapes(city.state(), after, [](const Draw&) { return false; }).size(),
            1U);
  EXPECT_TRUE(projections::escapes(city.state(), after, [](const Draw&) { return true; }).empty());
  // So the platform, which has no proof, carries it out all the same.
  city.must(city.commitments_closed(), {"platform"});
  city.must(city.reveals_closed(), {"platform"});
  city.record_beacon();
  city.must(city.executed(), {"platform"});
  city.must(city.disclosed_whole(), {"platform"});
  EXPECT_FALSE(city.draw().has_tasks());
  EXPECT_TRUE(projections::escapes(city.state(), after).empty());
}

TEST(DrawWithBeacon, IsDueStepByStep) {
  BeaconCity city;
  const auto due = [&]() -> std::optional<Kind> {
    const auto all = projections::due(city.state(), city.now);
    return all.empty() ? std::nullopt : std::optional(all[0].kind);
  };
  city.ready();
  EXPECT_EQ(due(), std::nullopt) << "the round's time has not come";
  city.now = city.draw().beacon->round_time;
  EXPECT_EQ(due(), Kind::beacon);
  EXPECT_EQ(projections::due(city.state(), city.now)[0].round, city.draw().beacon->round);
  city.must(city.recorded(), {"platform"});
  EXPECT_EQ(due(), Kind::execute);
  city.must(city.executed(), {"platform"});
  city.must(city.disclosed_whole(), {"platform"});
  city.recuse();
  const std::uint64_t round = drand::round_at_or_after(city.beacon.chain(), city.now + 60).value();
  city.now = drand::round_time(city.beacon.chain(), round).value() - 1;
  EXPECT_EQ(due(), std::nullopt);
  ++city.now;
  EXPECT_EQ(due(), Kind::substitute);
  EXPECT_EQ(projections::due(city.state(), city.now)[0].round, round);
}

TEST(SubstituteDrawn, ComesFromTheFirstRoundAfterTheDecisionAndTheDelay) {
  BeaconCity city;
  city.run_with_beacon();
  city.now += 7;
  city.recuse();
  const auto& chain = city.beacon.chain();
  const std::uint64_t round = drand::round_at_or_after(chain, city.now + 60).value();
  const auto right = [&] { return city.substitute(round, city.beacon.sign(round)); };
  EXPECT_EQ(city.submit(right(), {"platform"}), "substitute.early");
  city.now = drand::round_time(chain, round).value() - 1;
  EXPECT_EQ(city.submit(right(), {"platform"}), "substitute.early");
  city.now += 24 * kHourS;
  for (const std::uint64_t other : {round - 1, round + 1, std::uint64_t{0}}) {
    EXPECT_EQ(city.submit(city.substitute(other, city.beacon.sign(other)), {"platform"}),
              "substitute.beacon_round");
  }
  EXPECT_EQ(city.submit(city.substitute(round, city.beacon.sign(round + 1)), {"platform"}),
            "beacon.signature");
  EXPECT_EQ(city.submit(city.substitute(round, TestBeacon("another").sign(round)), {"platform"}),
            "beacon.signature");
  auto bare = right();
  bare.beacon_signature.clear();
  EXPECT_EQ(city.submit(std::move(bare), {"platform"}), "beacon.signature");

  // Whoever another output would have given is refused.
  std::string other;
  for (std::uint64_t r = round + 1; other.empty() || other == right().inspector; ++r)
    other = city.substitute(r, city.beacon.sign(r)).inspector;
  auto chosen = right();
  chosen.inspector = other;
  EXPECT_EQ(city.submit(std::move(chosen), {"platform"}), "substitute.candidate");
  EXPECT_EQ(city.submit(right(), {"platform"}), "");
}

TEST(SubstituteDrawn, TakesNoBeaconWhereNoneWasAnnounced) {
  BeaconCity city;
  city.run();
  city.recuse();
  city.now += kHourS;
  schema::SubstituteDrawnT out;
  out.draw = DrawnCity::stream();
  out.ordinal = 1;
  out.inspector =
      projections::substitute_of(city.state(), city.draw(), 0, 0, city.opener()).value().inspector;
  auto with = out;
  with.beacon_round = 1;
  EXPECT_EQ(city.submit(std::move(with), {"platform"}), "draw.beacon_none");
  EXPECT_EQ(city.submit(std::move(out), {"platform"}), "");
}

// The League of Entropy's own rounds 123 and 1000 (tests/crypto/data/drand.json).
TEST(DrawWithBeacon, QuicknetsOwnRounds) {
  constexpr std::uint64_t kRound123 = 1'692'803'733, kRound1000 = 1'692'806'364;
  BeaconCity city(kRound123 - 1'000);
  const drand::BeaconChain quicknet{
      .scheme = std::string(drand::kScheme),
      .public_key = exactly<96>(View(from_hex("83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb900"
                                              "22d3e760183c8c4b450b6a0a6c3ac6a5776a2d106451"
                                              "0d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd27"
                                              "4ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a")
                                         .value()))
                        .value(),
      .period_s = 3,
      .genesis_s = 1'692'803'367,
      .group_hash =
          exactly<32>(
              View(from_hex("f477d5c89f21a17c863a7f937c6a6d15859414d2be09cd448d4279af331c5d3e")
                       .value()))
              .value(),
      .beacon_id = "quicknet"};
  city.must(chain_set(quicknet), kTrustees);
  auto a = city.announcement();
  a.commit_deadline = kRound123 - 120;
  a.reveal_deadline = kRound123 - 60;
  a.execute_deadline = kRound123 + 60;
  name_beacon(a, quicknet);
  EXPECT_EQ(a.beacon_round, 123U);
  city.must(std::move(a), {"clerk", "approver"});
  city.commit_all();
  city.reveal_all();
  city.now = kRound123;
  const auto round_123 = signature_from(
      "b75c69d0b72a5d906e854e808ba7e2accb1542ac355ae486d591aa9d43765482e26cd02df835d3546d23c4b13e0d"
      "fc92");
  const auto round_1000 = signature_from(
      "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed"
      "5e39");
  EXPECT_EQ(city.submit(beacon_recorded(city.draw(), round_1000), {"platform"}),
            "beacon.signature");
  city.must(beacon_recorded(city.draw(), round_123), {"platform"});
  EXPECT_EQ(to_hex(*city.draw().beacon_output),
            "fb8f7bc29bf24db51871ec8c79f3a1e4bd0557bc0dfcee9ed1d924e69d1c60dc");
  city.must(city.executed(), {"platform"});
  city.must(city.disclosed_whole(), {"platform"});
  city.now = kRound1000 - 60;
  city.recuse();
  city.now = kRound1000;
  EXPECT_EQ(city.submit(city.substitute(1000, round_123), {"platform"}), "beacon.signature");
  EXPECT_EQ(city.submit(city.substitute(1000, round_1000), {"platform"}), "");
}

}  // namespace
}  // namespace liuhen::tests
