// Content that more than one thing commits to: whoever erases one of them, or lets it expire, takes
// from no draw what it has to open.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/projections/restricted_steps.h"
#include "tests/tools/commands_at_town.h"
#include "tests/tools/conflict_at_town.h"

namespace liuhen::tools {
namespace {

using testing::HasSubstr;
using tests::City;

constexpr std::uint64_t kRows = 40;
constexpr std::uint64_t kShared = 5;  // the row that hides it

ledger::Opening hide(Bytes bytes) {
  ledger::Opening opening;
  opening.bytes = std::move(bytes);
  opening.salt = crypto::sha256(opening.bytes);
  opening.commitment = crypto::commit(opening.salt, opening.bytes);
  return opening;
}

Bytes row_of_class(const std::string& id, const std::string& risk_class) {
  crypto::TupleWriter writer;
  for (const std::string& item :
       {id, std::string(), std::string(), std::string("负责人0001"), std::string(), risk_class})
    writer.item(item);
  return writer.take();
}

class SharedContent : public tests::CommandsAtTown {
 protected:
  SharedContent() {
    for (const char* name :
         {"supervisor", "supervisor2", "registrar", "clerk", "approver", "head"}) {
      if (town.city.state().keys.find(town.city.id(name)) == nullptr)
        town.city.grant_key(name, {City::Role::supervisor});
      write_key(name);
    }
    tests::RestrictedSteps::stratify(town.city);
    town.catch_up();
  }
  // One row hides `shared`, which is handed over only if it is asked for.
  void import_rows(const ledger::Opening& shared, bool hand_over) {
    ledger::schema::SubjectsImportedT imported;
    imported.run = "classes";
    imported.last = true;
    std::vector<ledger::Opening> given;
    for (std::uint64_t i = 1; i <= kRows; ++i) {
      auto row = City::firm(i);
      const ledger::Opening opening =
          i == kShared ? shared : hide(row_of_class(row->id, tests::RestrictedSteps::class_of(i)));
      row->restricted = City::bytes(opening.commitment);
      if (i != kShared || hand_over) given.push_back(opening);
      imported.rows.push_back(std::move(row));
    }
    import_ = ledger::encode(town.city.intent(std::move(imported), {"registrar"}));
    send(import_, "registrar", given);
  }
  void send(const Bytes& intent, const std::string& name,
            const std::vector<ledger::Opening>& openings) {
    boost::json::array opened;
    for (const ledger::Opening& one : openings) {
      opened.push_back(boost::json::object{{"commitment", to_hex(one.commitment)},
                                           {"salt", to_hex(one.salt)},
                                           {"bytes", to_base64(one.bytes)}});
    }
    const auto answer = town.post(
        "/api/v1/intents",
        tests::Town::submission(
            intent, {{town.city.id(name), ledger::sign_intent(town.city.key(name), intent)}},
            opened));
    ASSERT_EQ(tests::Town::code(answer), "") << answer.body;
    town.follow();
  }
  // Its key commits to what it is told to.
  ledger::schema::DrawAnnouncedT announced_with(const Hash& pool_key_hash) {
    auto announcement = draw.unpooled();
    for (const char* name : {"supervisor", "supervisor2"}) {
      const KeyId id = town.city.id(name);
      announcement.supervisors.insert(announcement.supervisors.end(), id.begin(), id.end());
    }
    tests::CountingEntropy entropy;
    const crypto::draw::PoolKey any(crypto::sha256(view_of("any")));
    LIUHEN_CHECK(projections::announce_key(any, entropy, announcement).has_value());
    const auto& state = town.city.state();
    const auto pool =
        projections::pool_of(state, announcement, state.catalogue.rules.at("R1")).value();
    tests::CityDraw::take(announcement, pool);
    if (announcement.subject_root.empty()) announcement.subject_root.assign(32, 1);
    announcement.pool_key_hash = City::bytes(pool_key_hash);
    return announcement;
  }
  std::string announce(int code) {
    return run({"draw", "announce", "P1", "--contributor", "contributor1", "--contributor",
                "contributor2", "--qualification", "行政执法证", "--supervisor", "supervisor",
                "--supervisor", "supervisor2", "--key", key("clerk"), "--key", key("approver")},
               code);
  }
  std::string erase(const Hash& commitment, int code) {
    boost::json::array bytes;
    for (const std::uint8_t byte : commitment) bytes.push_back(byte);
    const std::string erasure =
        write("erased.json", boost::json::serialize(boost::json::object{
                                 {"commitments", bytes}, {"ground", "个人信息保护法第四十七条"}}));
    return run(
        {"submit", "RecordsErased", erasure, "--key", key("registrar"), "--key", key("supervisor")},
        code);
  }
  void expect_executed() {
    draw.contribute();
    town.catch_up();
    const auto advanced = town.service().advance();
    ASSERT_TRUE(advanced) << advanced.error().en;
    town.follow();
    EXPECT_TRUE(draw.draw().has_tasks());
  }

  Bytes import_;
  tests::CityDraw draw{town.city};
};

// What a conflict's content says reads as a row's, of no class.
TEST_F(SharedContent, OfARowIsNotErasedAsThatOfARefusedConflict) {
  const ledger::Opening both = hide(projections::encode(projections::ConflictContent{
      .subject = City::code(kShared), .inspector = "Z0001", .kind = "三年内任职", .evidence = ""}));
  import_rows(both, true);
  send(ledger::encode(town.city.intent(tests::declared_conflict(both.commitment), {"registrar"})),
       "registrar", {both});
  run({"conflict", "decide", to_hex(both.commitment), "--refuse", "--key", key("head")});
  announce(kDone);
  EXPECT_THAT(erase(both.commitment, kFailed), HasSubstr("erasure.pool"));
  expect_executed();
}

// Whoever holds back a row's content and brings it with something that he lets expire decides
// nothing: to the announcement it is not there.
TEST_F(SharedContent, OfARowThatAHalfSignedIntentBroughtOpensNoPool) {
  const ledger::Opening row =
      hide(row_of_class(City::firm(kShared)->id, tests::RestrictedSteps::class_of(kShared)));
  import_rows(row, false);
  EXPECT_THAT(announce(kFailed), HasSubstr("pool.unopened"));
  auto half = town.city.intent(announced_with(row.commitment), {"clerk", "approver"});
  half.expires = town.clock.now + 300;
  send(ledger::encode(half), "clerk", {row});
  ASSERT_EQ(town.json("/api/v1/pending").at("pending").as_array().size(), 1U);
  EXPECT_THAT(announce(kFailed), HasSubstr("pool.unopened"));
  send(import_, "registrar", {row});  // handed in
  announce(kDone);
  town.clock.now += 400;
  town.city.now = town.clock.now;
  expect_executed();
  EXPECT_TRUE(town.json("/api/v1/pending").at("pending").as_array().empty());
}

}  // namespace
}  // namespace liuhen::tools
