// A ledger restored from a backup that is older than its last signed head.
#include "ledger/loss.h"

#include <gtest/gtest.h>

#include "tests/test_ledger.h"

namespace liuhen::ledger {
namespace {

using tests::TestLedger;

std::string code_of(const Result<Answer>& answer) { return answer ? "" : answer.error().code; }

Bytes loss_intent(const TestLedger& ledger, const std::string& lost_note,
                  std::vector<const crypto::SigningKey*> authors = {}) {
  if (authors.empty()) authors = {&ledger.a};
  auto intent = tests::intent_frame(authors, "loss", kLossAbout);
  schema::EvidenceAttachedT payload;
  payload.about = kLossAbout;
  payload.kind = kLossKind;
  const Hash hash = loss_hash(lost_note);
  payload.sha256.assign(hash.begin(), hash.end());
  intent.payload.Set(std::move(payload));
  return encode(intent);
}

TEST(Sequencer, AfterALossNothingIsTakenOrSignedBeforeTheEventThatSaysSo) {
  TestLedger ledger;
  ASSERT_FALSE(ledger.open());
  ASSERT_TRUE(ledger.submit_item("x"));
  tests::wait_until_kept(*ledger.sequencer);
  const std::string first = ledger.own_head.read().value().value();
  const auto backup = ledger.own_storage.contents();
  ASSERT_TRUE(ledger.submit_item("y"));
  tests::wait_until_kept(*ledger.sequencer);
  const std::string lost = ledger.own_head.read().value().value();
  ledger.own_storage.replace_contents(backup);
  EXPECT_EQ(ledger.open().value().code, "ledger.rolled_back");

  ledger.accept_loss = true;
  ASSERT_FALSE(ledger.open());
  EXPECT_EQ(code_of(ledger.submit_item("z")), "ledger.undecided");
  EXPECT_EQ(code_of(ledger.submit(ledger.joint_item("half"), {&ledger.a})), "ledger.undecided");
  EXPECT_EQ(code_of(ledger.submit(loss_intent(ledger, first), {&ledger.a})), "ledger.undecided");
  EXPECT_EQ(ledger.sequencer->checkpoint(), first);
  EXPECT_EQ(ledger.own_head.read().value(), lost);
  EXPECT_EQ(ledger.own_storage.contents(), backup);
  ASSERT_FALSE(ledger.open());  // opening alone decides nothing
  EXPECT_EQ(ledger.own_head.read().value(), lost);

  const auto decided = ledger.submit(loss_intent(ledger, lost), {&ledger.a});
  ASSERT_TRUE(decided) << decided.error().en;
  EXPECT_EQ(std::get<Receipt>(*decided).position, 1u);
  ASSERT_TRUE(ledger.submit_item("z"));
  ledger.accept_loss = false;
  ASSERT_FALSE(ledger.open());
  EXPECT_EQ(ledger.sequencer->size(), 3u);
}

TEST(Sequencer, AcceptingALossExcusesNothingElse) {
  TestLedger ledger;
  ASSERT_FALSE(ledger.open());
  ASSERT_TRUE(ledger.submit_item("x"));
  ledger.accept_loss = true;
  ASSERT_FALSE(ledger.open());  // none
  ASSERT_TRUE(ledger.submit_item("y"));
  ledger.close();
  ASSERT_TRUE(ledger.own_head.write("not a note"));
  EXPECT_EQ(ledger.open().value().code, "head.damaged");
}

// A head of another history, of `lost_size` entries, over a log of one.
struct TwoHistories {
  TestLedger ledger;
  std::string first, lost;

  explicit TwoHistories(std::uint64_t lost_size) {
    TestLedger other;
    LIUHEN_CHECK(!ledger.open() && !other.open());
    LIUHEN_CHECK(ledger.submit_item("x").has_value());
    for (std::uint64_t i = 0; i < lost_size; ++i)
      LIUHEN_CHECK(other.submit_item("p" + std::to_string(i)).has_value());
    first = ledger.sequencer->checkpoint();
    ledger.close();
    tests::wait_until_kept(*other.sequencer);
    lost = other.own_head.read().value().value();
    LIUHEN_CHECK(ledger.own_head.write(lost).has_value());
  }
};

TEST(Sequencer, AHeadThatReachesNoFurtherThanTheLogCanBeDeclaredLostToo) {
  for (const std::uint64_t size : {1, 2, 3}) {
    TwoHistories both(size);
    TestLedger& ledger = both.ledger;
    EXPECT_EQ(ledger.open().value().code, "ledger.rolled_back") << size;
    ledger.accept_loss = true;
    ASSERT_FALSE(ledger.open()) << size;
    EXPECT_EQ(code_of(ledger.submit_item("z")), "ledger.undecided");
    EXPECT_EQ(code_of(ledger.submit(loss_intent(ledger, both.first), {&ledger.a})),
              "ledger.undecided");
    ASSERT_TRUE(ledger.submit(loss_intent(ledger, both.lost), {&ledger.a}));
    ASSERT_TRUE(ledger.submit_item("z"));
    ledger.accept_loss = false;
    ASSERT_FALSE(ledger.open());
    EXPECT_EQ(ledger.sequencer->size(), 3U);
  }
}

// A head file that cannot be replaced any more, as if the machine had stopped there.
class StuckHead final : public HeadFile {
 public:
  explicit StuckHead(HeadFile& under) : under_(under) {}
  Result<std::optional<std::string>> read() override { return under_.read(); }
  Outcome write(const std::string&) override { return fail("head.io", "坏了", "broken"); }

 private:
  HeadFile& under_;
};

TEST(Sequencer, AStopBetweenTheEventAndTheHeadFileIsMadeUpFor) {
  for (const std::uint64_t size : {1, 2, 3}) {
    for (const bool asked_again : {false, true}) {
      TwoHistories both(size);
      TestLedger& ledger = both.ledger;
      StuckHead stuck(ledger.own_head);
      ledger.head = &stuck;
      ledger.accept_loss = true;
      ASSERT_FALSE(ledger.open());
      ASSERT_TRUE(ledger.submit(loss_intent(ledger, both.lost), {&ledger.a}));
      ledger.close();
      ASSERT_EQ(ledger.own_head.read().value(), both.lost);
      EXPECT_TRUE(was_just_declared_lost(ledger.own_storage, loss_hash(both.lost)).value());
      ledger.head = &ledger.own_head;
      ledger.accept_loss = asked_again;
      ASSERT_FALSE(ledger.open()) << size;
      EXPECT_EQ(ledger.own_head.read().value(), ledger.sequencer->checkpoint());
      EXPECT_EQ(code_of(ledger.submit(loss_intent(ledger, both.lost), {&ledger.a})), "");
      EXPECT_EQ(ledger.sequencer->size(), 2U);  // the same intent again is no second entry
      ASSERT_TRUE(ledger.submit_item("z"));
    }
  }
}

TEST(Sequencer, ALossOfLongAgoExcusesNoOldHead) {
  for (const std::uint64_t size : {1, 3, 9}) {
    TwoHistories both(size);
    TestLedger& ledger = both.ledger;
    ledger.accept_loss = true;
    ASSERT_FALSE(ledger.open());
    ASSERT_TRUE(ledger.submit(loss_intent(ledger, both.lost), {&ledger.a}));
    ASSERT_TRUE(ledger.submit_item("z"));
    ledger.close();
    ASSERT_TRUE(ledger.own_head.write(both.lost));
    EXPECT_EQ(ledger.open().value().code, "head.stale") << size;
    ledger.accept_loss = false;
    EXPECT_EQ(ledger.open().value().code, "head.stale") << size;
  }
}

TEST(Sequencer, AHalfSignedLossIsNotKeptWaiting) {
  TwoHistories both(3);
  TestLedger& ledger = both.ledger;
  ledger.accept_loss = true;
  ASSERT_FALSE(ledger.open());
  const auto before = ledger.own_storage.contents();
  EXPECT_EQ(
      code_of(ledger.submit(loss_intent(ledger, both.lost, {&ledger.a, &ledger.b}), {&ledger.a})),
      "ledger.undecided");
  EXPECT_EQ(ledger.own_storage.contents(), before);
}

TEST(Sequencer, NobodyRecordsALossWhereNothingIsLost) {
  TestLedger ledger;
  ASSERT_FALSE(ledger.open());
  ASSERT_TRUE(ledger.submit_item("x"));
  const std::string head = ledger.sequencer->checkpoint();
  EXPECT_EQ(code_of(ledger.submit(loss_intent(ledger, head), {&ledger.a})), "restore.no_loss");
  EXPECT_EQ(ledger.sequencer->size(), 1u);
}

}  // namespace
}  // namespace liuhen::ledger
