#include "ledger/content_block.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "ledger/memory_storage.h"
#include "ledger/rocksdb_storage.h"
#include "tests/test_ledger.h"

namespace liuhen::ledger {
namespace {

using tests::opening_of;
using tests::TestLedger;

constexpr Family kFamiliesOfContent[] = {Family::restricted, Family::record_keys};

class ContentBlock : public ::testing::Test {
 protected:
  void put(std::uint64_t position, const std::vector<Opening>& openings) {
    Batch batch;
    put_block(position, seal(store_, openings), batch);
    ASSERT_TRUE(storage_.commit(batch));
  }
  void erase(const Hash& commitment, std::uint64_t by) {
    Batch batch;
    ASSERT_TRUE(erase_in_blocks(storage_, {{commitment, by}}, batch));
    ASSERT_TRUE(storage_.commit(batch));
  }
  Result<std::optional<Opening>> opened(std::uint64_t position, const Opening& opening) {
    return open_in_block(storage_, master_, position, opening.commitment);
  }
  bool is_open(std::uint64_t position, const Opening& opening) {
    const auto got = opened(position, opening);
    return got && *got && (*got)->bytes == opening.bytes && (*got)->salt == opening.salt;
  }
  std::string sealed_key(std::uint64_t position, const Opening& opening) {
    const std::string value =
        storage_.get(Family::record_keys, key_of_number(position)).value().value();
    const auto records = read_block(value).value();
    for (const BlockRecord& record : records) {
      if (record.commitment == text_of(opening.commitment)) return std::string(record.sealed);
    }
    return {};
  }

  const Opening one_ = opening_of("一号地址"), two_ = opening_of(""), three_ = opening_of("电话");
  MemoryStorage storage_;
  tests::CountingEntropy entropy_;
  crypto::Secret<32> master_{crypto::sha256(view_of("master"))};
  RestrictedStore store_{storage_, master_, entropy_};
};

TEST_F(ContentBlock, GivesBackEachThatItWasGiven) {
  put(7, {one_, two_, three_});
  for (const Opening& opening : {one_, two_, three_}) EXPECT_TRUE(is_open(7, opening));
  EXPECT_FALSE(opened(8, one_).value());
  EXPECT_FALSE(opened(7, opening_of("another")).value());
  EXPECT_FALSE(store_.get(one_.commitment).value());  // it does not stand alone
  for (const Family family : kFamiliesOfContent) {
    const auto all = storage_.contents()[static_cast<std::size_t>(family)];
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all.begin()->first, key_of_number(7));
    EXPECT_EQ(all.begin()->second.find("一号地址"), std::string::npos);
  }
}

// Whether it came in a block or alone, and whichever entry was asked for before.
TEST_F(ContentBlock, IsReadForOneEntryAfterAnother) {
  put(7, {one_, two_});
  put(9, {three_});
  const Opening alone = opening_of("alone");
  Batch batch;
  store_.put(alone, batch);
  ASSERT_TRUE(storage_.commit(batch));
  BlockReader reader(store_);
  const auto has = [&](const Opening& opening, std::uint64_t position) {
    const auto got = reader.get(opening.commitment, position);
    return got && *got && (*got)->bytes == opening.bytes;
  };
  for (int again = 0; again < 2; ++again) {
    EXPECT_TRUE(has(one_, 7));
    EXPECT_TRUE(has(two_, 7));
    EXPECT_TRUE(has(three_, 9));
    EXPECT_TRUE(has(alone, 9));
    EXPECT_TRUE(has(alone, 8));
    EXPECT_FALSE(has(three_, 7));
  }
  erase(one_.commitment, 10);
  EXPECT_FALSE(has(three_, 7));
  BlockReader afterwards(store_);
  EXPECT_FALSE(afterwards.get(one_.commitment, 7).value());
  EXPECT_TRUE(afterwards.get(two_.commitment, 7).value());
}

TEST_F(ContentBlock, OfNothingIsNothing) {
  put(7, {});
  EXPECT_EQ(storage_.contents(), MemoryStorage::Contents{});
  EXPECT_FALSE(read_block(""));
  EXPECT_FALSE(read_block(text_of(crypto::sha256(View()))));
}

TEST_F(ContentBlock, AnyChangedByteIsDamage) {
  put(7, {one_, three_});
  const auto sound = storage_.contents();
  for (const Family family : kFamiliesOfContent) {
    auto contents = sound;
    std::string& stored = contents[static_cast<std::size_t>(family)].at(key_of_number(7));
    for (char& byte : stored) {
      byte = static_cast<char>(byte ^ 1);
      EXPECT_FALSE(read_block(stored));
      storage_.replace_contents(contents);
      EXPECT_EQ(opened(7, three_).error().code, "restricted.damaged");
      byte = static_cast<char>(byte ^ 1);
    }
    stored.pop_back();
    EXPECT_FALSE(read_block(stored));
  }
}

TEST_F(ContentBlock, OneRecordIsErasedAndTheOthersStay) {
  put(3, {one_, two_, three_});
  put(9, {two_});  // carried again, by a later entry than the one that erases it
  const std::string key = sealed_key(3, two_);
  erase(two_.commitment, 5);
  EXPECT_TRUE(is_open(3, one_));
  EXPECT_FALSE(opened(3, two_).value());
  EXPECT_TRUE(is_open(3, three_));
  EXPECT_TRUE(is_open(9, two_));
  for (const auto& family : storage_.contents()) {
    for (const auto& [where, value] : family) EXPECT_EQ(value.find(key), std::string::npos);
  }
  erase(one_.commitment, 10);
  erase(three_.commitment, 11);
  erase(two_.commitment, 12);
  EXPECT_EQ(storage_.contents(), MemoryStorage::Contents{});
}

TEST_F(ContentBlock, WhatTheBatchUnderWayPutsIsErasedToo) {
  put(1, {one_, two_});
  Batch batch;
  put_block(2, seal(store_, {one_, three_}), batch);
  ASSERT_TRUE(erase_in_blocks(storage_, {{one_.commitment, 4}}, batch));
  ASSERT_TRUE(erase_in_blocks(storage_, {{two_.commitment, 5}}, batch));
  ASSERT_TRUE(storage_.commit(batch));
  EXPECT_FALSE(opened(1, one_).value());
  EXPECT_FALSE(opened(1, two_).value());
  EXPECT_FALSE(opened(2, one_).value());
  EXPECT_TRUE(is_open(2, three_));
}

TEST_F(ContentBlock, ADamagedOneIsNotRewritten) {
  put(1, {one_, two_});
  auto contents = storage_.contents();
  contents[static_cast<std::size_t>(Family::record_keys)].begin()->second[40] ^= 1;
  storage_.replace_contents(contents);
  Batch batch;
  EXPECT_EQ(erase_in_blocks(storage_, {{one_.commitment, 4}}, batch).error().code,
            "restricted.damaged");
}

TEST_F(ContentBlock, RecordsCanStandAlone) {
  Batch batch;
  put_each(
      seal(store_, {one_, two_}), [&](const Hash& hash) { return hash == one_.commitment; }, batch);
  ASSERT_TRUE(storage_.commit(batch));
  EXPECT_EQ(store_.get(one_.commitment).value().value().bytes, one_.bytes);
  EXPECT_FALSE(store_.get(two_.commitment).value());
}

std::string all_files_in(const std::filesystem::path& folder) {
  std::string out;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    out.append(std::istreambuf_iterator<char>(file), {});
  }
  return out;
}

// The key that went is in no file any more; those beside it are.
TEST_F(ContentBlock, OnDiskNoFileHoldsTheErasedKey) {
  const auto folder =
      std::filesystem::temp_directory_path() / ("liuhen-content-block-" + std::to_string(getpid()));
  std::filesystem::remove_all(folder);
  put(3, {one_, two_, three_});
  const std::string going = sealed_key(3, two_), staying = sealed_key(3, three_);
  {
    auto disk = open_rocksdb(folder.string(), {.mode = OpenMode::create}).value();
    Batch batch;
    put_block(3,
              {.contents = storage_.get(Family::restricted, key_of_number(3)).value().value(),
               .keys = storage_.get(Family::record_keys, key_of_number(3)).value().value()},
              batch);
    ASSERT_TRUE(disk->commit(batch));
    EXPECT_NE(all_files_in(folder).find(going), std::string::npos);
    Batch erasing;
    ASSERT_TRUE(erase_in_blocks(*disk, {{two_.commitment, 5}}, erasing));
    ASSERT_TRUE(disk->commit(erasing));
    ASSERT_TRUE(disk->purge(Family::record_keys));
    EXPECT_EQ(all_files_in(folder).find(going), std::string::npos);
    EXPECT_NE(all_files_in(folder).find(staying), std::string::npos);
  }
  std::filesystem::remove_all(folder);
}

// ---- in a ledger

class ContentBlocksOfALedger : public ContentBlock {
 protected:
  void SetUp() override {
    ASSERT_FALSE(ledger_.open());
    ASSERT_TRUE(ledger_.submit_item("first"));
    ASSERT_TRUE(
        ledger_.submit(tests::import_intent({&ledger_.a}, "run", all_), {&ledger_.a}, all_));
  }
  Result<std::optional<Opening>> in_ledger(const Opening& opening) {
    return open_in_block(ledger_.own_storage, ledger_.master_key, 1, opening.commitment);
  }
  std::map<std::string, std::string, std::less<>>& of(MemoryStorage::Contents& contents,
                                                      Family family) {
    return contents[static_cast<std::size_t>(family)];
  }
  void expect_refused(MemoryStorage::Contents contents, const std::string& what) {
    ledger_.close();
    ledger_.own_storage.replace_contents(std::move(contents));
    const auto refused = ledger_.open();
    ASSERT_TRUE(refused) << what;
    EXPECT_EQ(refused->code, "ledger.mismatch");
    EXPECT_NE(refused->en.find(what), std::string::npos) << refused->en;
  }

  const std::vector<Opening> all_{one_, two_, three_};
  TestLedger ledger_;
};

TEST_F(ContentBlocksOfALedger, AreReplayedAndErasedRecordByRecord) {
  EXPECT_EQ(ledger_.own_storage.contents()[static_cast<std::size_t>(Family::restricted)].size(),
            1U);
  ASSERT_FALSE(ledger_.open());
  EXPECT_EQ(in_ledger(one_).value().value().bytes, one_.bytes);
  ASSERT_TRUE(ledger_.submit(ledger_.erase_intent("e", {one_.commitment}), {&ledger_.a}));
  EXPECT_FALSE(in_ledger(one_).value());
  EXPECT_EQ(in_ledger(three_).value().value().bytes, three_.bytes);
  const auto reopened = ledger_.open();
  ASSERT_FALSE(reopened) << reopened->en;
  // Imported anew, it has content again; the block of before stays without.
  ASSERT_TRUE(ledger_.submit(tests::import_intent({&ledger_.a}, "again", {one_, two_}),
                             {&ledger_.a}, {one_, two_}));
  EXPECT_TRUE(open_in_block(ledger_.own_storage, ledger_.master_key, 3, one_.commitment)
                  .value()
                  .has_value());
  EXPECT_FALSE(in_ledger(one_).value());
  const auto again = ledger_.open();
  ASSERT_FALSE(again) << again->en;
}

TEST_F(ContentBlocksOfALedger, AreWhatTheEntriesAccountFor) {
  const auto sound = ledger_.own_storage.contents();
  for (const Family family : kFamiliesOfContent) {
    const std::string name = name_of(family);
    auto contents = sound;
    of(contents, family).begin()->second[50] ^= 1;
    expect_refused(contents, name + "/1: it is not what");
    contents = sound;
    of(contents, family).clear();
    expect_refused(contents, "/1/");
    contents = sound;
    of(contents, family)[key_of_number(0)] = of(contents, family).begin()->second;
    expect_refused(contents, name + "/0/");
    contents = sound;
    of(contents, family)[key_of_number(2)] = of(contents, family).begin()->second;
    expect_refused(contents, name + "/2/");
    contents = sound;
    const SealedContent less = seal(store_, {one_, three_});
    of(contents, family).begin()->second = family == Family::restricted ? less.contents : less.keys;
    expect_refused(contents, name + "/1/" + to_hex(two_.commitment) + ": it is missing");
  }
  auto contents = sound;
  const SealedContent other = seal(store_, {one_, opening_of("stranger")});
  of(contents, Family::restricted).begin()->second = other.contents;
  of(contents, Family::record_keys).begin()->second = other.keys;
  expect_refused(contents, to_hex(opening_of("stranger").commitment) + ": it should not be there");
}

TEST_F(ContentBlocksOfALedger, WhatWasErasedMayNotComeBack) {
  const auto before = ledger_.own_storage.contents();
  ASSERT_TRUE(ledger_.submit(ledger_.erase_intent("e", {two_.commitment}), {&ledger_.a}));
  ledger_.close();
  auto contents = ledger_.own_storage.contents();
  for (const Family family : kFamiliesOfContent)
    of(contents, family) = before[static_cast<std::size_t>(family)];
  expect_refused(contents, "/1/" + to_hex(two_.commitment) + ": it should not be there");
}

TEST_F(ContentBlocksOfALedger, AreNotOfAnOlderFormat) {
  auto contents = ledger_.own_storage.contents();
  of(contents, Family::meta).at("format") = "1";
  expect_refused(contents, "meta/format");
  for (const Family family : kFamiliesOfContent) of(contents, family).clear();
  ledger_.own_storage.replace_contents(contents);
  const auto refused = ledger_.open();
  ASSERT_FALSE(refused) << refused->en;
  EXPECT_EQ(ledger_.own_storage.get(Family::meta, "format").value(), "1");
  ASSERT_TRUE(ledger_.submit_item("more"));  // with which it becomes one of today's
  EXPECT_EQ(ledger_.own_storage.get(Family::meta, "format").value(), "2");
  EXPECT_FALSE(ledger_.open());
}

TEST_F(ContentBlocksOfALedger, ContentOfAHalfSignedImportIsInItsBlockOnceItIsWhole) {
  const std::vector<Opening> more{opening_of("甲"), opening_of("乙")};
  const Bytes intent = tests::import_intent({&ledger_.a, &ledger_.b}, "joint", more);
  ASSERT_TRUE(ledger_.submit(intent, {&ledger_.a}, more));
  ASSERT_FALSE(ledger_.open());
  ASSERT_TRUE(ledger_.submit(intent, {&ledger_.b}, more));  // content is brought once more
  ASSERT_FALSE(ledger_.open());
  for (const Opening& one : more) {
    EXPECT_FALSE(ledger_.restricted->get(one.commitment).value());
    EXPECT_EQ(open_in_block(ledger_.own_storage, ledger_.master_key, 2, one.commitment)
                  .value()
                  .value()
                  .bytes,
              one.bytes);
  }
  ASSERT_TRUE(ledger_.submit(ledger_.erase_intent("e", {more[0].commitment}), {&ledger_.a}));
  EXPECT_FALSE(
      open_in_block(ledger_.own_storage, ledger_.master_key, 2, more[0].commitment).value());
  EXPECT_TRUE(open_in_block(ledger_.own_storage, ledger_.master_key, 2, more[1].commitment)
                  .value()
                  .has_value());
  const auto reopened = ledger_.open();
  ASSERT_FALSE(reopened) << reopened->en;
}

}  // namespace
}  // namespace liuhen::ledger
