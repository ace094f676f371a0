// Attacks on the log itself: who signed, with which key, when, and in which past.
#include "tests/attacks/dishonest_operator.h"

namespace liuhen::tests {
namespace {

class AttacksOnTheLog : public Attack {};

TEST_F(AttacksOnTheLog, ForgedAuthor) {
  expect_named("intent.signature",
               write(town.announcement(), {"clerk", "approver"}, {}, {"clerk", "platform"}));
}

TEST_F(AttacksOnTheLog, KeyGrantedByOneTrustee) {
  schema::KeyGrantedT granted;
  granted.grant = city.grant("crony", {City::Role::clerk});
  expect_said("role.signatures", write(std::move(granted), {"trustee-outside"}),
              "KeyGranted needs 2 signature(s)");
}

TEST_F(AttacksOnTheLog, KeyGrantedInsideTheOperator) {
  schema::KeyGrantedT granted;
  granted.grant = city.grant("crony", {City::Role::clerk});
  expect_named("role.outside", write(std::move(granted), {"trustee-inside", "trustee-second"}));
}

// The approver's key is the clerk's second.
TEST_F(AttacksOnTheLog, BothSignaturesAreOnePersons) {
  schema::KeyGrantedT granted;
  granted.grant = city.grant("second", {City::Role::approver}, "", false, "clerk");
  city.must(std::move(granted), {"trustee-outside", "trustee-inside"});
  expect_named("intent.same_person", write(town.announcement(), {"clerk", "second"}));
}

TEST_F(AttacksOnTheLog, ApprovedWithoutTheRole) {
  expect_named("role.denied", write(town.announcement(), {"clerk", "observer"}));
}

TEST_F(AttacksOnTheLog, StaleKey) {
  schema::KeyRevokedT revoked;
  revoked.key = City::bytes(city.id("clerk"));
  revoked.reason = "离职";
  city.must(std::move(revoked), {"trustee-outside"});
  expect_named("key.revoked", write(town.announcement(), {"clerk", "approver"}));
}

TEST_F(AttacksOnTheLog, BackdatedEvent) {
  city.now -= 100;
  expect_named("chain.time", write(City::item("I9"), {"clerk"}));
}

// Signed, kept, and recorded when it suits.
TEST_F(AttacksOnTheLog, HeldBackIntent) {
  const std::uint64_t signed_at = city.now;
  city.now += 7 * 86'400;
  expect_said("intent.expired",
              write(City::item("I9"), {"clerk"},
                    [&](schema::IntentT& intent) { intent.expires = signed_at + 3'600; }),
              "and the ledger records");
}

// The same within its life: what it was about has gone on.
TEST_F(AttacksOnTheLog, HeldBackIntentOfAnOlderVersion) {
  city.must(City::plan("P1", 2), {"clerk", "approver"});
  expect_named("intent.version_stale",
               write(City::plan("P1", 3), {"clerk", "approver"},
                     [](schema::IntentT& intent) { --*intent.expected_version; }));
}

TEST_F(AttacksOnTheLog, IntentRecordedTwice) {
  const std::uint64_t position = city.must(City::item("I9"), {"clerk"});
  const auto event = ledger::Event::parse(city.entries()[position]).value();
  const Bytes intent = City::bytes(event.intent().bytes());
  expect_named("intent.conflict", append(intent, event.signatures()));
}

TEST_F(AttacksOnTheLog, IntentForAnotherLog) {
  expect_said("intent.origin",
              write(City::item("I9"), {"clerk"},
                    [](schema::IntentT& intent) { intent.origin = "liuhen.example/elsewhere"; }),
              "and not for liuhen.example/city");
}

// An author was shown another log, and his intent says so.
TEST_F(AttacksOnTheLog, ForkedLog) {
  expect_named("intent.fork", write(City::item("I9"), {"clerk"}, [](schema::IntentT& intent) {
                 intent.seen_root.assign(32, 7);
               }));
}

// Witnesses were, and what they cosigned is recorded.
TEST_F(AttacksOnTheLog, ForkedLogBeforeWitnesses) {
  auto other = witnessed(city, city.size(), {"w1", "w2"});
  other.root.assign(32, 7);
  expect_named("witnessed.root", write(std::move(other), {"platform"}));
}

// An entry is replaced by another that its author signed too, and all that follows is chained and
// signed anew.
TEST_F(AttacksOnTheLog, RewrittenTail) {
  const std::uint64_t position = city.must(City::item("I8"), {"clerk"});
  const Bytes kept = city.entries()[position];
  const std::uint64_t next = city.must(City::item("I7"), {"clerk"});
  schema::IntentT intent = city.intent(City::item("I9"), {"clerk"});
  intent.seen_size = position;
  intent.seen_root = City::bytes(city.tree().root(position));
  intent.expected_version = 0;
  const Bytes bytes = ledger::encode(intent);
  log()[position] =
      ledger::encode_entry(position, city.now, crypto::leaf_hash(log()[position - 1]), bytes,
                           std::vector<Signature>{ledger::sign_intent(city.key("clerk"), bytes)});
  ASSERT_NE(log()[position], kept);
  chain_again(next);
  // Whoever signed next had seen the log as it was.
  expect_named("intent.fork", next);
}

// A result, long since signed by two officers, is another now.
TEST_F(AttacksOnTheLog, ResultChangedInPlace) {
  run();
  draw.result(0);
  const std::uint64_t position = city.size() - 2;
  const Bytes entry = log()[position];
  const auto event = ledger::Event::parse(entry).value();
  ASSERT_EQ(event.tag(), ledger::PayloadTag::ResultRecorded);
  schema::IntentT intent;
  event.intent().fields().UnPackTo(&intent);
  intent.payload.AsResultRecorded()->rows[0]->category = 3;
  log()[position] = ledger::encode_entry(position, event.time(), event.previous(),
                                         ledger::encode(intent), event.signatures());
  chain_again(position + 1);
  expect_named("intent.signature", position);
}

}  // namespace
}  // namespace liuhen::tests
