// A stored snapshot is read as it was written, or not at all.
#include "ledger/snapshot.h"

#include <gtest/gtest.h>

#include "ledger/memory_storage.h"
#include "tests/test_ledger.h"
#include "tests/worked_example.h"

namespace liuhen::ledger {
namespace {

constexpr auto kAt = static_cast<std::size_t>(Family::snapshots);
const Hash kFold = crypto::sha256(view_of("these sources"));

class Snapshot : public ::testing::Test {
 protected:
  // A snapshot of some size whose content is so many bytes that depend on its size.
  Bytes content(std::uint64_t size, std::size_t bytes) {
    Bytes out(bytes);
    for (std::size_t i = 0; i < bytes; ++i) out[i] = static_cast<std::uint8_t>(i * 7 + size);
    return out;
  }
  Outcome write(std::uint64_t size, std::size_t bytes, const Hash& fold = kFold,
                const std::string& origin = tests::kOrigin) {
    SnapshotWriter writer(storage_, size);
    const Bytes all = content(size, bytes);
    for (std::size_t at = 0; at < all.size(); at += 333'333)
      writer.write(View(all).subspan(at, std::min<std::size_t>(333'333, all.size() - at)));
    return writer.finish({.fold = fold,
                          .origin = origin,
                          .size = size,
                          .root = crypto::sha256(view_of("root")),
                          .digest = crypto::sha256(view_of("digest")),
                          .bytes = 0,
                          .chunks = {}},
                         key_);
  }
  Result<std::optional<SnapshotReader>> open() {
    return SnapshotReader::open(storage_, key_.public_key(), tests::kOrigin, kFold);
  }
  // The size of what is there and whole; 0 if there is nothing that can be used.
  std::uint64_t readable() {
    auto reader = open();
    if (!reader || !*reader) return 0;
    const SnapshotHead head = (*reader)->head();
    Bytes out(head.bytes);
    (*reader)->read(out);
    if (!(*reader)->outcome()) return 0;
    EXPECT_EQ(out, content(head.size, head.bytes));
    return head.size;
  }

  MemoryStorage storage_;
  crypto::SigningKey key_ = tests::key_of("platform");
};

TEST_F(Snapshot, IsReadAsItWasWritten) {
  EXPECT_FALSE(open().value().has_value());
  for (const std::size_t bytes : {std::size_t{0}, std::size_t{1}, kSnapshotChunkBytes,
                                  kSnapshotChunkBytes + 1, 3 * kSnapshotChunkBytes + 5}) {
    ASSERT_TRUE(write(bytes + 1, bytes));
    EXPECT_EQ(readable(), bytes + 1);
    auto reader = open().value().value();
    EXPECT_EQ(reader.left(), bytes);
    Bytes more(bytes + 1);
    reader.read(more);
    EXPECT_EQ(reader.outcome().error().code, "snapshot.damaged") << "there is no more";
    EXPECT_EQ(reader.left(), 0U);
    EXPECT_EQ(storage_.contents()[kAt].size(),
              1 + (bytes + kSnapshotChunkBytes - 1) / kSnapshotChunkBytes)
        << "what was before is gone";
  }
  ASSERT_TRUE(drop_snapshot(storage_));
  EXPECT_TRUE(storage_.contents()[kAt].empty());
  EXPECT_FALSE(open().value().has_value());
}

TEST_F(Snapshot, ChangedAnywhereIsNotRead) {
  ASSERT_TRUE(write(9, 2 * kSnapshotChunkBytes + 100));
  const auto sound = storage_.contents();
  for (const auto& [key, value] : sound[kAt]) {
    const std::size_t step = value.size() > 4'096 ? 99'991 : 1;
    for (std::size_t at = 0; at < value.size(); at += step) {
      auto contents = sound;
      char& byte = contents[kAt][key][at];
      byte = static_cast<char>(byte ^ (1 << at % 8));
      storage_.replace_contents(std::move(contents));
      ASSERT_EQ(readable(), 0U) << "byte " << at;
    }
    for (const std::size_t left : {std::size_t{0}, value.size() / 2, value.size() - 1}) {
      auto contents = sound;
      contents[kAt][key].resize(left);
      storage_.replace_contents(std::move(contents));
      ASSERT_EQ(readable(), 0U) << "cut to " << left;
    }
    auto contents = sound;
    contents[kAt][key].push_back('\0');
    storage_.replace_contents(contents);
    EXPECT_EQ(readable(), 0U) << "longer";
    contents[kAt].erase(key);
    storage_.replace_contents(contents);
    EXPECT_EQ(readable(), 0U) << "absent";
  }
  storage_.replace_contents(sound);
  EXPECT_EQ(readable(), 9U);
}

TEST_F(Snapshot, SignedByAnotherOfAnotherLogOrByAnotherProgramIsNotRead) {
  ASSERT_TRUE(write(5, 10, crypto::sha256(view_of("other sources"))));
  EXPECT_EQ(open().error().code, "snapshot.other");
  ASSERT_TRUE(write(5, 10, kFold, "liuhen.example/elsewhere"));
  EXPECT_EQ(open().error().code, "snapshot.other");
  ASSERT_TRUE(write(5, 10));
  EXPECT_EQ(readable(), 5U);
  key_ = tests::key_of("somebody");
  EXPECT_EQ(open().error().code, "snapshot.damaged");
}

// Wherever the writer is killed, the one that was there is still whole, or the new one is.
TEST_F(Snapshot, BrokenOffWhileItIsWrittenLeavesTheOneBefore) {
  std::set<std::uint64_t> left;
  std::uint64_t step = 1;
  for (bool whole = false; !whole; ++step) {
    storage_.replace_contents({});
    storage_.heal();
    ASSERT_TRUE(write(4, 3 * kSnapshotChunkBytes));
    storage_.fail_cache(step);
    whole = write(6, 2 * kSnapshotChunkBytes + 1).has_value();
    storage_.heal();
    left.insert(readable());
    ASSERT_NE(readable(), 0U) << step;
    ASSERT_TRUE(write(8, 10));  // takes away what was left lying about
    EXPECT_EQ(storage_.contents()[kAt].size(), 2U);
  }
  EXPECT_EQ(left, (std::set<std::uint64_t>{4, 6}));
  EXPECT_GT(step, 5U);
}

TEST(SnapshotFormat, IsWhatThePageSays) {
  const auto example = tests::worked_example("docs/formats/snapshot.md", "Worked example");
  MemoryStorage storage;
  SnapshotWriter writer(storage, 258);
  writer.write(view_of("abc"));
  ASSERT_TRUE(writer.finish({.fold = crypto::sha256(view_of("fold")),
                             .origin = tests::kOrigin,
                             .size = 258,
                             .root = crypto::sha256(view_of("root")),
                             .digest = crypto::sha256(view_of("digest")),
                             .bytes = 0,
                             .chunks = {}},
                            tests::key_of("platform")));
  const auto contents = storage.contents()[kAt];
  ASSERT_EQ(contents.size(), 2U);
  EXPECT_EQ(to_hex(view_of(contents.begin()->first)), example.at("chunk key"));
  EXPECT_EQ(to_hex(view_of(contents.begin()->second)), example.at("chunk"));
  EXPECT_EQ(to_hex(view_of(contents.at("head"))), example.at("head"));
}

// ---- a log that is opened from one ----

// The fold of the first entries of what is stored, by way of a snapshot.
std::unique_ptr<LogFold> stored_fold(Storage& of, std::uint64_t size) {
  LogFold fold(tests::kOrigin);
  for (std::uint64_t i = 0; i < size; ++i) {
    const std::string entry = of.get(Family::entries, key_of_number(i)).value().value();
    const Bytes bytes(entry.begin(), entry.end());
    fold.append(Event::parse(bytes).value());
  }
  const crypto::SigningKey key = tests::key_of("platform");
  MemoryStorage storage;
  SnapshotWriter writer(storage, size);
  write_fold(fold, writer);
  EXPECT_TRUE(writer.finish({.fold = kFold,
                             .origin = tests::kOrigin,
                             .size = size,
                             .root = fold.tree().root(),
                             .digest = {},
                             .bytes = 0,
                             .chunks = {}},
                            key));
  auto reader = SnapshotReader::open(storage, key.public_key(), tests::kOrigin, kFold).value();
  auto back = read_fold(*reader);
  EXPECT_EQ(reader->left(), 0U);
  return std::move(back.value());
}

// A ledger with what another has stored, opened from a snapshot.
class Reopened {
 public:
  Reopened(tests::TestLedger& from, std::unique_ptr<LogFold> begun) {
    from.close();
    ledger.own_storage.replace_contents(from.own_storage.contents());
    LIUHEN_CHECK(ledger.own_head.write(from.own_head.read().value().value()).has_value());
    ledger.restricted =
        std::make_unique<RestrictedStore>(ledger.own_storage, ledger.master_key, ledger.entropy);
    ledger.admission = std::make_unique<tests::EmptyAdmission>();
    begin = ledger.admission->applied = begun->size();
    auto opened = Sequencer::open(
        ledger.own_storage, ledger.own_head, *ledger.restricted, *ledger.admission, ledger.clock,
        {.origin = tests::kOrigin, .log_key = &ledger.log_key}, {}, std::move(begun));
    if (!opened) {
      error = opened.error();
    } else {
      ledger.sequencer = std::move(*opened);
      replayed = ledger.admission->applied - begin;
    }
  }

  tests::TestLedger ledger;
  std::optional<Error> error;
  std::uint64_t begin = 0, replayed = 0;
};

TEST(FromSnapshot, ALogGoesOnAsFromZero) {
  tests::TestLedger filled;
  filled.fill();
  for (const std::uint64_t size : {0U, 1U, 17U, 39U, 40U}) {
    Reopened reopened(filled, stored_fold(filled.own_storage, size));
    ASSERT_FALSE(reopened.error) << reopened.error->en;
    EXPECT_EQ(reopened.replayed, 40 - size);
    tests::TestLedger& ledger = reopened.ledger;
    EXPECT_EQ(ledger.sequencer->size(), 40U);
    EXPECT_EQ(ledger.sequencer->pending().size(), 1U);
    const auto again = ledger.submit_item("item-3");
    EXPECT_TRUE(std::get<Receipt>(again.value()).repeated) << "uses of ids are known";
    EXPECT_EQ(std::get<Receipt>(ledger.submit_item("next").value()).position, 40U);
    tests::wait_until_kept(*ledger.sequencer);
    EXPECT_FALSE(ledger.open()) << "everything stored is as it should be";
  }
}

TEST(FromSnapshot, OfMoreThanIsStoredOrOfAnotherHistoryItIsNotUsed) {
  tests::TestLedger filled, shorter, other;
  filled.fill();
  ASSERT_FALSE(shorter.open());
  ASSERT_FALSE(other.open());
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(shorter.submit_item("item-" + std::to_string(i)));
    ASSERT_TRUE(other.submit_item("other-" + std::to_string(i)));
  }
  Reopened rolled_back(shorter, stored_fold(filled.own_storage, 40));
  ASSERT_TRUE(rolled_back.error);
  EXPECT_NE(rolled_back.error->en.find("snapshot.other"), std::string::npos);
  Reopened elsewhere(other, stored_fold(shorter.own_storage, 10));
  ASSERT_TRUE(elsewhere.error);
  EXPECT_NE(elsewhere.error->en.find("snapshot.other"), std::string::npos);
  Reopened same(shorter, stored_fold(filled.own_storage, 10));
  EXPECT_FALSE(same.error);
}

// Of what follows the snapshot nothing is taken on trust.
TEST(FromSnapshot, WhatFollowsItIsCheckedAsEver) {
  tests::TestLedger filled;
  filled.fill();
  const auto sound = filled.own_storage.contents();
  for (const std::uint64_t position : {20U, 30U, 39U}) {
    auto contents = sound;
    contents[static_cast<std::size_t>(Family::entries)][key_of_number(position)].back() ^= 1;
    filled.own_storage.replace_contents(sound);
    auto begun = stored_fold(filled.own_storage, 20);
    filled.own_storage.replace_contents(std::move(contents));
    Reopened reopened(filled, std::move(begun));
    ASSERT_TRUE(reopened.error) << position;
    EXPECT_EQ(reopened.error->code, "ledger.mismatch");
  }
}

}  // namespace
}  // namespace liuhen::ledger
