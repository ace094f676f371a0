// Rounds of beacons: as drand words them, from files and over HTTP, and how the platform takes them
// into a draw.
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>

#include "api/client/beacon_source.h"
#include "tests/api/running_witness.h"
#include "tests/projections/beacon_payloads.h"
#include "tests/projections/city_log.h"
#include "tests/slower.h"

namespace liuhen::tests {
namespace {

std::string round_json(std::uint64_t round, const crypto::bls::Signature& signature) {
  return R"({"round":)" + std::to_string(round) + R"(,"randomness":")" +
         to_hex(crypto::sha256(signature)) + R"(","signature":")" + to_hex(signature) + R"("})";
}

// A drand relay on the loopback, which signs every round when asked for it.
class Relay {
 public:
  explicit Relay(const TestBeacon& beacon) : beacon_(beacon) {
    server_ = api::server::HttpServer::open(
                  {.listen = "127.0.0.1:0"},
                  {[this](const api::Request& request) { return answer(request); }})
                  .value();
    thread_ = std::thread([this] { server_->run(); });
  }
  ~Relay() {
    server_->stop();
    thread_.join();
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(server_->port()); }

  std::atomic<bool> late = false;
  std::atomic<const TestBeacon*> instead = nullptr;  // signs in the chain's place
  std::atomic<unsigned> asked = 0;

 private:
  api::Response answer(const api::Request& request) {
    ++asked;
    const std::string path = "/" + to_hex(crypto::drand::chain_hash(beacon_.chain())) + "/public/";
    api::Response response;
    if (late || !request.target.starts_with(path)) {
      response.status = 404;
      return response;
    }
    const std::uint64_t round = std::stoull(request.target.substr(path.size()));
    const TestBeacon& signer = instead == nullptr ? beacon_ : *instead;
    response.body = round_json(round, signer.sign(round));
    return response;
  }

  const TestBeacon& beacon_;
  std::unique_ptr<api::server::HttpServer> server_;
  std::thread thread_;
};

TEST(DrandJson, WhatTheNetworkPublishes) {
  const auto info = api::parse_drand_info(
      R"({"public_key":"83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d1064510d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a",
          "period":3,"genesis_time":1692803367,
          "hash":"52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971",
          "groupHash":"f477d5c89f21a17c863a7f937c6a6d15859414d2be09cd448d4279af331c5d3e",
          "schemeID":"bls-unchained-g1-rfc9380","metadata":{"beaconID":"quicknet"}})");
  ASSERT_TRUE(info) << info.error().en;
  EXPECT_TRUE(check_chain(info->chain, info->hash));
  const auto round = api::parse_drand_round(
      R"({"round":1000,"randomness":"fe290beca10872ef2fb164d2aa4442de4566183ec51c56ff3cd603d930e54fdd",
          "signature":"b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39"})");
  ASSERT_TRUE(round) << round.error().en;
  EXPECT_EQ(round->round, 1000U);
  EXPECT_TRUE(crypto::drand::verify_round(info->chain, round->round, round->signature));
}

TEST(DrandJson, WhatIsNoRound) {
  const std::string good = round_json(7, TestBeacon().sign(7));
  ASSERT_TRUE(api::parse_drand_round(good));
  for (const std::string& text :
       {std::string(), std::string("[]"), good.substr(1), std::string("{}"),
        std::string(R"({"round":7})"), std::string(R"({"round":-7,"signature":""})"),
        std::string(R"({"round":"7","signature":"00"})"),
        good.substr(0, good.size() - 4) + "\"}"}) {
    const auto round = api::parse_drand_round(text);
    ASSERT_FALSE(round) << text;
    EXPECT_EQ(round.error().code, "beacon.format") << text;
  }
}

TEST(BeaconFolder, HasWhatWasCarriedIn) {
  const TempDir temp;
  const TestBeacon beacon;
  const Hash chain = crypto::drand::chain_hash(beacon.chain());
  api::BeaconFolder folder(temp / "beacons");
  EXPECT_EQ(folder.signature(chain, 7).error().code, "beacon.absent");
  const std::string path = folder.path_of(chain, 7);
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream(path) << round_json(7, beacon.sign(7));
  EXPECT_EQ(folder.signature(chain, 7).value(), beacon.sign(7));
  std::ofstream(path) << round_json(8, beacon.sign(8));
  EXPECT_EQ(folder.signature(chain, 7).error().code, "beacon.format") << "another round";
  std::ofstream(path) << std::string(20'000, ' ') + round_json(7, beacon.sign(7));
  EXPECT_EQ(folder.signature(chain, 7).error().code, "beacon.format") << "too large";
}

TEST(BeaconUrl, AsksARelay) {
  const TestBeacon beacon;
  Relay relay(beacon);
  const auto source = api::beacon_at(relay.url()).value();
  const Hash chain = crypto::drand::chain_hash(beacon.chain());
  EXPECT_EQ(source->signature(chain, 9).value(), beacon.sign(9));
  EXPECT_EQ(source->signature(Hash{}, 9).error().code, "beacon.absent");
  relay.late = true;
  EXPECT_EQ(source->signature(chain, 9).error().code, "beacon.absent");
  EXPECT_EQ(api::beacon_at("ftp://127.0.0.1/").error().code, "connect.url");
}

// A town whose draw waits for its beacon; the platform has done all that came before.
struct Waiting {
  TestBeacon beacon;
  Relay relay{beacon};
  Town town;
  CityDraw draw{town.city};

  explicit Waiting(bool with_url, const std::string& other_url = "")
      : town(false, {}, with_url ? relay.url() : other_url) {
    town.city.furnish();
    town.city.must(chain_set(beacon.chain()), {"trustee-inside", "trustee-outside"});
    auto announced = draw.announcement();
    name_beacon(announced, beacon.chain());
    town.city.must(std::move(announced), {"clerk", "approver"});
    for (const char* who : {"contributor1", "contributor2"}) draw.commit(who);
    advance();
    for (const char* who : {"contributor1", "contributor2"})
      town.city.must(draw.reveal_of(who), {who});
    advance();
  }
  // Whatever the platform says.
  std::string advance() {
    town.catch_up();
    const Outcome outcome = town.service().advance();
    town.follow();
    return outcome ? "" : outcome.error().code;
  }
  void to_the_round() {
    town.city.now = draw.draw().beacon->round_time;
    town.clock.now = town.city.now;
  }
  void carry_in(std::uint64_t round) {
    const std::string path = api::BeaconFolder(town.dir() + "/beacons")
                                 .path_of(crypto::drand::chain_hash(beacon.chain()), round);
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    std::ofstream(path) << round_json(round, beacon.sign(round));
  }
};

TEST(PlatformBeacon, FetchesTheRoundWhenItsTimeHasCome) {
  Waiting waiting(true);
  EXPECT_TRUE(waiting.draw.draw().awaits_beacon());
  EXPECT_EQ(waiting.relay.asked, 0U) << "not before";
  const auto json = waiting.town.json("/api/v1/draws/P1/1");
  EXPECT_TRUE(json.at("alpha").is_null());
  EXPECT_TRUE(json.at("beacon").at("output").is_null());

  waiting.to_the_round();
  waiting.relay.late = true;
  EXPECT_EQ(waiting.advance(), "beacon.absent");
  EXPECT_TRUE(waiting.draw.draw().awaits_beacon()) << "a late round is awaited";
  const TestBeacon own("own");
  waiting.relay.late = false;
  waiting.relay.instead = &own;
  EXPECT_EQ(waiting.advance(), "beacon.signature");
  EXPECT_TRUE(waiting.draw.draw().awaits_beacon()) << "what a relay says is verified";
  waiting.relay.instead = nullptr;
  EXPECT_EQ(waiting.advance(), "");
  EXPECT_EQ(waiting.draw.draw().phase, projections::Draw::Phase::disclosed);
  EXPECT_EQ(waiting.town.json("/api/v1/draws/P1/1").at("beacon").at("output").as_string(),
            to_hex(*waiting.draw.draw().beacon_output));
  EXPECT_EQ(waiting.town.json("/api/v1/beacons").at("beacons").as_array().size(), 1U);
  EXPECT_EQ(waiting.town.get("/draws/P1/1").status, 200U);
}

TEST(PlatformBeacon, TakesFilesAndDrawsSubstitutesFromTheirOwnRound) {
  Waiting waiting(false);
  waiting.to_the_round();
  EXPECT_EQ(waiting.advance(), "beacon.absent");
  waiting.carry_in(waiting.draw.draw().beacon->round);
  EXPECT_EQ(waiting.advance(), "");
  EXPECT_EQ(waiting.relay.asked, 0U) << "no address is configured";

  City& city = waiting.town.city;
  schema::RecusalFiledT filed;
  filed.draw = waiting.draw.stream();
  filed.ground = "kinship";
  city.must(std::move(filed), {waiting.draw.draw().tasks[0].seats[0].inspector});
  schema::RecusalDecidedT decided;
  decided.draw = waiting.draw.stream();
  decided.approved = true;
  city.must(std::move(decided), {"head"});
  const std::uint64_t round = projections::substitute_round(city.state(), waiting.draw.draw(),
                                                            waiting.draw.draw().tasks[0].seats[0])
                                  .value();
  EXPECT_EQ(waiting.advance(), "") << "nothing is due yet";
  EXPECT_TRUE(waiting.draw.draw().tasks[0].seats[0].inspector.empty());
  city.now = crypto::drand::round_time(waiting.beacon.chain(), round).value();
  waiting.town.clock.now = city.now;
  EXPECT_EQ(waiting.advance(), "beacon.absent");
  waiting.carry_in(round);
  EXPECT_EQ(waiting.advance(), "");
  EXPECT_FALSE(waiting.draw.draw().tasks[0].seats[0].inspector.empty());
}

TEST(PlatformBeacon, StoppingDoesNotWaitForARelayThatNeverAnswers) {
  const MuteServer mute;
  Waiting waiting(false, mute.url());
  waiting.to_the_round();
  std::thread advancing([&] {
    const auto start = steady_clock::now();
    const Outcome outcome = waiting.town.service().advance();
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code, "connect.cancelled");
    EXPECT_LT(steady_clock::now() - start, milliseconds(3'000 * kSlower));
  });
  std::this_thread::sleep_for(milliseconds(700));
  waiting.town.service().stop();
  advancing.join();
}

TEST(PlatformBeacon, ExecutesADrawThatWasVoidedAndToWhichNobodyCommitted) {
  const TestBeacon beacon;
  Relay relay(beacon);
  Town town(false, {}, relay.url());
  CityDraw draw(town.city);
  town.city.furnish();
  town.city.must(chain_set(beacon.chain()), {"trustee-inside", "trustee-outside"});
  auto announced = draw.announcement();
  name_beacon(announced, beacon.chain());
  town.city.must(std::move(announced), {"clerk", "approver"});
  schema::DrawVoidedT voided;
  voided.draw = draw.stream();
  voided.reason = "公告有误";
  town.city.must(std::move(voided), {"approver", "clerk"});
  town.catch_up();
  town.clock.now = town.city.now = draw.draw().beacon->round_time;
  ASSERT_TRUE(town.service().advance());
  town.follow();
  EXPECT_EQ(draw.draw().phase, projections::Draw::Phase::disclosed);
  EXPECT_TRUE(draw.draw().discarded);
}

}  // namespace
}  // namespace liuhen::tests
