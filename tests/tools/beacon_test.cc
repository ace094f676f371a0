// `liuhen beacon` as a person runs it: a chain is registered, a draw announced on it, and a round
// carried in.
#include <gtest/gtest.h>

#include "api/client/beacon_source.h"
#include "tests/test_beacon.h"
#include "tests/tools/commands_at_town.h"

namespace liuhen::tools {
namespace {

class BeaconCommands : public tests::CommandsAtTown {
 protected:
  BeaconCommands() {
    town.catch_up();
    for (const char* name : {"trustee-inside", "trustee-outside", "clerk", "approver"})
      write_key(name);
  }
  std::string info() {
    const auto& chain = beacon.chain();
    return write("info.json", R"({"public_key":")" + to_hex(chain.public_key) + R"(","period":)" +
                                  std::to_string(chain.period_s) + R"(,"genesis_time":)" +
                                  std::to_string(chain.genesis_s) + R"(,"hash":")" + to_hex(hash) +
                                  R"(","groupHash":")" + to_hex(chain.group_hash) +
                                  R"(","schemeID":")" + chain.scheme +
                                  R"(","metadata":{"beaconID":")" + chain.beacon_id + R"("}})");
  }

  tests::TestBeacon beacon;
  const Hash hash = crypto::drand::chain_hash(beacon.chain());
};

TEST_F(BeaconCommands, FromTheChainToTheAnnouncement) {
  run({"beacon", "chain", info(), "--key", key("trustee-inside"), "--key", key("trustee-outside")});
  town.follow();
  ASSERT_NE(town.city.state().beacons.find(hash), nullptr);
  EXPECT_NE(run({"state", "beacons"}).find(to_hex(hash)), std::string::npos);
  const std::vector<std::string> announce{"draw",          "announce",        "P1",
                                          "--contributor", "contributor1",    "--contributor",
                                          "contributor2",  "--qualification", "行政执法证",
                                          "--key",         key("clerk"),      "--key",
                                          key("approver"), "--beacon"};
  auto unknown = announce;
  unknown.push_back(std::string(64, '0'));
  EXPECT_NE(run(unknown, kFailed).find("beacon.unknown"), std::string::npos);
  auto known = announce;
  known.push_back(to_hex(hash));
  run(known);
  town.follow();
  const auto& draw = town.city.state().draws.by_stream.at("draw/P1/1");
  ASSERT_TRUE(draw.beacon);
  const std::uint64_t earliest = draw.announcement.reveal_deadline + 120;
  EXPECT_GE(draw.beacon->round_time, earliest);
  EXPECT_LT(draw.beacon->round_time, earliest + beacon.chain().period_s);
  run({"beacon", "chain", info(), "--withdraw", "--key", key("trustee-inside"), "--key",
       key("trustee-outside")});
  town.follow();
  EXPECT_FALSE(town.city.state().beacons.find(hash)->active);
}

TEST_F(BeaconCommands, AddsARoundWhereThePlatformLooks) {
  const std::string round =
      write("7.json", R"({"round":7,"signature":")" + to_hex(beacon.sign(7)) + R"("})");
  run({"beacon", "add", round, "--chain", to_hex(hash), "--dir", town.dir()});
  api::BeaconFolder folder(town.dir() + "/beacons");
  EXPECT_EQ(folder.signature(hash, 7).value(), beacon.sign(7));
  EXPECT_NE(run({"beacon", "add", round, "--chain", "00", "--dir", town.dir()}, kFailed)
                .find("beacon.hash"),
            std::string::npos);
  EXPECT_NE(run({"beacon", "add", info(), "--chain", to_hex(hash), "--dir", town.dir()}, kFailed)
                .find("beacon.format"),
            std::string::npos);
  EXPECT_NE(run({"beacon", "add", round, "--chain", to_hex(hash), "--dir", temp / "none"}, kFailed)
                .find("dir.absent"),
            std::string::npos);
}

}  // namespace
}  // namespace liuhen::tools
