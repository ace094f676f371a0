// Content that a half-signed intent brought too stays when that expires, if an entry commits to it.
#include <gtest/gtest.h>

#include <future>

#include "ledger/content_rules.h"
#include "tests/ledger/slow_storage.h"
#include "tests/test_ledger.h"

namespace liuhen::ledger {
namespace {

using tests::TestLedger;

// Takes everything, content that comes late too.
class TakesLate final : public Admission, public ContentRules {
 public:
  Outcome admit(const Event&, const crypto::TreeHistory&) const override { return ok(); }
  void apply(const Event&) override {}
  Outcome check_content(const Event&, const Unstored&) const override { return ok(); }
  bool takes_late(const Hash&) const override { return true; }
};

struct PendingContent : testing::Test {
  // Half signed, it brings content of the same commitment.
  schema::IntentT half() {
    const crypto::SigningKey* const authors[] = {&ledger.a, &ledger.b};
    auto intent = tests::intent_frame(authors, "half", "conflict/half");
    schema::ConflictDeclaredT conflict;
    conflict.commitment = tests::bytes_of(opening.commitment);
    conflict.unit = "370202";
    intent.payload.Set(std::move(conflict));
    return intent;
  }
  void expect_kept_when_it_expires() {
    EXPECT_EQ(ledger.sequencer->pending().size(), 1U);
    EXPECT_TRUE(ledger.restricted->get(opening.commitment).value().has_value());
    ledger.clock.now = half().expires + 1;
    const crypto::SigningKey* const one[] = {&ledger.a};
    auto later = tests::intent_frame(one, "later", "item/later");
    later.expires = ledger.clock.now + 10;
    later.payload.Set(schema::ItemPublishedT());
    ASSERT_TRUE(ledger.submit(encode(later), {&ledger.a}).has_value());
    EXPECT_TRUE(ledger.sequencer->pending().empty());
    EXPECT_TRUE(ledger.restricted->get(opening.commitment).value().has_value());
  }

  void open_with_rules() {
    ledger.restricted =
        std::make_unique<RestrictedStore>(*ledger.storage, ledger.master_key, ledger.entropy);
    ledger.sequencer =
        Sequencer::open(*ledger.storage, *ledger.head, *ledger.restricted, rules, ledger.clock,
                        {.origin = tests::kOrigin, .log_key = ledger.signs})
            .value();
  }
  void submit(Bytes intent, std::vector<Opening> openings) {
    auto promise = std::make_shared<std::promise<Result<Answer>>>();
    answers.push_back(promise->get_future());
    const crypto::SigningKey* const signer[] = {&ledger.a};
    ledger.sequencer->submit(
        tests::signed_by(std::move(intent), signer, std::move(openings)),
        [promise](Result<Answer> answer) { promise->set_value(std::move(answer)); });
  }

  TakesLate rules;
  TestLedger ledger;
  std::vector<std::future<Result<Answer>>> answers;
  const Opening opening = tests::opening_of("evidence");
  const Bytes declared = tests::conflict_intent(ledger.a, "whole", opening.commitment);
};

TEST_F(PendingContent, IsTheEntrysWhereBothCameInOneBatch) {
  tests::SlowStorage slow(ledger.own_storage);
  ledger.storage = &slow;
  ASSERT_FALSE(ledger.open());
  submit(ledger.item("0"), {});
  slow.entered.acquire();
  submit(declared, {opening});
  submit(encode(half()), {opening});
  slow.gate.release(100);
  for (auto& answer : answers) ASSERT_TRUE(answer.get().has_value());
  expect_kept_when_it_expires();
}

TEST_F(PendingContent, IsTakenInTheBatchOfItsEntryTooThoughThatCameWithout) {
  tests::SlowStorage slow(ledger.own_storage);
  ledger.storage = &slow;
  open_with_rules();
  submit(ledger.item("0"), {});
  slow.entered.acquire();
  submit(declared, {});
  submit(declared, {opening});
  slow.gate.release(100);
  for (auto& answer : answers) ASSERT_TRUE(answer.get().has_value());
  EXPECT_TRUE(ledger.restricted->get(opening.commitment).value().has_value());
  ledger.sequencer.reset();  // before its storage
}

TEST_F(PendingContent, IsTheEntrysOnceItWasHandedInForThatToo) {
  open_with_rules();
  ASSERT_TRUE(ledger.submit(declared, {&ledger.a}).has_value());
  ASSERT_TRUE(ledger.submit(encode(half()), {&ledger.a}, {opening}).has_value());
  const auto again = ledger.submit(declared, {&ledger.a}, {opening});
  ASSERT_TRUE(again.has_value());
  EXPECT_TRUE(std::get<Receipt>(*again).repeated);
  expect_kept_when_it_expires();
}

}  // namespace
}  // namespace liuhen::ledger
