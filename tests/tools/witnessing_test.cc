// What contributors and holders of shares sign is of the log that their witnesses saw, and by no
// way around.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/cosignature.h"
#include "crypto/merkle.h"
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
    announced_at = town.city.entries().size() - 1;
    town.catch_up();
  }
  std::vector<std::string> contributing(const std::string& verb, const std::string& policy) {
    return {"draw",         verb,           "P1/1",  "--policy",         policy, "--wait", "0",
            "--nonce-file", temp / "nonce", "--key", key("contributor1")};
  }
  std::string policy(bool own, bool other) { return write("policy", shown->policy(own, other)); }

  tests::Shown* shown = nullptr;
  tests::CityDraw draw{town.city};
  std::size_t announced_at = 0;
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

TEST_F(WitnessedSigning, AnEmptyFileThatAKilledRunLeftTakesTheNonce) {
  namespace fs = std::filesystem;
  fs::permissions(write("nonce", ""), fs::perms::owner_read | fs::perms::owner_write);
  run(contributing("commit", policy(true, true)));
  EXPECT_EQ(draw.draw().commitments.size(), 1U);
  EXPECT_EQ(std::filesystem::file_size(temp / "nonce"), 65U);
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

// Shows another log of the policy, whose keeper wrote what is in it: first that the commitments to
// the draw of the town's log are closed, last what he says is its announcement.
class ClosedElsewhere final : public api::Connection {
 public:
  ClosedElsewhere(std::unique_ptr<api::Connection> town, std::vector<Bytes> entries)
      : town_(std::move(town)), last_(entries.size() - 1) {
    for (const Bytes& entry : entries) {
      const Hash leaf = ledger::Event::parse(entry)->leaf_hash();
      tree_.append(leaf);
      tile_.append(text_of(leaf));
      bundle_ += static_cast<char>(entry.size() >> 8);
      bundle_ += static_cast<char>(entry.size() & 0xff);
      bundle_.append(text_of(entry));
    }
  }
  Result<api::Response> send(const api::Request& request) override {
    posted_ = posted_ || request.method == "POST";
    const std::string& target = request.target;
    if (target.starts_with("/checkpoint")) return answer(checkpoint());
    if (target.starts_with("/tile/entries/")) return answer(bundle_);
    if (target.starts_with("/tile/0/")) return answer(tile_);
    auto response = town_->send(request);
    if (!response) return response;
    boost::json::value shown = boost::json::parse(response->body);
    if (target == "/api/v1/log") shown.as_object()["origin"] = tests::Shown::kOther;
    if (target.starts_with("/api/v1/draws/")) {
      shown.as_object()["commitments_closed_at"] = 0;
      shown.as_object()["position"] = last_;
    }
    return answer(boost::json::serialize(shown));
  }
  bool posted() const { return posted_; }

 private:
  static api::Response answer(std::string body) {
    api::Response response;
    response.body = std::move(body);
    return response;
  }
  std::string checkpoint() const {
    const std::string note = crypto::sign_checkpoint(
        {.origin = tests::Shown::kOther, .size = last_ + 1, .root = tree_.root()}, log_);
    return note + crypto::format_signature_line(crypto::cosign(
                      witness_, tests::Shown::kWitness, 7, crypto::parse_note(note).value().text));
  }

  std::unique_ptr<api::Connection> town_;
  const std::uint64_t last_;
  crypto::MerkleTree tree_;
  std::string bundle_, tile_;
  const crypto::SigningKey witness_{tests::City::seed("witness")};
  const crypto::SigningKey log_{tests::City::seed("other log")};
  bool posted_ = false;
};

TEST_F(WitnessedSigning, AClosingInAnotherLogClosesNothing) {
  const auto revealing = contributing("reveal", policy(true, true));
  run(contributing("commit", policy(true, true)));
  auto intent = town.city.intent(draw.commitments_closed(), {"platform"});
  intent.origin = tests::Shown::kOther;
  const std::vector<Signature> none(1);
  const Bytes closing =
      ledger::encode_entry(0, town.city.now, Hash{}, ledger::encode(intent), none);
  std::vector<Bytes> copied(announced_at, closing), rewritten = copied;
  copied.push_back(town.city.entries()[announced_at]);
  auto announcement = town.city.intent(draw.announcement(), {"clerk", "approver"});
  announcement.origin = tests::Shown::kOther;
  rewritten.push_back(ledger::encode_entry(announced_at, town.city.now, Hash{},
                                           ledger::encode(announcement),
                                           std::vector<Signature>(2)));
  for (const auto& [entries, code] :
       {std::pair(std::vector<Bytes>(1, closing), "[draw.event]"),
        std::pair(copied, "[session.log]"), std::pair(rewritten, "[draw.event]")}) {
    auto between = std::make_unique<ClosedElsewhere>(town.connect(), entries);
    const ClosedElsewhere& elsewhere = *between;
    connection_ = std::move(between);
    EXPECT_THAT(run(revealing, kFailed), HasSubstr(code));
    EXPECT_FALSE(elsewhere.posted());
  }
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
  const Bytes intent =
      ledger::encode(town.city.intent(draw.commitment("contributor1"), {"contributor1"}));
  shown->pending = {{"intent", to_base64(intent)}, {"signed", boost::json::array()}};
  EXPECT_THAT(
      run({"sign", to_hex(crypto::sha256(intent)), "--yes", "--key", key("contributor1")}, kFailed),
      HasSubstr("[submit.witnessed]"));
  EXPECT_TRUE(draw.draw().commitments.empty());
}

}  // namespace
}  // namespace liuhen::tools
