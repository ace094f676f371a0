// Content that a half-signed intent brought stays when that goes, if an entry commits to it or
// needs it.
#include <gtest/gtest.h>

#include <future>

#include "ledger/content_rules.h"
#include "ledger/log_reader.h"
#include "ledger/refill.h"
#include "tests/ledger/slow_storage.h"
#include "tests/test_ledger.h"

namespace liuhen::ledger {
namespace {

using tests::TestLedger;

// Takes everything, content that comes late too. Items need `needed`, if it is set.
class TakesLate final : public Admission, public ContentRules {
 public:
  Outcome admit(const Event&, const crypto::TreeHistory&) const override { return ok(); }
  void apply(const Event&) override {}
  Outcome check_content(const Event& event, const Unstored& unstored) const override {
    if (needed && event.tag() == PayloadTag::ItemListed) std::ignore = unstored(*needed);
    return ok();
  }
  bool takes_late(const Hash&) const override { return true; }

  std::optional<Hash> needed;
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
  bool is_there() { return ledger.restricted->get(opening.commitment).value().has_value(); }
  void expect_kept_when_it_expires() {
    EXPECT_EQ(ledger.sequencer->pending().size(), 1U);
    EXPECT_TRUE(is_there());
    expire();
    EXPECT_TRUE(is_there());
  }
  void expire() {
    ledger.clock.now = half().expires + 1;
    const crypto::SigningKey* const one[] = {&ledger.a};
    auto later = tests::intent_frame(one, "later", "item/later");
    later.expires = ledger.clock.now + 10;
    later.payload.Set(schema::ItemPublishedT());
    ASSERT_TRUE(ledger.submit(encode(later), {&ledger.a}).has_value());
    EXPECT_TRUE(ledger.sequencer->pending().empty());
  }

  void open_with_rules() {
    ledger.restricted =
        std::make_unique<RestrictedStore>(*ledger.storage, ledger.master_key, ledger.entropy);
    ledger.sequencer =
        Sequencer::open(*ledger.storage, *ledger.head, *ledger.restricted, rules, ledger.clock,
                        {.origin = tests::kOrigin, .log_key = ledger.signs})
            .value();
  }
  void submit(Bytes intent, std::vector<Opening> openings) { submit(intent, ledger.a, openings); }
  void submit(Bytes intent, const crypto::SigningKey& key, std::vector<Opening> openings) {
    auto promise = std::make_shared<std::promise<Result<Answer>>>();
    answers.push_back(promise->get_future());
    const crypto::SigningKey* const signer[] = {&key};
    ledger.sequencer->submit(
        tests::signed_by(std::move(intent), signer, std::move(openings)),
        [promise](Result<Answer> answer) { promise->set_value(std::move(answer)); });
  }

  // Until done() is called all that is submitted waits for one batch.
  void begin_batch() {
    ledger.storage = &slow;
    open_with_rules();
    submit(ledger.item("0"), {});
    slow.entered.acquire();
  }
  void begin_batch_with_a_revocation() {
    ASSERT_FALSE(ledger.open());
    ASSERT_TRUE(ledger.submit(encode(half()), {&ledger.a}, {opening}).has_value());
    ledger.close();
    begin_batch();
    schema::KeyRevokedT revoked;
    revoked.key = tests::bytes_of(ledger.a.public_key());
    const crypto::SigningKey* const author[] = {&ledger.b};
    auto intent = tests::intent_frame(author, "revoked", "key/a");
    intent.payload.Set(std::move(revoked));
    submit(encode(intent), ledger.b, {});
  }
  void done() {
    slow.gate.release(100);
    for (auto& answer : answers) {
      const auto got = answer.get();
      EXPECT_TRUE(got.has_value()) << got.error().en;
    }
  }
  ~PendingContent() override { ledger.sequencer.reset(); }  // before its storage

  TakesLate rules;
  TestLedger ledger;
  tests::SlowStorage slow{ledger.own_storage};
  std::vector<std::future<Result<Answer>>> answers;
  const Opening opening = tests::opening_of("evidence");
  const Bytes declared = tests::conflict_intent(ledger.a, "whole", opening.commitment);
};

TEST_F(PendingContent, IsTheEntrysWhereBothCameInOneBatch) {
  begin_batch();
  submit(declared, {opening});
  submit(encode(half()), {opening});
  done();
  expect_kept_when_it_expires();
}

TEST_F(PendingContent, IsTakenInTheBatchOfItsEntryTooThoughThatCameWithout) {
  begin_batch();
  submit(declared, {});
  submit(declared, {opening});
  done();
  EXPECT_TRUE(is_there());
}

TEST_F(PendingContent, IsKeptThoughAnEntryOfTheBatchCommitsToItAndBroughtNone) {
  begin_batch();
  submit(declared, {});
  submit(encode(half()), {opening});
  done();
  EXPECT_TRUE(is_there()) << "it was acknowledged";
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

// An entry commits to it that had come before: nobody carries it again.
TEST_F(PendingContent, StaysOnceAnEventNeedsIt) {
  open_with_rules();
  ASSERT_TRUE(ledger.submit(declared, {&ledger.a}).has_value());
  ASSERT_TRUE(ledger.submit(encode(half()), {&ledger.a}, {opening}).has_value());
  rules.needed = opening.commitment;
  ASSERT_TRUE(ledger.submit(ledger.item("needs-it"), {&ledger.a}).has_value());
  expect_kept_when_it_expires();
}

TEST_F(PendingContent, GoesWhereNobodyNeedsIt) {
  open_with_rules();
  ASSERT_TRUE(ledger.submit(encode(half()), {&ledger.a}, {opening}).has_value());
  ASSERT_TRUE(ledger.submit(ledger.item("1"), {&ledger.a}).has_value());
  EXPECT_TRUE(is_there());
  expire();
  EXPECT_FALSE(is_there());
}

// Whoever signed half of it signs nothing any more; what came after that in the batch was shown it.
TEST_F(PendingContent, IsTheEntrysThoughItsSignerIsRevokedInThatBatch) {
  begin_batch_with_a_revocation();
  submit(tests::conflict_intent(ledger.b, "whole", opening.commitment), ledger.b, {});
  done();
  EXPECT_TRUE(is_there());
}

TEST_F(PendingContent, StaysWhereItIsNeededThoughItsSignerIsRevokedInThatBatch) {
  begin_batch_with_a_revocation();
  rules.needed = opening.commitment;
  const crypto::SigningKey* const author[] = {&ledger.b};
  submit(tests::item_intent(author, "needs-it"), ledger.b, {});
  done();
  EXPECT_TRUE(is_there());
}

TEST_F(PendingContent, GoesWithItsSigner) {
  begin_batch_with_a_revocation();
  done();
  EXPECT_FALSE(is_there());
}

// The backup has it from the half-signed intent alone; the entry is the mirror's.
TEST_F(PendingContent, IsTheEntrysThatIsFilledInAfterABackup) {
  ASSERT_FALSE(ledger.open());
  ASSERT_TRUE(ledger.submit_item("0").has_value());
  ASSERT_TRUE(ledger.submit(encode(half()), {&ledger.a}, {opening}).has_value());
  tests::wait_until_kept(*ledger.sequencer);
  ledger.close();
  const auto backup = ledger.own_storage.contents();
  ASSERT_FALSE(ledger.open());
  ASSERT_TRUE(ledger.submit(declared, {&ledger.a}, {opening}).has_value());
  tests::wait_until_kept(*ledger.sequencer);
  ledger.close();
  MemoryStorage mirror;
  mirror.replace_contents(ledger.own_storage.contents());
  ledger.own_storage.replace_contents(backup);
  StorageFetcher source(mirror);
  const std::vector<crypto::NoteKey> keys{ledger.note_key()};
  const auto filled = refill(ledger.own_storage, source, keys);
  ASSERT_TRUE(filled) << filled.error().en;
  EXPECT_TRUE(filled->without_content.empty()) << "it is there";
  const auto problem = ledger.open();
  ASSERT_FALSE(problem) << problem->en;
  expect_kept_when_it_expires();
}

}  // namespace
}  // namespace liuhen::ledger
