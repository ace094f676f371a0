// `liuhen vrf` and `liuhen draw digits` as people run them: shares are handed out and confirmed,
// and holders execute a draw that the operator does not.
#include "crypto/vrf.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/feldman.h"
#include "tests/projections/city_log.h"
#include "tests/tools/commands_at_town.h"
#include "tests/tools/shown_town.h"

namespace liuhen::tools {
namespace {

using tests::City;
using tests::Shown;

class VrfCommands : public tests::CommandsAtTown {
 protected:
  VrfCommands() {
    for (const char* name : {"holder1", "holder2", "holder3"}) {
      ledger::schema::KeyGrantedT granted;
      granted.grant = town.city.grant(name, {City::Role::holder}, "", true);
      town.city.must(std::move(granted), {"trustee-outside", "trustee-inside"});
      write_key(name);
    }
    town.city.grant_key("observer2", {City::Role::observer});
    for (const char* name : {"observer", "observer2", "trustee-outside", "platform"})
      write_key(name);
    town.catch_up();
  }
  std::string share(const std::string& person) { return temp / ("shares/" + person + ".share"); }
  std::vector<std::string> sharing(const std::string& threshold = "2") {
    return {"vrf",         "share",
            "--vrf-key",   town.dir() + "/keys/vrf.key",
            "--threshold", threshold,
            "--out",       temp / "shares",
            "--holder",    "holder1",
            "--holder",    "holder2",
            "--holder",    "holder3",
            "--key",       key("platform"),
            "--key",       key("trustee-outside")};
  }
  std::vector<std::string> confirming(const std::string& file, const std::string& holder,
                                      const std::vector<std::string>& trust = {
                                          "--without-witnesses"}) {
    std::vector<std::string> words{"vrf", "confirm", file, "--key", key(holder)};
    words.insert(words.end(), trust.begin(), trust.end());
    return words;
  }
  const projections::VrfKey& vrf() { return town.city.state().keys.vrf.back(); }

  tests::CityDraw draw{town.city};
};

TEST_F(VrfCommands, FromTheSharesToADrawThatTheOperatorDoesNotExecute) {
  EXPECT_NE(run(sharing("1"), kFailed).find("feldman.threshold"), std::string::npos);
  run(sharing());
  ASSERT_TRUE(vrf().sharing);
  EXPECT_EQ(vrf().sharing->holders.size(), 3U);
  EXPECT_EQ(
      std::filesystem::status(share("holder1")).permissions() & std::filesystem::perms::others_read,
      std::filesystem::perms::none);

  run(confirming(share("holder1"), "holder1"));
  EXPECT_NE(run(confirming(share("holder1"), "holder2"), kFailed).find("vrf.share_file"),
            std::string::npos)
      << "somebody else's";
  EXPECT_NE(run(confirming(key("holder2"), "holder2"), kFailed).find("vrf.share_file"),
            std::string::npos);
  EXPECT_EQ(vrf().sharing->confirmed.size(), 1U);

  draw.announce();
  draw.contribute();
  town.catch_up();
  const auto recover = [&](std::vector<std::string> shares) {
    std::vector<std::string> words{"vrf", "recover", "P1/1", "--key", key("holder2")};
    for (const std::string& each : shares) {
      words.emplace_back("--share");
      words.push_back(each);
    }
    return words;
  };
  EXPECT_NE(run(recover({share("holder2")}), kFailed).find("feldman.few"), std::string::npos);
  EXPECT_NE(run(recover({share("holder2"), share("holder2")}), kFailed).find("feldman.repeated"),
            std::string::npos);
  town.clock.now = draw.draw().announcement.execute_deadline + 1;  // overdue
  EXPECT_NE(run(recover({share("holder3"), share("holder2")})).find("retired"), std::string::npos);
  EXPECT_TRUE(draw.draw().executed_at);
  EXPECT_TRUE(vrf().retired_at);
  EXPECT_TRUE(town.json("/api/v1/keys").at("vrf").is_null());
  EXPECT_THAT(run(recover({share("holder3"), share("holder2")}), kFailed),
              testing::HasSubstr("executed"));
  ASSERT_TRUE(town.service().advance()) << "the service goes on from there";
  town.follow();
  EXPECT_TRUE(draw.draw().has_tasks());
  write_key("vrf-next");
  run({"vrf", "register", "--vrf-key", key("vrf-next"), "--key", key("platform"), "--key",
       key("trustee-outside")});
  EXPECT_EQ(town.city.state().keys.vrf_in_force()->id, town.city.id("vrf-next"));
}

// What a holder signs is the log's own sharing, under a checkpoint that the holder's witnesses saw.
TEST_F(VrfCommands, AHolderConfirmsWhatWitnessesSawAndNotWhatIsShown) {
  run(sharing());
  auto connection = std::make_unique<Shown>(town.connect());
  Shown& shown = *connection;
  connection_ = std::move(connection);
  const std::vector<std::string> trust{"--policy", write("policy", shown.policy()), "--wait", "0"};

  EXPECT_THAT(run(confirming(share("holder1"), "holder1", {}), kFailed),
              testing::HasSubstr("draw.policy_absent"));
  shown.cosigns = false;
  EXPECT_THAT(run(confirming(share("holder1"), "holder1", trust), kFailed),
              testing::HasSubstr("draw.unwitnessed"));
  shown.cosigns = true;

  crypto::SystemEntropy entropy;
  const auto other =
      crypto::feldman::split(crypto::vrf::secret_scalar(City::seed("vrf")), 2, 3, entropy).value();
  for (const auto& commitment : other.commitments)
    shown.commitments.emplace_back(to_hex(commitment));
  const auto text =
      crypto::format_key_file("vrf-share 1 " + to_hex(vrf().id), other.shares[0].value).value();
  const auto false_share = write("false.share", std::string(text_of(text.view())));
  std::filesystem::permissions(false_share, std::filesystem::perms::owner_all);
  EXPECT_THAT(run(confirming(false_share, "holder1", trust), kFailed),
              testing::HasSubstr("feldman.share"));
  EXPECT_TRUE(vrf().sharing->confirmed.empty());

  run(confirming(share("holder1"), "holder1", trust));
  EXPECT_EQ(vrf().sharing->confirmed.size(), 1U);
}

TEST_F(VrfCommands, DigitsWithTheBitsTheyCarry) {
  draw.announce();
  town.catch_up();
  const auto digits = [&](const std::string& numbers) {
    return std::vector<std::string>{
        "draw",     "digits", "P1/1",  "--source",      "ssq",   "--issue",       "2026137",
        "--digits", numbers,  "--key", key("observer"), "--key", key("observer2")};
  };
  EXPECT_NE(run(digits("03081219273117"), kFailed).find("digits.form"), std::string::npos);
  EXPECT_NE(run(digits("03081219273106")).find("at most 24.0 bits"), std::string::npos);
  ASSERT_EQ(draw.draw().digits.size(), 1U);
  const auto shown = town.json("/api/v1/draws/P1/1").at("digits").as_array();
  ASSERT_EQ(shown.size(), 1U);
  EXPECT_EQ(shown[0].at("bits").as_string(), "24.0");
  const auto page = town.get("/draws/P1/1");
  EXPECT_NE(page.body.find("03081219273106"), std::string::npos);
}

// Whoever could put another commitment in place of a contributor's is not given the nonce as well.
TEST_F(VrfCommands, NothingIsRevealedUnderACommitmentThatIsNotOnesOwn) {
  draw.announce();
  for (const char* name : {"contributor1", "contributor2"})
    town.city.must(draw.commitment(name), {name});
  town.city.must(draw.commitments_closed(), {"platform"});
  town.catch_up();
  write_key("contributor1");
  const auto nonce = write("other.nonce", std::string(64, '7') + "\n");
  std::filesystem::permissions(nonce, std::filesystem::perms::owner_all);
  EXPECT_THAT(run({"draw", "reveal", "P1/1", "--without-witnesses", "--nonce-file", nonce, "--key",
                   key("contributor1")},
                  kFailed),
              testing::HasSubstr("draw.not_own_commitment"));
  EXPECT_TRUE(draw.draw().nonces.empty());
}

}  // namespace
}  // namespace liuhen::tools
