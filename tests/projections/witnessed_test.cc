// Cosigned checkpoints in the log: what admission asks of them, and what tier follows for a reader.
#include "projections/witnessed.h"

#include <gtest/gtest.h>

#include "projections/verify.h"
#include "tests/projections/cosignatures.h"

namespace liuhen::projections {
namespace {

using tests::City;
using tests::CityDraw;
using tests::CityLog;
using tests::cosignature;
using tests::policy_text;
using tests::witnessed;

TEST(Witnessed, AdmissionLooksAtPositionsAndShape) {
  City city;
  city.furnish();
  const std::uint64_t size = city.size();
  const auto refusal = [&](auto change) {
    auto payload = witnessed(city, size, {"w1", "w2"});
    change(payload);
    return city.refusal(std::move(payload), {"platform"});
  };
  using T = schema::CheckpointWitnessedT;
  EXPECT_EQ(refusal([](T& p) { p.size = 0; }), "witnessed.size");
  EXPECT_EQ(refusal([&](T& p) { p.size = size + 1; }), "witnessed.size");
  EXPECT_EQ(refusal([](T& p) { p.root[0] ^= 1; }), "witnessed.root");
  EXPECT_EQ(refusal([&](T& p) { p.size = size - 1; }), "witnessed.root");
  EXPECT_EQ(refusal([](T& p) { p.cosignatures.clear(); }), "witnessed.lines");
  EXPECT_EQ(refusal([](T& p) { p.cosignatures[1] = p.cosignatures[0]; }), "witnessed.lines");
  EXPECT_EQ(refusal([](T& p) { p.cosignatures[0].pop_back(); }), "witnessed.lines");
  EXPECT_EQ(refusal([](T& p) { p.cosignatures[0] = ""; }), "witnessed.lines");
  EXPECT_EQ(refusal([](T& p) {  // the signature of a log is no cosignature
              auto line = crypto::format_signature_line(crypto::sign_note(
                  crypto::SigningKey(City::seed("w1")), "witness.example/w1", "text\n"));
              line.pop_back();
              p.cosignatures[0] = line;
            }),
            "witnessed.lines");
  EXPECT_EQ(refusal([&](T& p) {
              for (std::size_t i = 0; i < kCosignaturesMax; ++i)
                p.cosignatures.push_back(
                    cosignature("x" + std::to_string(i), size, city.tree().root(size)));
            }),
            "witnessed.lines");
  EXPECT_EQ(city.refusal(witnessed(city, size, {"w1"}), {"clerk"}), "role.denied");

  EXPECT_TRUE(city.state().witnessed.empty());
  const std::uint64_t first = city.must(witnessed(city, size, {"w1", "w2"}), {"platform"});
  city.must(witnessed(city, size, {"w3"}), {"platform"});  // one that came later
  city.must(witnessed(city, 1, {"w1"}), {"platform"});
  EXPECT_EQ(city.state().witnessed,
            (std::map<std::uint64_t, std::uint64_t>{{1, first + 2}, {size, first}}));
}

TEST(Witnessed, LedgersWhosePermissionsAreOlderDoWithout) {
  City city = City::without_genesis();
  auto genesis = city.genesis();
  std::erase_if(genesis.permissions, [](const auto& permission) {
    return permission->payload == static_cast<std::uint8_t>(schema::Payload::CheckpointWitnessed);
  });
  city.must(std::move(genesis), {"trustee-outside", "trustee-inside"});
  EXPECT_EQ(city.refusal(witnessed(city, 1, {"w1"}), {"platform"}), "role.denied");
}

// A draw whose contributors named what w1 and w2 cosigned. What goes wrong is the test's.
struct WitnessedDraw {
  City city;
  CityDraw draw{city};
  std::vector<std::string> first = {"w1", "w2"}, second = {"w1", "w2"};
  bool forfeit = false;
  bool first_late = false, second_late = false;  // recorded after the closing that it serves

  void run() {
    city.furnish();
    draw.announce();
    contribute("commit", first_late ? Names{} : first);
    const std::uint64_t committed = named_;
    city.must(draw.commitments_closed(), {"platform"});
    if (first_late) city.must(witnessed(city, committed, first), {"platform"});
    contribute("reveal", second_late ? Names{} : second);
    const std::uint64_t revealed = named_;
    if (forfeit) city.now += 2'500;
    city.must(draw.reveals_closed(), {"platform"});
    if (second_late) city.must(witnessed(city, revealed, second), {"platform"});
    draw.execute();
  }

  // Everyone names the head as it is now, which then gets recorded with these cosignatures.
  void contribute(const std::string& what, const std::vector<std::string>& witnesses) {
    const std::uint64_t size = named_ = city.size();
    const auto naming = [&](schema::IntentT& intent) {
      intent.seen_size = size;
      intent.seen_root = City::bytes(city.tree().root(size));
    };
    if (!witnesses.empty()) city.must(witnessed(city, size, witnesses), {"platform"});
    for (const char* name : {"contributor1", "contributor2"}) {
      if (what == "commit") {
        city.must(draw.commitment(name), {name}, naming);
      } else if (!forfeit || std::string(name) == "contributor1") {
        city.must(draw.reveal_of(name), {name}, naming);
      }
    }
  }

  using Names = std::vector<std::string>;
  std::uint64_t named_ = 0;

  Report verify(const std::string& tail, bool head_cosigned = true) {
    CityLog log(city);
    const auto policy = crypto::Policy::parse(policy_text(city, log, tail));
    LIUHEN_CHECK(policy.has_value());
    if (head_cosigned) {
      for (const char* name : {"w1", "w2"})
        log.note() += cosignature(name, city.size(), log.tree().root()) + "\n";
    }
    VerifyOptions options;
    options.trusted = &*policy;
    options.threads = 1;
    return verify_log(log, options);
  }
};

std::string tier(const Report& report) { return report.draws.at(0).tier; }
const Guarantee& g2(const Report& report) { return report.guarantees.at(1); }

TEST(Tier, BNeedsAllOfIt) {
  WitnessedDraw drawn;
  drawn.run();
  const Report report = drawn.verify("quorum two\n");
  EXPECT_EQ(report.verdict, ledger::Verdict::verified)
      << (report.finding ? report.finding->en : "");
  EXPECT_EQ(tier(report), "B") << report.draws[0].tier_why.en;
  EXPECT_TRUE(report.witnessed);
  EXPECT_TRUE(g2(report).checked);
  // By another policy, the same log: whom the reader trusts decides.
  EXPECT_EQ(tier(drawn.verify("quorum none\n")), "C");
  EXPECT_EQ(tier(drawn.verify("group three all two\nquorum w1\n")), "B");
  EXPECT_EQ(tier(drawn.verify("quorum w3\n", true)), "C");
}

TEST(Tier, WithoutAPolicyItIsC) {
  WitnessedDraw drawn;
  drawn.run();
  CityLog log(drawn.city);
  const Report report = verify_log(log, {.threads = 1});
  EXPECT_EQ(report.verdict, ledger::Verdict::verified);
  EXPECT_EQ(tier(report), "C");
  EXPECT_FALSE(g2(report).checked);
}

TEST(Tier, AHeadWithoutItsQuorumIsInconclusive) {
  WitnessedDraw drawn;
  drawn.run();
  const Report report = drawn.verify("quorum two\n", false);
  EXPECT_EQ(report.verdict, ledger::Verdict::inconclusive);
  EXPECT_EQ(report.finding->code, "policy.quorum");
  EXPECT_EQ(report.replayed, drawn.city.size());
  EXPECT_EQ(tier(report), "B");  // what is recorded is
  EXPECT_FALSE(g2(report).checked);
}

TEST(Tier, ANamedCheckpointWithoutItsQuorumIsC) {
  for (const bool commitments : {true, false}) {
    for (const std::vector<std::string>& witnesses :
         std::vector<std::vector<std::string>>{{}, {"w1"}, {"w1", "stranger"}}) {
      WitnessedDraw drawn;
      (commitments ? drawn.first : drawn.second) = witnesses;
      drawn.run();
      const Report report = drawn.verify("quorum two\n");
      EXPECT_EQ(report.verdict, ledger::Verdict::verified);
      EXPECT_EQ(tier(report), "C") << witnesses.size();
    }
  }
}

TEST(Tier, AProofRecordedAfterTheClosingThatItServesIsC) {
  for (const bool first : {true, false}) {
    WitnessedDraw drawn;
    (first ? drawn.first_late : drawn.second_late) = true;
    drawn.run();
    const Report report = drawn.verify("quorum two\n");
    EXPECT_EQ(report.verdict, ledger::Verdict::verified);
    EXPECT_EQ(tier(report), "C") << first;
    const std::string served = first ? "before CommitmentsClosed" : "before RevealsClosed";
    EXPECT_NE(report.draws[0].tier_why.en.find(served), std::string::npos)
        << report.draws[0].tier_why.en;
    EXPECT_NE(report.draws[0].tier_why.zh.find("之后才记入的不算"), std::string::npos);
  }
}

TEST(Tier, AForfeitIsC) {
  WitnessedDraw drawn;
  drawn.forfeit = true;
  drawn.run();
  const Report report = drawn.verify("quorum two\n");
  EXPECT_EQ(tier(report), "C");
  EXPECT_NE(report.draws[0].tier_why.en.find("no reveal is recorded"), std::string::npos)
      << "whose doing it was the log does not show: " << report.draws[0].tier_why.en;
}

TEST(Tier, TwoIndependentPersonsAreNeeded) {
  WitnessedDraw drawn;
  drawn.run();
  CityLog log(drawn.city);
  std::string text = policy_text(drawn.city, log, "quorum two\n");
  const std::string line =
      "contributor " + to_hex(drawn.city.id("contributor2")) + " independent\n";
  text.erase(text.find(line), line.size());
  const auto policy = crypto::Policy::parse(text).value();
  VerifyOptions options;
  options.trusted = &policy;
  const Report report = verify_log(log, options);
  EXPECT_EQ(tier(report), "C");
  EXPECT_NE(report.draws[0].tier_why.en.find("two"), std::string::npos);
}

// Cosignatures that are not good are in the log, since admission does not judge them, and prove
// nothing.
TEST(Tier, ABadCosignatureProvesNothing) {
  City city;
  city.furnish();
  CityDraw draw(city);
  draw.announce();
  const std::uint64_t size = city.size();
  auto bad = witnessed(city, size, {"w1", "w2"});
  bad.cosignatures[1] = cosignature("w2", size - 1, city.tree().root(size - 1));
  city.must(bad, {"platform"});
  const auto policy =
      crypto::Policy::parse(policy_text(city, CityLog(city), "quorum two\n")).value();
  flatbuffers::FlatBufferBuilder builder;
  builder.Finish(schema::CheckpointWitnessed::Pack(builder, &bad));
  const auto& payload =
      *flatbuffers::GetRoot<schema::CheckpointWitnessed>(builder.GetBufferPointer());
  EXPECT_FALSE(witnessed_time(policy, City::kOrigin, payload));
  bad.cosignatures[1] = cosignature("w2", size, city.tree().root(size));
  builder.Clear();
  builder.Finish(schema::CheckpointWitnessed::Pack(builder, &bad));
  EXPECT_TRUE(witnessed_time(
      policy, City::kOrigin,
      *flatbuffers::GetRoot<schema::CheckpointWitnessed>(builder.GetBufferPointer())));
}

// The root of another history cannot get past the verifier, whoever signed it.
TEST(Tier, AWitnessedForkIsAViolation) {
  WitnessedDraw drawn;
  drawn.run();
  City& city = drawn.city;
  auto payload = witnessed(city, city.size(), {"w1", "w2"});
  payload.root[5] ^= 1;
  auto entries = city.entries();
  entries.push_back(tests::forged_entry(city, std::move(payload), {"platform"}));
  CityLog log(city, std::vector<Bytes>(entries.begin(), entries.end()));
  const Report report = verify_log(log, {.threads = 1});
  EXPECT_EQ(report.verdict, ledger::Verdict::violated);
  EXPECT_EQ(report.finding->code, "witnessed.root");
  EXPECT_TRUE(g2(report).broken);
}

// Shows the cosigned checkpoint of one log when first asked, and then serves another.
class TwoFaced final : public ledger::Fetcher {
 public:
  TwoFaced(std::string first, CityLog& other) : first_(std::move(first)), other_(other) {}
  Result<std::string> checkpoint() override { return asked_++ == 0 ? first_ : other_.checkpoint(); }
  Result<Bytes> tile(unsigned level, std::uint64_t index, unsigned width) override {
    return other_.tile(level, index, width);
  }
  Result<Bytes> entries(std::uint64_t index, unsigned width) override {
    return other_.entries(index, width);
  }

 private:
  const std::string first_;
  CityLog& other_;
  int asked_ = 0;
};

TEST(Tier, WhatIsReplayedIsWhatWasCosigned) {
  City shown, served;
  shown.set_department("A");
  served.set_department("B");
  CityLog honest(shown), other(served);
  for (const char* name : {"w1", "w2"})
    honest.note() += cosignature(name, shown.size(), honest.tree().root()) + "\n";
  const auto policy = crypto::Policy::parse(policy_text(shown, honest, "quorum two\n")).value();
  VerifyOptions options;
  options.trusted = &policy;
  options.threads = 1;
  EXPECT_EQ(verify_log(honest, options).verdict, ledger::Verdict::verified);
  TwoFaced log(honest.note(), other);
  EXPECT_EQ(verify_log(log, options).verdict, ledger::Verdict::violated);
}

TEST(Witnessed, WhatIsWantedNext) {
  City city;
  city.furnish();
  EXPECT_TRUE(positions_to_witness(city.state()).empty());
  CityDraw draw(city);
  draw.announce();
  const std::uint64_t announced = city.size() - 1;
  EXPECT_EQ(positions_to_witness(city.state()), std::set<std::uint64_t>{announced});
  city.must(witnessed(city, announced, {"w1"}), {"platform"});  // does not cover it
  EXPECT_EQ(positions_to_witness(city.state()), std::set<std::uint64_t>{announced});
  city.must(witnessed(city, announced + 1, {"w1"}), {"platform"});
  EXPECT_TRUE(positions_to_witness(city.state()).empty());
  draw.commit("contributor1");
  const std::uint64_t named = city.size() - 1;
  EXPECT_EQ(sizes_named(city.state()), std::set<std::uint64_t>{named});
}

}  // namespace
}  // namespace liuhen::projections
