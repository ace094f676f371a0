// That the service takes nothing whose content a draw has to open without that content, and what
// was lost since only as it was: over HTTP, with the commands of those who are asked for it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledger/rocksdb_storage.h"
#include "tests/projections/restricted_steps.h"
#include "tests/tools/commands_at_town.h"
#include "tests/tools/conflict_at_town.h"

namespace liuhen::tools {
namespace {

using testing::HasSubstr;
using testing::Not;
using tests::City;

// Of these the service loses what they hide.
void lose(tests::Town& town, const std::vector<Hash>& commitments) {
  town.close();
  {
    auto storage =
        ledger::open_rocksdb(town.dir() + "/db", {.mode = ledger::OpenMode::existing}).value();
    ledger::Batch batch;
    for (const Hash& one : commitments) {
      batch.remove(ledger::Family::restricted, std::string(text_of(one)));
      batch.remove(ledger::Family::record_keys, std::string(text_of(one)));
    }
    ASSERT_TRUE(storage->commit(batch));
  }
  town.open();
}

class ContentOfConflicts : public tests::CommandsAtTown {
 protected:
  ContentOfConflicts() {
    for (const char* name : {"head", "registrar", "supervisor", "clerk", "approver"})
      write_key(name);
    town.catch_up();
  }
  std::string declare() {
    return run({"conflict", "declare", "--subject", City::code(1), "--inspector", "Z0001", "--kind",
                "三年内任职", "--unit", "MSA-1", "--out", file(), "--key", key("registrar")});
  }
  std::string decide(int code, std::vector<std::string> more = {}) {
    std::vector<std::string> words{"conflict", "decide", to_hex(declared()), "--key", key("head")};
    words.insert(words.end(), more.begin(), more.end());
    return run(std::move(words), code);
  }
  std::string announce(int code) {
    return run(
        {"draw", "announce", "P1", "--contributor", "contributor1", "--contributor", "contributor2",
         "--qualification", "行政执法证", "--key", key("clerk"), "--key", key("approver")},
        code);
  }
  std::string hand_in(int code) {
    return run({"hand-in", std::to_string(row().declared_at), "--openings", file()}, code);
  }
  const projections::Conflict& row() { return town.city.state().conflicts.rows.at(0); }
  Hash declared() { return row().commitment; }
  std::string file() { return temp / "conflict.openings"; }
  void lose_it() {
    connection_.reset();
    lose(town, {declared()});
  }
  // As if it were sent by somebody's own program, with what it likes.
  std::string declaring(View content) {
    const Hash salt = crypto::sha256(view_of("salt")), commitment = crypto::commit(salt, content);
    const Bytes intent =
        ledger::encode(town.city.intent(tests::declared_conflict(commitment), {"registrar"}));
    const auto answer = town.post(
        "/api/v1/intents",
        tests::Town::submission(
            intent,
            {{town.city.id("registrar"), ledger::sign_intent(town.city.key("registrar"), intent)}},
            {boost::json::object{{"commitment", to_hex(commitment)},
                                 {"salt", to_hex(salt)},
                                 {"bytes", to_base64(content)}}}));
    return tests::Town::code(answer);
  }
};

TEST_F(ContentOfConflicts, ComesWithTheDeclaration) {
  const auto bare = town.city.intent(tests::declared_conflict(Hash{7}), {"registrar"});
  EXPECT_EQ(tests::Town::code(town.send(ledger::encode(bare), {"registrar"})), "conflict.unopened");
  EXPECT_EQ(declaring(view_of("no conflict")), "conflict.unopened");
  EXPECT_EQ(town.size(), town.city.size()) << "nothing is recorded";
  const projections::ConflictContent content{
      .subject = City::code(1), .inspector = "Z0001", .kind = "三年内任职", .evidence = ""};
  EXPECT_EQ(declaring(projections::encode(content)), "");
}

TEST_F(ContentOfConflicts, IsShownToTheHeadOutOfTheDeclarersFile) {
  declare();
  EXPECT_THAT(decide(kDone, {"--openings", file()}),
              testing::AllOf(HasSubstr("inspector Z0001"), HasSubstr("三年内任职")));
}

TEST_F(ContentOfConflicts, IsShownToNobodyOutOfAnotherFile) {
  declare();
  write("other", "liuhen/pool-openings/v1\n");
  EXPECT_THAT(decide(kFailed, {"--openings", temp / "other"}), HasSubstr("openings.absent"));
  EXPECT_FALSE(row().decided_at);
}

TEST_F(ContentOfConflicts, ThatIsLostIsHandedInBeforeItIsApproved) {
  declare();
  lose_it();
  EXPECT_THAT(decide(kFailed), HasSubstr("conflict.unopened"));
  hand_in(kDone);
  decide(kDone);
}

// The draw that was announced before is executed once it is there.
TEST_F(ContentOfConflicts, ThatIsLostHoldsUpADrawUntilItIsHandedIn) {
  declare();
  decide(kDone);
  tests::CityDraw draw(town.city);
  announce(kDone);
  lose_it();
  draw.contribute();
  town.catch_up();
  EXPECT_EQ(town.service().advance().error().code, "platform.conflicts");
  hand_in(kDone);
  ASSERT_TRUE(town.service().advance());
  town.follow();
  EXPECT_TRUE(draw.draw().has_tasks());
}

TEST_F(ContentOfConflicts, ThatIsLostLetsNoDrawBeAnnounced) {
  declare();
  decide(kDone);
  lose_it();
  EXPECT_THAT(announce(kFailed), HasSubstr("draw.conflict_unopened"));
  hand_in(kDone);
  announce(kDone);
}

// What was erased does not come back by this door.
TEST_F(ContentOfConflicts, ThatWasErasedIsNotTakenAgain) {
  declare();
  decide(kDone, {"--refuse"});
  boost::json::array bytes;
  for (const std::uint8_t byte : declared()) bytes.push_back(byte);
  const std::string erasure =
      write("erased.json", boost::json::serialize(boost::json::object{
                               {"commitments", bytes}, {"ground", "个人信息保护法第四十七条"}}));
  run({"submit", "RecordsErased", erasure, "--key", key("registrar"), "--key", key("supervisor")});
  hand_in(kDone);
  connection_.reset();
  town.close();
  auto storage =
      ledger::open_rocksdb(town.dir() + "/db", {.mode = ledger::OpenMode::read_only}).value();
  for (const auto family : {ledger::Family::restricted, ledger::Family::record_keys})
    EXPECT_FALSE(storage->get(family, text_of(declared())).value());
}

class ContentOfPools : public tests::CommandsAtTown {
 protected:
  ContentOfPools() {
    for (const char* name : {"supervisor", "supervisor2", "registrar", "clerk", "approver"}) {
      if (town.city.state().keys.find(town.city.id(name)) == nullptr)
        town.city.grant_key(name, {City::Role::supervisor});
      write_key(name);
    }
    tests::RestrictedSteps::stratify(town.city);
    town.catch_up();
    std::string csv =
        "统一社会信用代码/注册号,名称,类型,行政区划,行业,住所,登记状态,负责人,联系电话,风险等级\n";
    for (std::uint64_t i = 1; i <= 40; ++i) {
      csv += City::code(i) + ",企业" + std::to_string(i) + ",企业,370202,F52,示范路1号,存续,,," +
             tests::RestrictedSteps::class_of(i) + "\n";
    }
    run({"import", "subjects", write("subjects.csv", csv), "--key", key("registrar")});
  }
  // Through somebody who takes out of a submission what he likes: the pool's key.
  class Taking final : public api::Connection {
   public:
    explicit Taking(std::unique_ptr<api::Connection> to) : to_(std::move(to)) {}
    Result<api::Response> send(const api::Request& request) override {
      if (request.method != "POST" || request.target != "/api/v1/intents")
        return to_->send(request);
      api::Request less = request;
      auto body = boost::json::parse(request.body).as_object();
      body.erase("openings");
      less.body = boost::json::serialize(body);
      return to_->send(less);
    }

   private:
    std::unique_ptr<api::Connection> to_;
  };
  std::string announce(int code, std::vector<std::string> keys) {
    std::vector<std::string> words{"draw",          "announce",        "P1",
                                   "--contributor", "contributor1",    "--contributor",
                                   "contributor2",  "--qualification", "行政执法证",
                                   "--supervisor",  "supervisor",      "--supervisor",
                                   "supervisor2"};
    words.insert(words.end(), keys.begin(), keys.end());
    return run(std::move(words), code);
  }
  std::vector<std::string> both() { return {"--key", key("clerk"), "--key", key("approver")}; }

  tests::CityDraw draw{town.city};
};

TEST_F(ContentOfPools, TheKeyComesWithTheAnnouncement) {
  connection_ = std::make_unique<Taking>(town.connect());
  EXPECT_THAT(announce(kFailed, both()), HasSubstr("pool.unopened"));
  connection_.reset();
  announce(kDone, both());
}

// Whoever signs second brings none: it has come with the first.
TEST_F(ContentOfPools, OrWithTheHalfSignedOne) {
  const std::string said = announce(kDone, {"--key", key("clerk"), "--second", "approver"});
  const auto pending = town.json("/api/v1/pending").at("pending").as_array();
  ASSERT_EQ(pending.size(), 1U) << said;
  run({"sign", std::string(pending[0].at("intent_hash").as_string()), "--yes", "--key",
       key("approver")});
  EXPECT_TRUE(draw.draw().is_restricted());
}

// What takes long to find out is not looked into for whoever signs alone.
TEST_F(ContentOfPools, AreLookedIntoOnceAllHaveSigned) {
  announce(kDone, both());
  boost::json::array bytes;
  for (const std::uint8_t byte : draw.draw().announcement.pool_key_hash) bytes.push_back(byte);
  const std::string erasure =
      write("erased.json", boost::json::serialize(boost::json::object{
                               {"commitments", bytes}, {"ground", "个人信息保护法第四十七条"}}));
  run({"submit", "RecordsErased", erasure, "--key", key("registrar"), "--second", "supervisor"});
  const auto pending = town.json("/api/v1/pending").at("pending").as_array();
  ASSERT_EQ(pending.size(), 1U);
  EXPECT_THAT(run({"sign", std::string(pending[0].at("intent_hash").as_string()), "--yes", "--key",
                   key("supervisor")},
                  kFailed),
              HasSubstr("erasure.pool"));
}

TEST_F(ContentOfPools, AKeyThatIsLostIsHandedInByASupervisor) {
  announce(kDone, both());
  const std::string position = std::to_string(town.city.size() - 1);
  connection_.reset();
  lose(town, {exactly<32>(View(draw.draw().announcement.pool_key_hash)).value()});
  draw.contribute();
  town.catch_up();
  EXPECT_EQ(town.service().advance().error().code, "pool.unopened");
  EXPECT_THAT(run({"hand-in", position, "--key", key("clerk")}, kFailed),
              HasSubstr("seal.not_named"));
  run({"hand-in", position, "--key", key("supervisor2")});
  ASSERT_TRUE(town.service().advance());
  town.follow();
  EXPECT_TRUE(draw.draw().has_tasks());
}

}  // namespace
}  // namespace liuhen::tools
