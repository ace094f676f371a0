// Content that a half-signed intent brought stays when that goes, if an entry commits to it or
// needs it.
#include <gtest/gtest.h>

#include <future>

#include "ledger/content_block.h"
#include "ledger/content_rules.h"
#include "ledger/log_reader.h"
#include "ledger/refill.h"
#include "tests/ledger/slow_storage.h"
#include "tests/test_ledger.h"

namespace liuhen::ledger {
namespace {

using tests::TestLedger;

// Takes everything, content that comes late too. Of items it asks for what is `asked`.
class TakesLate final : public Admission, public ContentRules {
 public:
  Outcome admit(const Event&, const crypto::TreeHistory&) const override { return ok(); }
  void apply(const Event&) override {}
  Outcome check_content(const Event& event, const Unstored& unstored) const override {
    if (event.tag() == PayloadTag::ItemListed) shown = unstored(asked) != nullptr;
    return ok();
  }
  bool takes_late(const Hash&) const override { return true; }

  Hash asked{};
  mutable bool shown = false;
};

struct PendingContent : testing::Test {
  // Half signed, it brings content of the same commitment.
  schema::IntentT half() { return half_named("half"); }
  schema::IntentT other_half(std::uint64_t later_s) {
    auto intent = half_named("other");
    intent.expires += later_s;
    return intent;
  }
  schema::IntentT half_named(const std::string& name) {
    const crypto::SigningKey* const authors[] = {&ledger.a, &ledger.b};
    auto intent = tests::intent_frame(authors, name, "conflict/" + name);
    schema::ConflictDeclaredT conflict;
    conflict.commitment = tests::bytes_of(opening.commitment);
    conflict.unit = "370202";
    intent.payload.Set(std::move(conflict));
    return intent;
  }
  // As an entry's.
  bool is_there() { return ledger.restricted->get(opening.commitment).value().has_value(); }
  bool has_half_signed(const Bytes& intent) {
    return has_half_signed_content(ledger.own_storage, crypto::sha256(intent)).value();
  }
  void expect_kept_when_it_expires() {
    EXPECT_EQ(ledger.sequencer->pending().size(), 1U);
    EXPECT_TRUE(is_there());
    expire();
    EXPECT_TRUE(is_there());
    EXPECT_FALSE(has_half_signed(encode(half())));
  }
  void expire() {
    ledger.clock.now = half().expires + 1;
    const crypto::SigningKey* const one[] = {&ledger.a};
    auto later = tests::intent_frame(one, "later", "item/later");
    later.expires = ledger.clock.now + 10;
    later.payload.Set(schema::ItemPublishedT());
    ASSERT_TRUE(ledger.submit(encode(later), {&ledger.a}).has_value());
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
  Bytes revocation_of_a() {
    schema::KeyRevokedT revoked;
    revoked.key = tests::bytes_of(ledger.a.public_key());
    const crypto::SigningKey* const author[] = {&ledger.b};
    auto intent = tests::intent_frame(author, "revoked", "key/a");
    intent.payload.Set(std::move(revoked));
    return encode(intent);
  }
  // Alone, under its commitment.
  void open_as_an_earlier_version_kept_it() {
    ASSERT_FALSE(ledger.open());
    ASSERT_TRUE(ledger.submit(encode(half()), {&ledger.a}, {opening}).has_value());
    tests::wait_until_kept(*ledger.sequencer);
    ledger.close();
    const Hash hash = crypto::sha256(encode(half()));
    Batch batch;
    put_each(
        half_signed_content(ledger.own_storage, hash).value(), [](const Hash&) { return true; },
        batch);
    put_half_signed(hash, {}, batch);
    ASSERT_TRUE(ledger.own_storage.commit(batch));
    const auto opened = ledger.open();
    ASSERT_FALSE(opened) << opened->en;
  }
  // Backed up with the half-signed one; what comes then is the mirror's alone.
  Refill filled_after_a_backup(
      const Bytes& then, const crypto::SigningKey& key,
      const std::function<void()>& before = [] {}) {
    LIUHEN_CHECK(!ledger.open());
    LIUHEN_CHECK(ledger.submit_item("0").has_value());
    before();
    LIUHEN_CHECK(ledger.submit(encode(half()), {&ledger.a}, {opening}).has_value());
    tests::wait_until_kept(*ledger.sequencer);
    ledger.close();
    const auto backup = ledger.own_storage.contents();
    LIUHEN_CHECK(!ledger.open());
    LIUHEN_CHECK(ledger.submit(then, {&key}).has_value());
    tests::wait_until_kept(*ledger.sequencer);
    ledger.close();
    MemoryStorage mirror;
    mirror.replace_contents(ledger.own_storage.contents());
    ledger.own_storage.replace_contents(backup);
    StorageFetcher source(mirror);
    const std::vector<crypto::NoteKey> keys{ledger.note_key()};
    auto filled = refill(ledger.own_storage, source, keys);
    LIUHEN_CHECK(filled.has_value());
    const auto problem = ledger.open();
    EXPECT_FALSE(problem) << problem->en;
    return std::move(*filled);
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
  const Opening second = tests::opening_of("second");
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
  EXPECT_TRUE(has_half_signed(encode(half()))) << "it was acknowledged";
  EXPECT_FALSE(is_there());
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

TEST_F(PendingContent, IsShownToNoOtherEvent) {
  rules.asked = opening.commitment;
  begin_batch();
  submit(declared, {});
  submit(encode(half()), {opening});
  submit(ledger.item("in-its-batch"), {});
  done();
  EXPECT_FALSE(rules.shown);
  EXPECT_FALSE(is_there());
  EXPECT_TRUE(has_half_signed(encode(half())));
  expire();
  EXPECT_FALSE(has_half_signed(encode(half())));
}

TEST_F(PendingContent, IsTheEntrysOnceAllHaveSigned) {
  open_with_rules();
  ASSERT_TRUE(ledger.submit(encode(half()), {&ledger.a}, {opening}).has_value());
  ASSERT_TRUE(ledger.submit(encode(half()), {&ledger.b}).has_value());
  EXPECT_TRUE(is_there());
  EXPECT_FALSE(has_half_signed(encode(half())));
}

TEST_F(PendingContent, IsTheEntrysThoughAllCameInOneBatchWithAnotherThatGoes) {
  begin_batch();
  submit(encode(half()), {opening});
  submit(encode(half()), ledger.b, {});
  submit(encode(other_half(0)), {opening});
  done();
  expect_kept_when_it_expires();
}

// Each has its own: the first goes, and the other becomes an entry.
TEST_F(PendingContent, OfTwoIsEachOnesOwn) {
  open_with_rules();
  ASSERT_TRUE(ledger.submit(encode(half()), {&ledger.a}, {opening}).has_value());
  const Bytes other = encode(other_half(1'000));
  ASSERT_TRUE(ledger.submit(other, {&ledger.a}, {opening}).has_value());
  expire();
  EXPECT_TRUE(has_half_signed(other));
  ASSERT_TRUE(ledger.submit(other, {&ledger.b}).has_value());
  EXPECT_TRUE(is_there());
}

// Beside an import of the same batch, which has it in its block.
TEST_F(PendingContent, IsTheEntrysThoughABlockOfItsBatchHasTheSame) {
  begin_batch();
  submit(tests::import_intent({&ledger.a}, "rows", {opening, second}), {opening, second});
  submit(encode(half()), {opening});
  submit(declared, {});
  submit(declared, {opening});
  done();
  EXPECT_TRUE(is_there()) << "the declaration's, which was handed in";
  ASSERT_TRUE(ledger.submit(encode(half()), {&ledger.b}).has_value());
}

TEST_F(PendingContent, OfAnImportThatIsRepeatedInItsBatchIsKeptOnce) {
  begin_batch();
  const Bytes rows = tests::import_intent({&ledger.a}, "rows", {opening, second});
  for (int i = 0; i < 3; ++i) submit(rows, {opening, second});
  done();
  EXPECT_FALSE(is_there()) << "it is in the block";
  EXPECT_TRUE(BlockReader(*ledger.restricted).get(opening.commitment, 1).value().has_value());
}

// Whoever signed half of it signs nothing any more.
TEST_F(PendingContent, GoesWithItsSigner) {
  ASSERT_FALSE(ledger.open());
  ASSERT_TRUE(ledger.submit(encode(half()), {&ledger.a}, {opening}).has_value());
  ledger.close();
  begin_batch();
  submit(revocation_of_a(), ledger.b, {});
  submit(tests::conflict_intent(ledger.b, "whole", opening.commitment), ledger.b, {});
  done();
  EXPECT_FALSE(has_half_signed(encode(half())));
  EXPECT_FALSE(is_there()) << "the entry brought none";
}

TEST_F(PendingContent, IsErasedWithAnEntrysOfTheSame) {
  open_with_rules();
  ASSERT_TRUE(ledger.submit(declared, {&ledger.a}, {opening}).has_value());
  ASSERT_TRUE(ledger.submit(encode(half()), {&ledger.a}, {opening}).has_value());
  ASSERT_TRUE(
      ledger.submit(ledger.erase_intent("e", {opening.commitment}), {&ledger.a}).has_value());
  EXPECT_FALSE(is_there());
  EXPECT_FALSE(has_half_signed(encode(half())));
  EXPECT_TRUE(ledger.sequencer->pending().front()->opened.empty());
  ledger.close();
  open_with_rules();  // what is stored is as it should be
  ASSERT_TRUE(ledger.submit(encode(half()), {&ledger.b}).has_value());
  EXPECT_FALSE(is_there());
}

TEST_F(PendingContent, IsLookedAtWhenALedgerIsOpened) {
  ASSERT_FALSE(ledger.open());
  ASSERT_TRUE(ledger.submit(encode(half()), {&ledger.a}, {opening}).has_value());
  ledger.close();
  const auto sound = ledger.own_storage.contents();
  for (const Family family : {Family::restricted, Family::record_keys}) {
    const auto of = [&](MemoryStorage::Contents & all) -> auto& {
      return all[static_cast<std::size_t>(family)];
    };
    auto changed = sound;
    of(changed).begin()->second[40] ^= 1;
    auto gone = sound;
    of(gone).clear();
    auto anothers = sound;
    const auto value = of(anothers).begin()->second;
    of(anothers).clear();
    of(anothers)[std::string(kHalfSignedPrefix) + std::string(32, 'x')] = value;
    for (const auto& contents : {changed, gone, anothers}) {
      ledger.own_storage.replace_contents(contents);
      const auto refused = ledger.open();
      ASSERT_TRUE(refused);
      EXPECT_EQ(refused->code, "ledger.mismatch");
    }
  }
  ledger.own_storage.replace_contents(sound);
  EXPECT_FALSE(ledger.open());
}

TEST_F(PendingContent, OfAnEarlierVersionGoesWithIt) {
  open_as_an_earlier_version_kept_it();
  expire();
  EXPECT_FALSE(is_there());
  EXPECT_FALSE(has_half_signed(encode(half())));
  EXPECT_FALSE(ledger.open());
}

TEST_F(PendingContent, OfAnEarlierVersionIsTheEntrysOnceAllHaveSigned) {
  open_as_an_earlier_version_kept_it();
  ASSERT_TRUE(ledger.submit(encode(half()), {&ledger.b}).has_value());
  expire();
  EXPECT_TRUE(is_there());
  EXPECT_FALSE(ledger.open());
}

TEST_F(PendingContent, OfAnEarlierVersionIsNoOtherEntrys) {
  open_as_an_earlier_version_kept_it();
  ASSERT_TRUE(ledger.submit(declared, {&ledger.a}, {opening}).has_value());
  expire();
  EXPECT_TRUE(is_there()) << "the entry brought its own";
  EXPECT_FALSE(ledger.open());
}

TEST_F(PendingContent, OfAnEarlierVersionThatIsBroughtAgainGoesWhole) {
  open_as_an_earlier_version_kept_it();
  ASSERT_TRUE(ledger.submit(encode(half()), {&ledger.a}, {opening}).has_value());
  ASSERT_FALSE(ledger.open());
  expire();
  EXPECT_FALSE(is_there());
  const auto again = ledger.open();
  EXPECT_FALSE(again) << again->en;
}

TEST_F(PendingContent, IsTheEntrysThatIsFilledInAfterABackup) {
  const auto filled = filled_after_a_backup(encode(half()), ledger.b);
  EXPECT_TRUE(filled.without_content.empty());
  EXPECT_TRUE(ledger.sequencer->pending().empty());
  EXPECT_TRUE(is_there());
}

// It says what it lacks, and does not count on what goes.
TEST_F(PendingContent, IsNoOtherEntrysThatIsFilledInAfterABackup) {
  const auto filled = filled_after_a_backup(declared, ledger.a);
  EXPECT_EQ(filled.without_content.size(), 1U);
  EXPECT_EQ(ledger.sequencer->pending().size(), 1U);
  EXPECT_FALSE(is_there());
  EXPECT_TRUE(has_half_signed(encode(half())));
}

TEST_F(PendingContent, IsErasedByAnEntryThatIsFilledIn) {
  const auto before = [this] {
    LIUHEN_CHECK(ledger.submit(declared, {&ledger.a}, {opening}).has_value());
  };
  std::ignore =
      filled_after_a_backup(ledger.erase_intent("e", {opening.commitment}), ledger.a, before);
  EXPECT_FALSE(is_there());
  EXPECT_FALSE(has_half_signed(encode(half())));
}

TEST_F(PendingContent, GoesWithASignerWhoseRevocationIsFilledIn) {
  std::ignore = filled_after_a_backup(revocation_of_a(), ledger.b);
  EXPECT_TRUE(ledger.sequencer->pending().empty());
  EXPECT_FALSE(has_half_signed(encode(half())));
}

}  // namespace
}  // namespace liuhen::ledger
