// What a head file is after a write cut short anywhere, and what is not taken for one.
#include "ledger/head_file.h"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "crypto/checkpoint.h"
#include "ledger/head_copies.h"
#include "ledger/memory_storage.h"
#include "tests/test_ledger.h"

namespace liuhen::ledger {
namespace {

namespace fs = std::filesystem;

class HeadFileTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "liuhen-head-XXXXXX").string();
    LIUHEN_CHECK(mkdtemp(name.data()) != nullptr);
    folder_ = name;
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string path() const { return folder_ / "head"; }
  std::string content() const {
    std::ifstream in(path(), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void put(const std::string& content) const { std::ofstream(path(), std::ios::binary) << content; }
  std::string read() const {
    const auto note = DiskHeadFile(path()).read();
    return note ? note->value_or("absent") : note.error().code;
  }

 private:
  fs::path folder_;
};

// `now` as a disk may leave it that was writing over `before`: sectors in any order.
std::string torn(const std::string& before, const std::string& now, unsigned sectors) {
  constexpr std::size_t kSector = 512;
  std::string out = before;
  for (std::size_t i = 0; i * kSector < out.size(); ++i) {
    if ((sectors >> (i % 16) & 1) != 0)
      out.replace(i * kSector, kSector, now, i * kSector, kSector);
  }
  return out;
}

TEST_F(HeadFileTest, AWriteCutShortLeavesTheOldHeadOrTheNewOne) {
  DiskHeadFile head(path());
  ASSERT_TRUE(head.write("note 0"));
  for (int n = 1; n <= 3; ++n) {
    const std::string old_note = "note " + std::to_string(n - 1), before = content();
    const std::string new_note = "note " + std::to_string(n);
    ASSERT_TRUE(head.write(new_note));
    const std::string now = content();
    ASSERT_EQ(now.size(), 2 * kHeadBlockSize);
    const auto expect_either = [&](const std::string& left, std::size_t at) {
      put(left);
      const std::string found = read();
      EXPECT_TRUE(found == new_note || (left != now && found == old_note)) << n << " " << at;
    };
    for (std::size_t cut = 0; cut <= now.size(); ++cut) {
      if (cut % 16 != 0 && before.compare(cut, 1, now, cut, 1) == 0) continue;
      expect_either(now.substr(0, cut) + before.substr(cut), cut);
      expect_either(before.substr(0, cut) + now.substr(cut), cut);
    }
    for (unsigned sectors = 0; sectors < 0x10000; sectors += 37)
      expect_either(torn(before, now, sectors), sectors);
    put(now);
  }
}

TEST_F(HeadFileTest, AnyByteChangedCostsNoMoreThanThatCopy) {
  DiskHeadFile head(path());
  for (const char* note : {"older", "old", "new"}) ASSERT_TRUE(head.write(note));
  const std::string sound = content();
  const std::size_t of_new = head_copy_size({.number = 3, .note = "new"}) * (3 % 2);
  for (std::size_t i = 0; i < sound.size(); i += i % kHeadBlockSize < 128 ? 1 : 97) {
    std::string changed = sound;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    put(changed);
    EXPECT_EQ(read(), i / kHeadBlockSize == of_new / kHeadBlockSize ? "old" : "new") << i;
  }
}

TEST_F(HeadFileTest, WhatNoCrashLeavesIsDamage) {
  DiskHeadFile head(path());
  for (const char* note : {"1", "2", "3"}) ASSERT_TRUE(head.write(note));
  const std::string sound = content();
  const std::string even = sound.substr(0, kHeadBlockSize), odd = sound.substr(kHeadBlockSize);
  const auto copy = [](std::uint64_t number) {
    return format_head_copy({.number = number, .note = "x"}, kHeadBlockSize);
  };
  const std::string filler(kHeadBlockSize, ' ');
  std::string both = sound;
  both[40] = both[kHeadBlockSize + 40] = '!';
  const std::map<std::string, std::string> cases{
      {"both copies changed", both},
      {"cut to one copy", even},
      {"cut by a byte", sound.substr(0, sound.size() - 1)},
      {"cut short", sound.substr(0, 5'000)},
      {"longer", sound + "\n"},
      {"a third copy", sound + even},
      {"in each other's place", odd + even},
      {"an old copy beside the new", copy(0) + odd},
      {"a copy of the future", copy(8) + odd},
      {"only the first line", "liuhen head copy\n"},
  };
  for (const auto& [what, bytes] : cases) {
    put(bytes);
    EXPECT_EQ(read(), "head.damaged") << what;
  }
  put(filler + odd);
  EXPECT_EQ(read(), "3");
  put(even + filler);
  EXPECT_EQ(read(), "2");
  put(filler + filler);
  EXPECT_EQ(read(), filler + filler) << "of no copies, and no note either";
}

TEST_F(HeadFileTest, ANoteAloneIsReadAndWrittenOver) {
  put("a note that a person put there\n");
  DiskHeadFile head(path());
  EXPECT_EQ(head.read().value(), "a note that a person put there\n");
  ASSERT_TRUE(head.write("one"));
  EXPECT_EQ(read(), "one");
  put("and once more, beside a running service\n");
  EXPECT_EQ(read(), "and once more, beside a running service\n");
  ASSERT_TRUE(head.write("two"));
  EXPECT_EQ(read(), "two");
  fs::remove(path());
  ASSERT_TRUE(head.write("three"));
  EXPECT_EQ(read(), "three");
}

TEST_F(HeadFileTest, IsWrittenWhereItStandsAndGrowsWithTheNote) {
  DiskHeadFile head(path());
  ASSERT_TRUE(head.write("0"));
  const auto made = file_id(path());
  for (int n = 1; n < 10; ++n) {
    ASSERT_TRUE(head.write(std::to_string(n)));
    EXPECT_EQ(read(), std::to_string(n));
    EXPECT_EQ(file_id(path()), made);
  }
  for (const std::size_t size : {3'980U, 3'990U, 4'000U, 4'100U, 20'000U, 1'000'000U, 10U}) {
    for (const char fill : {'a', 'b', 'c'}) {
      const std::string note(size, fill);
      ASSERT_TRUE(head.write(note));
      EXPECT_EQ(read(), note);
    }
    EXPECT_FALSE(fs::exists(path() + ".new"));
  }
}

// The file of another process, of a restore, or an old copy of this one: never written into.
TEST_F(HeadFileTest, AnotherFileUnderTheNameIsLeftWhole) {
  DiskHeadFile head(path()), other(path());
  ASSERT_TRUE(head.write("1"));
  ASSERT_TRUE(other.write("other"));
  fs::create_hard_link(path(), path() + ".kept");
  const std::string kept = content();
  ASSERT_TRUE(head.write("2"));
  EXPECT_EQ(read(), "2");
  std::ifstream in(path() + ".kept", std::ios::binary);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), kept);
}

TEST_F(HeadFileTest, AReaderBesideTheWriterNeverFindsAnOlderHeadThanBefore) {
  DiskHeadFile head(path());
  ASSERT_TRUE(head.write("0"));
  std::atomic<bool> done = false;
  std::atomic<int> written = 0;
  std::thread reader([&] {
    int last = 0;
    while (!done) {
      const int least = std::max(last, written.load());
      const std::string found = read();
      ASSERT_EQ(found.find_first_not_of("0123456789"), std::string::npos) << found;
      last = std::stoi(found);
      ASSERT_GE(last, least);
    }
  });
  for (int n = 1; n <= 500; ++n) {
    ASSERT_TRUE(head.write(std::to_string(n)));
    written = n;
  }
  done = true;
  reader.join();
}

// On a real file, through the sequencer: taken back by a batch it is brought up, taken back by more
// it is an old copy, and a database that is taken back instead is caught.
TEST_F(HeadFileTest, AnOldFilePutBackIsCaught) {
  tests::TestLedger ledger;
  DiskHeadFile head(path());
  ledger.head = &head;
  ASSERT_FALSE(ledger.open());
  std::vector<std::string> files;
  std::vector<MemoryStorage::Contents> stores;
  for (const char* name : {"w", "x", "y", "z"}) {
    ASSERT_TRUE(ledger.submit_item(name));
    tests::wait_until_kept(*ledger.sequencer);
    files.push_back(content());
    stores.push_back(ledger.own_storage.contents());
  }
  const std::string newest = ledger.sequencer->checkpoint();
  for (const std::size_t behind : {3U, 2U}) {
    ledger.close();
    put(files[3 - behind]);
    EXPECT_EQ(ledger.open().value().code, "head.stale") << behind;
    EXPECT_EQ(content(), files[3 - behind]) << "left as it is";
  }
  put(files[2]);
  ASSERT_FALSE(ledger.open());
  EXPECT_EQ(read(), newest);
  ledger.close();

  put(newest.substr(0, newest.size() - 9));
  EXPECT_EQ(ledger.open().value().code, "head.damaged");
  put(files[3].substr(0, 6'000));
  EXPECT_EQ(ledger.open().value().code, "head.damaged");
  put(newest);
  EXPECT_FALSE(ledger.open()) << "the note alone";
  ledger.close();
  put(files[3]);
  ledger.own_storage.replace_contents(stores[2]);
  EXPECT_EQ(ledger.open().value().code, "ledger.rolled_back");
}

TEST_F(HeadFileTest, WhatCannotBeWrittenIsSaid) {
  DiskHeadFile head(path() + "/absent/head");
  EXPECT_EQ(head.write("note").error().code, "head.io");
  EXPECT_FALSE(head.read().value());
  fs::create_directory(path());
  EXPECT_EQ(read(), "head.io");
}

}  // namespace
}  // namespace liuhen::ledger
