// What contributors and holders of shares sign is of the log that their witnesses saw, and by no
// way around.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/projections/city_log.h"
#include "tests/tools/commands_at_town.h"
#include "tests/tools/shown_town.h"

namespace liuhen::tools {
namespace {

using testing::HasSubstr;

class WitnessedSigning : public tests::CommandsAtTown {
 protected:
  WitnessedSigning() {
    auto connection = std::make_unique<tests::Shown>(town.connect());
    shown = connection.get();
    connection_ = std::move(connection);
    write_key("contributor1");
    draw.announce();
    town.catch_up();
  }
  std::vector<std::string> contributing(const std::string& verb, const std::string& policy) {
    return {"draw",         verb,           "P1/1",  "--policy",         policy, "--wait", "0",
            "--nonce-file", temp / "nonce", "--key", key("contributor1")};
  }
  std::string policy(bool own, bool other) { return write("policy", shown->policy(own, other)); }

  tests::Shown* shown = nullptr;
  tests::CityDraw draw{town.city};
};

// Whoever keeps another log that the policy lists can have this one's tree cosigned under its name.
TEST_F(WitnessedSigning, TheTreeOfThisLogCosignedAsAnothersCountsForNothing) {
  shown->as_other_log = true;
  for (const bool own : {true, false}) {
    const std::string said = run(contributing("commit", policy(own, true)), kFailed);
    EXPECT_THAT(said, HasSubstr("[draw.unwitnessed]"));
    EXPECT_THAT(said, HasSubstr("cosigned checkpoint is of \"other.example/log\""));
  }
  shown->says_other_log = true;  // which the entry does not
  EXPECT_THAT(run(contributing("commit", policy(true, true)), kFailed),
              HasSubstr("[draw.unwitnessed]"));
  EXPECT_TRUE(draw.draw().commitments.empty());

  shown->as_other_log = shown->says_other_log = false;
  run(contributing("commit", policy(true, true)));
  EXPECT_EQ(draw.draw().commitments.size(), 1U);
}

TEST_F(WitnessedSigning, ANonceIsNotRevealedOnAnotherLogsCheckpoint) {
  run(contributing("commit", policy(true, true)));
  town.city.must(draw.commitment("contributor2"), {"contributor2"});
  town.city.must(draw.commitments_closed(), {"platform"});
  town.catch_up();
  shown->as_other_log = true;
  EXPECT_THAT(run(contributing("reveal", policy(true, true)), kFailed),
              HasSubstr("[draw.unwitnessed]"));
  EXPECT_TRUE(draw.draw().nonces.empty());
}

TEST_F(WitnessedSigning, WhatIsSignedIsOfTheLogThatWasSeen) {
  shown->says_other_log = true;
  EXPECT_THAT(run(contributing("commit", policy(true, true)), kFailed), HasSubstr("[session.log]"));
  EXPECT_TRUE(draw.draw().commitments.empty());
}

TEST_F(WitnessedSigning, NothingGoesAroundIt) {
  for (const auto& [kind, text, command] :
       {std::tuple("DrawCommitted", R"({"draw":"draw/P1/1","commitment":[]})", "draw commit"),
        std::tuple("DrawRevealed", R"({"draw":"draw/P1/1","nonce":[]})", "draw reveal"),
        std::tuple("VrfShareConfirmed", R"({"key":[]})", "vrf confirm")}) {
    const std::string said =
        run({"submit", kind, write("payload.json", text), "--key", key("contributor1")}, kFailed);
    EXPECT_THAT(said, HasSubstr("[submit.witnessed]"));
    EXPECT_THAT(said, HasSubstr(std::string("use liuhen ") + command));
  }
}

}  // namespace
}  // namespace liuhen::tools
