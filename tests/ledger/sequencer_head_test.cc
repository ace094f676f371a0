// The writer and the head file: what it keeps there, when, and what it starts behind.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <semaphore>

#include "tests/ledger/answers.h"
#include "tests/test_ledger.h"

namespace liuhen::ledger {
namespace {

using tests::code_of;
using tests::receipt_of;
using tests::TestLedger;

// Does not write before it is told to.
class PatientHead final : public HeadFile {
 public:
  Result<std::optional<std::string>> read() override { return note; }
  Outcome write(const std::string& text) override {
    if (!gate.try_acquire_for(std::chrono::seconds(10)))
      return fail("head.io", "没有等到", "it was never told");
    note = text;
    ++writes;
    return ok();
  }
  std::optional<std::string> note;
  std::atomic<int> writes = 0;
  std::counting_semaphore<> gate{0};
};

TEST(Sequencer, ALoneIntentIsAnsweredAfterOneSync) {
  TestLedger ledger;
  PatientHead head;
  ledger.head = &head;
  head.gate.release();
  ASSERT_FALSE(ledger.open());
  EXPECT_EQ(head.writes, 1);
  EXPECT_EQ(receipt_of(ledger.submit_item("x")).position, 0u);
  EXPECT_EQ(ledger.own_storage.commits(), 1u);
  EXPECT_EQ(head.writes, 1) << "the answer did not wait for the head";
  EXPECT_EQ(ledger.sequencer->kept_checkpoint(), "");
  head.gate.release();
  tests::wait_until_kept(*ledger.sequencer);
  EXPECT_EQ(head.writes, 2);
  head.gate.release(10);
}

TEST(Sequencer, TheHeadIsKeptBeforeTheNextCommit) {
  TestLedger ledger;
  PatientHead head;
  ledger.head = &head;
  head.gate.release();
  ASSERT_FALSE(ledger.open());
  int kept = 0;
  ledger.sequencer->on_kept([&] { ++kept; });
  ASSERT_TRUE(ledger.submit_item("x"));
  auto next = std::async(std::launch::async, [&] { return ledger.submit_item("y"); });
  EXPECT_EQ(next.wait_for(std::chrono::milliseconds(200)), std::future_status::timeout);
  EXPECT_EQ(ledger.own_storage.commits(), 1u);
  head.gate.release(2);
  EXPECT_EQ(receipt_of(next.get()).position, 1u);
  ledger.sequencer->stop();
  EXPECT_EQ(kept, 2);
  EXPECT_EQ(*head.note, ledger.sequencer->kept_checkpoint());
}

class FailingHead final : public HeadFile {
 public:
  Result<std::optional<std::string>> read() override { return note; }
  Outcome write(const std::string& text) override {
    if (failing) return fail("head.io", "按测试要求出错", "failed as commanded");
    note = text;
    return ok();
  }
  std::optional<std::string> note;
  std::atomic<bool> failing = false;
};

TEST(Sequencer, AHeadThatCannotBeKeptStopsItAndMayLag) {
  TestLedger ledger;
  FailingHead head;
  ledger.head = &head;
  ASSERT_FALSE(ledger.open());
  ASSERT_TRUE(ledger.submit_item("x"));
  tests::wait_until_kept(*ledger.sequencer);
  const std::string kept = ledger.sequencer->checkpoint();
  head.failing = true;
  EXPECT_EQ(code_of(ledger.submit_item("y")), "") << "it is durable, whatever the head is";
  EXPECT_EQ(code_of(ledger.submit_item("z")), "ledger.stopped");
  EXPECT_EQ(ledger.sequencer->kept_checkpoint(), kept) << "witnesses see no other";
  head.failing = false;
  ASSERT_FALSE(ledger.open());
  EXPECT_TRUE(receipt_of(ledger.submit_item("y")).repeated);
  EXPECT_EQ(ledger.sequencer->size(), 2u);
}

// A new ledger's head is written before its first entry: a crash leaves it behind, never absent.
TEST(Sequencer, AnAbsentHeadIsOfANewLedgerOnly) {
  TestLedger ledger;
  FailingHead head;
  ledger.head = &head;
  head.failing = true;
  EXPECT_EQ(ledger.open().value().code, "head.io");
  EXPECT_EQ(ledger.own_storage.contents(), MemoryStorage::Contents{});
  head.failing = false;
  ASSERT_FALSE(ledger.open());
  EXPECT_EQ(crypto::open_checkpoint(*head.note, ledger.note_key())->checkpoint.size, 0u);
  head.failing = true;
  EXPECT_EQ(code_of(ledger.submit_item("x")), "");
  EXPECT_EQ(code_of(ledger.submit_item("y")), "ledger.stopped");
  ledger.close();
  head.failing = false;
  ASSERT_FALSE(ledger.open()) << "the first batch was committed and its head was not";
  EXPECT_EQ(ledger.sequencer->size(), 1u);
  EXPECT_EQ(*head.note, ledger.sequencer->checkpoint()) << "caught up";

  ledger.close();
  const auto contents = ledger.own_storage.contents();
  head.note.reset();
  EXPECT_EQ(ledger.open().value().code, "head.absent");
  EXPECT_FALSE(head.note);
  EXPECT_EQ(ledger.own_storage.contents(), contents);
}

TEST(Sequencer, AnAbsentHeadBesideAHalfSignedIntentIsRefused) {
  TestLedger ledger;
  ASSERT_FALSE(ledger.open());
  ASSERT_TRUE(ledger.submit(ledger.joint_item("half"), {&ledger.b}));
  ledger.close();
  MemoryHeadFile none;
  ledger.head = &none;
  EXPECT_EQ(ledger.open().value().code, "head.absent");
}

TEST(Sequencer, AHeadBehindByMoreThanOneBatchIsAnOldCopy) {
  TestLedger ledger;
  ASSERT_FALSE(ledger.open());
  std::vector<std::string> heads{*ledger.own_head.read().value()};
  for (const char* name : {"x", "y", "z"}) {
    ASSERT_TRUE(ledger.submit_item(name));
    tests::wait_until_kept(*ledger.sequencer);
    heads.push_back(*ledger.own_head.read().value());
  }
  ledger.close();
  for (std::size_t behind : {2U, 3U}) {
    ASSERT_TRUE(ledger.own_head.write(heads[3 - behind]));
    EXPECT_EQ(ledger.open().value().code, "head.stale") << behind;
    EXPECT_EQ(ledger.own_head.read().value(), heads[3 - behind]);
  }
  ASSERT_TRUE(ledger.own_head.write(heads[2]));
  EXPECT_FALSE(ledger.open());
  EXPECT_EQ(ledger.own_head.read().value(), heads[3]);
}

TEST(Sequencer, ARolledBackDatabaseIsCaughtByTheHeadFile) {
  TestLedger ledger;
  ASSERT_FALSE(ledger.open());
  ASSERT_TRUE(ledger.submit_item("x"));
  const auto backup = ledger.own_storage.contents();
  ASSERT_TRUE(ledger.submit_item("y"));
  ledger.close();
  ledger.own_storage.replace_contents(backup);
  EXPECT_EQ(ledger.open().value().code, "ledger.rolled_back");
  ledger.own_storage.replace_contents({});
  EXPECT_EQ(ledger.open().value().code, "ledger.rolled_back");
  EXPECT_EQ(ledger.own_storage.contents(), MemoryStorage::Contents{});

  // Another history, as long: signed by the same key, it must still not pass.
  TestLedger other;
  ASSERT_FALSE(other.open());
  ASSERT_TRUE(other.submit_item("p"));
  ASSERT_TRUE(other.submit_item("q"));
  other.close();
  ledger.own_storage.replace_contents(other.own_storage.contents());
  EXPECT_EQ(ledger.open().value().code, "ledger.rolled_back");

  ASSERT_TRUE(ledger.own_head.write("not a note"));
  EXPECT_EQ(ledger.open().value().code, "head.damaged");
}

}  // namespace
}  // namespace liuhen::ledger
