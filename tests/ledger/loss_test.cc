// A ledger restored from a backup that is older than its last signed head.
#include "ledger/loss.h"

#include <gtest/gtest.h>

#include "tests/test_ledger.h"

namespace liuhen::ledger {
namespace {

using tests::TestLedger;

std::string code_of(const Result<Answer>& answer) { return answer ? "" : answer.error().code; }

Bytes loss_intent(const TestLedger& ledger, const std::string& lost_note) {
  const crypto::SigningKey* const authors[] = {&ledger.a};
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
  TestLedger ledger, other;
  ASSERT_FALSE(ledger.open());
  ASSERT_TRUE(ledger.submit_item("x"));
  ledger.accept_loss = true;
  ASSERT_FALSE(ledger.open());  // none
  ASSERT_TRUE(ledger.submit_item("y"));
  ledger.close();
  ASSERT_FALSE(other.open());
  ASSERT_TRUE(other.submit_item("p"));
  ASSERT_TRUE(other.submit_item("q"));
  other.close();
  ledger.own_storage.replace_contents(other.own_storage.contents());
  EXPECT_EQ(ledger.open().value().code, "ledger.rolled_back");
  ASSERT_TRUE(ledger.own_head.write("not a note"));
  EXPECT_EQ(ledger.open().value().code, "head.damaged");
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
