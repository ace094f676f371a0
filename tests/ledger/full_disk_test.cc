// A disk that is really full, and a directory that may not be written.
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "crypto/checkpoint.h"
#include "ledger/dir_check.h"
#include "ledger/rocksdb_storage.h"
#include "tests/test_ledger.h"

namespace liuhen::ledger {
namespace {

namespace fs = std::filesystem;
using tests::TestLedger;

// A file system of its own, in memory, of the size given.
class SmallDisk {
 public:
  explicit SmallDisk(const std::string& options) {
    std::string name = (fs::temp_directory_path() / "liuhen-disk-XXXXXX").string();
    LIUHEN_CHECK(mkdtemp(name.data()) != nullptr);
    path_ = name;
    mounted_ = ::mount("tmpfs", path_.c_str(), "tmpfs", 0, options.c_str()) == 0;
  }
  ~SmallDisk() {
    if (mounted_) (void)::umount2(path_.c_str(), MNT_DETACH);
    fs::remove_all(path_);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  bool mounted() const { return mounted_; }
  std::string path(const std::string& name) const { return path_ + "/" + name; }
  bool read_only(bool yes) const {
    unsigned long flags = MS_REMOUNT;
    if (yes) flags |= MS_RDONLY;
    return ::mount("tmpfs", path_.c_str(), "tmpfs", flags, "") == 0;
  }
  // Takes all the space that is left; remove the file to give it back.
  void fill() const {
    std::ofstream ballast(path("ballast"), std::ios::binary);
    for (const std::size_t size : {std::size_t{4096}, std::size_t{1}}) {
      while (ballast.write(std::string(size, 'x').data(), static_cast<std::streamsize>(size))
                 .flush()) {
      }
      ballast.clear();
    }
  }

 private:
  std::string path_;
  bool mounted_ = false;
};

struct OnSmallDisk {
  TestLedger ledger;
  DiskHeadFile head;
  std::unique_ptr<Storage> storage;
  std::string place;

  explicit OnSmallDisk(const SmallDisk& disk) : head(disk.path("head")), place(disk.path("db")) {
    ledger.head = &head;
  }
  std::optional<Error> open(OpenMode mode) {
    ledger.close();
    storage.reset();
    auto opened = open_rocksdb(place, {.mode = mode});
    if (!opened) return opened.error();
    storage = std::move(*opened);
    ledger.storage = storage.get();
    return ledger.open();
  }
  void close() {
    ledger.close();
    storage.reset();
  }
};

TEST(FullDisk, IsSaidAndLosesNothingAcknowledged) {
  const SmallDisk disk("size=8m");
  if (!disk.mounted()) GTEST_SKIP() << "mounting a small file system needs root";
  OnSmallDisk on(disk);
  ASSERT_FALSE(on.open(OpenMode::create));
  std::uint64_t acknowledged = 0;
  for (; acknowledged < 20; ++acknowledged)
    ASSERT_TRUE(on.ledger.submit_item("item-" + std::to_string(acknowledged)));
  disk.fill();
  std::optional<Error> refusal;
  for (int i = 0; i < 2'000 && !refusal; ++i) {
    const auto answer = on.ledger.submit_item("more-" + std::to_string(i));
    if (answer) {
      ++acknowledged;
    } else {
      refusal = answer.error();
    }
  }
  ASSERT_TRUE(refusal) << "the disk was never full";
  EXPECT_EQ(refusal->code, "storage.full") << refusal->en;
  EXPECT_NE(refusal->zh.find("磁盘已满"), std::string::npos) << refusal->zh;
  EXPECT_NE(refusal->zh.find("腾出 16 MiB 和 32 个文件（inode）后才会继续"), std::string::npos)
      << refusal->zh;
  EXPECT_EQ(on.ledger.submit_item("after").error().code, "storage.full") << "it has stopped";
  const auto note_there = [&] {
    return DiskHeadFile(disk.path("head")).read().value().value_or("gone");
  };
  const auto kept = crypto::open_checkpoint(note_there(), on.ledger.note_key());
  ASSERT_TRUE(kept) << "the head file is still a signed head";
  EXPECT_GE(kept->checkpoint.size + 1, acknowledged) << "it lags by one batch at most";
  on.close();

  const auto still = on.open(OpenMode::existing);
  if (still) {
    EXPECT_EQ(still->code, "storage.full") << still->en;
  }
  on.close();
  EXPECT_TRUE(crypto::open_checkpoint(note_there(), on.ledger.note_key()));

  fs::remove(disk.path("ballast"));
  const auto error = on.open(OpenMode::existing);
  ASSERT_FALSE(error) << error->code << ": " << error->en;
  EXPECT_GE(on.ledger.sequencer->size(), acknowledged);
  EXPECT_LE(on.ledger.sequencer->size(), acknowledged + 1) << "what was cut off may have been kept";
  ASSERT_TRUE(on.ledger.submit_item("goes-on"));
  on.close();
  const auto reader = open_rocksdb(on.place, {.mode = OpenMode::read_only});
  ASSERT_TRUE(reader);
  const ReplayReport report = check_storage(**reader, {.log_key = on.ledger.note_key()});
  EXPECT_EQ(report.verdict, Verdict::verified) << report.finding.en;
}

TEST(FullDisk, AHeadThatFindsNoRoomLeavesTheOldOne) {
  const SmallDisk disk("size=64k");
  if (!disk.mounted()) GTEST_SKIP() << "mounting a small file system needs root";
  DiskHeadFile head(disk.path("head"));
  ASSERT_TRUE(head.write("old"));
  disk.fill();
  DiskHeadFile another(disk.path("head"));
  const Outcome written = another.write("new");
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, "storage.full") << written.error().en;
  EXPECT_EQ(DiskHeadFile(disk.path("head")).read().value(), "old");
  for (const char* note : {"one", "two", "three"}) {
    ASSERT_TRUE(head.write(note)) << "its blocks are there already";
    EXPECT_EQ(DiskHeadFile(disk.path("head")).read().value(), note);
  }
  fs::remove(disk.path("ballast"));
  ASSERT_TRUE(another.write("new"));
  EXPECT_EQ(DiskHeadFile(disk.path("head")).read().value(), "new");
}

TEST(FullDisk, AHeadThatMayNotBeWrittenStaysAsItIs) {
  const SmallDisk disk("size=64k");
  if (!disk.mounted()) GTEST_SKIP() << "mounting a small file system needs root";
  DiskHeadFile head(disk.path("head"));
  ASSERT_TRUE(head.write("old"));
  ASSERT_TRUE(disk.read_only(true));
  EXPECT_EQ(head.write("new").error().code, "storage.read_only");
  EXPECT_EQ(DiskHeadFile(disk.path("head")).write("new").error().code, "storage.read_only");
  EXPECT_EQ(DiskHeadFile(disk.path("head")).read().value(), "old");
  ASSERT_TRUE(disk.read_only(false));
  ASSERT_TRUE(head.write("new"));
  EXPECT_EQ(DiskHeadFile(disk.path("head")).read().value(), "new");
}

TEST(FullDisk, AReadOnlyDirectoryIsVerifiedAndNotStarted) {
  const SmallDisk disk("size=8m");
  if (!disk.mounted()) GTEST_SKIP() << "mounting a small file system needs root";
  OnSmallDisk on(disk);
  ASSERT_FALSE(on.open(OpenMode::create));
  ASSERT_TRUE(on.ledger.submit_item("x"));
  on.close();
  ASSERT_TRUE(disk.read_only(true));
  const auto refused = on.open(OpenMode::existing);
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->code, "storage.read_only") << refused->en;
  EXPECT_NE(refused->en.find("Read-only"), std::string::npos) << refused->en;
  {
    const auto reader = open_rocksdb(on.place, {.mode = OpenMode::read_only});
    ASSERT_TRUE(reader) << reader.error().en;
    EXPECT_EQ(check_storage(**reader, {.log_key = on.ledger.note_key()}).verdict,
              Verdict::verified);
  }
  ASSERT_TRUE(disk.read_only(false));
  EXPECT_FALSE(on.open(OpenMode::existing));
  on.close();
}

}  // namespace
}  // namespace liuhen::ledger
