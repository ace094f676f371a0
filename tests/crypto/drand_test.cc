#include "crypto/drand.h"

#include <gtest/gtest.h>

#include <fstream>
#include <limits>
#include <map>
#include <sstream>

#include "tests/test_beacon.h"

namespace liuhen::crypto::drand {
namespace {

constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();

template <std::size_t N>
std::array<std::uint8_t, N> bytes(const std::string& hex) {
  return exactly<N>(from_hex(hex).value()).value();
}

// data/drand.json, which is flat enough to be read by its quotes: the chain, then each round.
std::vector<std::map<std::string, std::string>> published() {
  std::ifstream file(LIUHEN_SOURCE_DIR "/tests/crypto/data/drand.json");
  std::vector<std::map<std::string, std::string>> objects(1);
  for (std::string line; std::getline(file, line);) {
    std::istringstream in(line);
    std::string rest, name, value;
    if (!(std::getline(in, rest, '"') && std::getline(in, name, '"') &&
          std::getline(in, rest, '"') && std::getline(in, value, '"'))) {
      continue;
    }
    if (name == "round") objects.emplace_back();
    objects.back()[name] = value;
  }
  return objects;
}

BeaconChain quicknet() {
  const auto chain = published().at(0);
  return {.scheme = chain.at("scheme"),
          .public_key = bytes<96>(chain.at("public_key_g2")),
          .period_s = std::stoull(chain.at("period_s")),
          .genesis_s = std::stoull(chain.at("genesis_unix_s")),
          .group_hash = bytes<32>(chain.at("group_hash")),
          .beacon_id = chain.at("beacon_id")};
}

TEST(Drand, QuicknetIsWhatItsNameSays) {
  const Hash name = bytes<32>(published().at(0).at("chain_hash"));
  EXPECT_EQ(to_hex(chain_hash(quicknet())), to_hex(name));
  EXPECT_TRUE(check_chain(quicknet(), name));
  EXPECT_EQ(published().at(0).at("hash_to_curve_dst"), bls::kDomain);

  const auto code = [&](auto change) {
    BeaconChain chain = quicknet();
    change(chain);
    return check_chain(chain, name).error().code;
  };
  EXPECT_EQ(code([](auto& c) { c.period_s = 4; }), "beacon.hash");
  EXPECT_EQ(code([](auto& c) { ++c.genesis_s; }), "beacon.hash");
  EXPECT_EQ(code([](auto& c) { c.group_hash[31] ^= 1; }), "beacon.hash");
  EXPECT_EQ(code([](auto& c) { c.beacon_id = "quicknet2"; }), "beacon.hash");
  EXPECT_EQ(code([](auto& c) { c.public_key = tests::TestBeacon().chain().public_key; }),
            "beacon.hash");
}

TEST(Drand, PublishedRoundsVerifyAndNoOthers) {
  const auto objects = published();
  ASSERT_EQ(objects.size(), 3u);
  for (std::size_t i = 1; i < objects.size(); ++i) {
    const std::uint64_t round = std::stoull(objects[i].at("round"));
    const auto signature = bytes<48>(objects[i].at("signature_g1"));
    const auto randomness = verify_round(quicknet(), round, signature);
    ASSERT_TRUE(randomness) << round;
    EXPECT_EQ(to_hex(*randomness), objects[i].at("randomness"));
    for (const std::uint64_t other : {round + 1, round - 1, round ^ kMost, kMost})
      EXPECT_EQ(verify_round(quicknet(), other, signature).error().code, "beacon.signature");
    EXPECT_EQ(verify_round(quicknet(), 0, signature).error().code, "beacon.round");
  }
  EXPECT_EQ(objects[1].at("round"), "123");
}

TEST(Drand, EveryFlippedBitOfAPublishedRoundFails) {
  const BeaconChain chain = quicknet();
  const auto signature = bytes<48>(published().at(1).at("signature_g1"));
  ASSERT_TRUE(verify_round(chain, 123, signature));
  for (std::size_t bit = 0; bit < 8 * signature.size(); ++bit) {
    auto changed = signature;
    changed[bit / 8] = static_cast<std::uint8_t>(changed[bit / 8] ^ (1u << bit % 8));
    EXPECT_EQ(verify_round(chain, 123, changed).error().code, "beacon.signature") << bit;
  }
  for (std::size_t bit = 0; bit < 64; ++bit)
    EXPECT_FALSE(verify_round(chain, 123 ^ (std::uint64_t{1} << bit), signature)) << bit;
}

TEST(Drand, AChainOfOnesOwn) {
  const tests::TestBeacon beacon;
  const BeaconChain& chain = beacon.chain();
  EXPECT_TRUE(check_chain(chain, chain_hash(chain)));
  for (const std::uint64_t round :
       {std::uint64_t{1}, std::uint64_t{2}, std::uint64_t{1} << 40, kMost}) {
    const auto randomness = verify_round(chain, round, beacon.sign(round));
    ASSERT_TRUE(randomness) << round;
    EXPECT_EQ(*randomness, sha256(beacon.sign(round)));
    EXPECT_FALSE(verify_round(chain, round ^ 2, beacon.sign(round)));
    EXPECT_FALSE(verify_round(quicknet(), round, beacon.sign(round)));
  }
}

TEST(Drand, TheDefaultIdIsNoId) {
  BeaconChain chain = tests::TestBeacon().chain();
  const Hash named = chain_hash(chain);
  chain.beacon_id = "default";
  const Hash with_default = chain_hash(chain);
  chain.beacon_id = "";
  EXPECT_EQ(chain_hash(chain), with_default);
  EXPECT_NE(with_default, named);
}

TEST(Drand, ChainsThatMakeNoSenseAreRefused) {
  const auto code = [](auto change) {
    BeaconChain chain = tests::TestBeacon().chain();
    change(chain);
    const auto checked = check_chain(chain);
    return checked ? "" : checked.error().code;
  };
  EXPECT_EQ(code([](auto&) {}), "");
  EXPECT_EQ(code([](auto& c) { c.period_s = 0xffffffff; }), "");
  EXPECT_EQ(code([](auto& c) { c.genesis_s = kMost / 2; }), "");
  EXPECT_EQ(code([](auto& c) { c.beacon_id = std::string(kMaxBeaconIdBytes, 'a'); }), "");
  EXPECT_EQ(code([](auto& c) { c.scheme = "pedersen-bls-chained"; }), "beacon.scheme");
  EXPECT_EQ(code([](auto& c) { c.scheme = ""; }), "beacon.scheme");
  EXPECT_EQ(code([](auto& c) { c.public_key = {}; }), "beacon.key");
  EXPECT_EQ(code([](auto& c) { c.public_key = {0xc0}; }), "beacon.key");
  EXPECT_EQ(code([](auto& c) { c.period_s = 0; }), "beacon.chain");
  EXPECT_EQ(code([](auto& c) { c.period_s = 0x100000000; }), "beacon.chain");
  EXPECT_EQ(code([](auto& c) { c.genesis_s = 0; }), "beacon.chain");
  EXPECT_EQ(code([](auto& c) { c.genesis_s = kMost / 2 + 1; }), "beacon.chain");
  EXPECT_EQ(code([](auto& c) { c.beacon_id = std::string(kMaxBeaconIdBytes + 1, 'a'); }),
            "beacon.chain");
  EXPECT_EQ(code([](auto& c) { c.beacon_id = "quick net"; }), "beacon.chain");
}

TEST(Drand, RoundsAndTimes) {
  const BeaconChain chain = quicknet();
  const std::uint64_t genesis = chain.genesis_s;
  EXPECT_EQ(round_time(chain, 1).value(), genesis);
  EXPECT_EQ(round_time(chain, 2).value(), genesis + 3);
  EXPECT_EQ(round_time(chain, 123).value(), 1692803733u);
  EXPECT_EQ(round_time(chain, 0).error().code, "beacon.round");
  EXPECT_EQ(round_at_or_after(chain, 0).value(), 1u);
  EXPECT_EQ(round_at_or_after(chain, genesis - 1).value(), 1u);
  EXPECT_EQ(round_at_or_after(chain, genesis).value(), 1u);
  EXPECT_EQ(round_at_or_after(chain, genesis + 1).value(), 2u);
  EXPECT_EQ(round_at_or_after(chain, genesis + 3).value(), 2u);
  EXPECT_EQ(round_at_or_after(chain, genesis + 4).value(), 3u);
}

// Whatever the period: the round found is due at or after the time, and the one before it is not.
TEST(Drand, TheRoundFoundIsTheFirst) {
  for (const std::uint64_t period : {1u, 2u, 3u, 7u, 30u, 86400u}) {
    const BeaconChain chain = tests::TestBeacon("t", 1000, period).chain();
    for (std::uint64_t time = 990; time < 1300; ++time) {
      const std::uint64_t round = round_at_or_after(chain, time).value();
      EXPECT_GE(round_time(chain, round).value(), time);
      if (round > 1) {
        EXPECT_LT(round_time(chain, round - 1).value(), time);
      }
    }
  }
}

TEST(Drand, TheEndOfTimeIsNotPassed) {
  const BeaconChain chain = tests::TestBeacon("t", 1000, 3).chain();
  const std::uint64_t last = (kMost - 1000) / 3 + 1;
  const std::uint64_t last_time = 1000 + (last - 1) * 3;
  EXPECT_EQ(round_time(chain, last).value(), last_time);
  EXPECT_EQ(round_time(chain, last + 1).error().code, "beacon.round");
  EXPECT_EQ(round_time(chain, kMost).error().code, "beacon.round");
  EXPECT_EQ(round_at_or_after(chain, last_time).value(), last);
  ASSERT_LT(last_time, kMost);
  EXPECT_EQ(round_at_or_after(chain, last_time + 1).error().code, "beacon.round");
  EXPECT_EQ(round_at_or_after(chain, kMost).error().code, "beacon.round");

  const BeaconChain every_second = tests::TestBeacon("t", 1, 1).chain();
  EXPECT_EQ(round_at_or_after(every_second, kMost).value(), kMost);
  EXPECT_EQ(round_time(every_second, kMost).value(), kMost);
}

}  // namespace
}  // namespace liuhen::crypto::drand
