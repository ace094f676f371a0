// Backups that something else happens to: the service stops, or content is erased.
#include "ledger/backup.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "ledger/backup_note.h"
#include "ledger/rocksdb_storage.h"
#include "tests/test_ledger.h"

namespace liuhen::ledger {
namespace {

namespace fs = std::filesystem;

class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "liuhen-backup-XXXXXX").string();
    LIUHEN_CHECK(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~Folder() { fs::remove_all(path_); }
  std::string path(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

// Whether any file below holds the bytes.
bool holds(const std::string& folder, const std::string& bytes) {
  for (const auto& at : fs::recursive_directory_iterator(folder)) {
    if (!at.is_regular_file()) continue;
    std::ifstream in(at.path(), std::ios::binary);
    const std::string all{std::istreambuf_iterator<char>(in), {}};
    if (all.find(bytes) != std::string::npos) return true;
  }
  return false;
}

// A ledger of one entry on a disk, with files of 24 MiB, so that a backup takes some time.
struct Stored {
  Folder folder;
  tests::TestLedger ledger;
  std::unique_ptr<Storage> storage;
  static inline const std::string kSecret =
      std::string(40, 'k') + "destroyed" + std::string(40, 'k');

  Stored() {
    storage = open_rocksdb(folder.path("db"), {.mode = OpenMode::create}).value();
    ledger.storage = storage.get();
    LIUHEN_CHECK(!ledger.open() && ledger.submit_item("x").has_value());
    ledger.close();
    for (char c = 'a'; c < 'g'; ++c) {
      Batch batch;
      for (int i = 0; i < 4; ++i)
        batch.put(Family::restricted, std::string(1, c) + std::to_string(i),
                  std::string(1u << 20, c));
      LIUHEN_CHECK(storage->commit(batch).has_value());
    }
    Batch batch;
    batch.put(Family::record_keys, "one", kSecret);
    batch.put(Family::record_keys, "two", "kept");
    LIUHEN_CHECK(storage->commit(batch).has_value());
    LIUHEN_CHECK(storage->purge(Family::record_keys).has_value());  // into files
  }
  std::string backups() const { return folder.path("backups"); }
};

TEST(Backup, ThatIsBrokenOffDoesNotCountAndTheNextOneIsWhole) {
  Stored stored;
  std::stop_source stop;
  const auto broken = back_up(
      *stored.storage, stored.backups(), 0, [&](std::uint64_t) { stop.request_stop(); },
      stop.get_token());
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().code, "backup.stopped");
  EXPECT_TRUE(list_backups(stored.backups()).value().empty());
  const auto whole = back_up(*stored.storage, stored.backups(), 0);
  ASSERT_TRUE(whole) << whole.error().en;
  ASSERT_TRUE(restore_backup(stored.backups(), whole->number, stored.folder.path("restored")));
  const auto restored =
      open_rocksdb(stored.folder.path("restored"), {.mode = OpenMode::read_only}).value();
  EXPECT_EQ(restored->get(Family::restricted, "f3").value(), std::string(1u << 20, 'f'));
}

TEST(Backup, IsReadWhereItLies) {
  Stored stored;
  ASSERT_TRUE(back_up(*stored.storage, stored.backups(), 0));
  Batch batch;
  batch.put(Family::restricted, "later", "x");
  ASSERT_TRUE(stored.storage->commit(batch));
  ASSERT_TRUE(back_up(*stored.storage, stored.backups(), 0));
  for (const std::uint32_t number : {1u, 2u}) {
    const auto opened = open_backup(stored.backups(), number);
    ASSERT_TRUE(opened) << opened.error().en;
    EXPECT_EQ(opened->storage->get(Family::restricted, "f3").value(), std::string(1u << 20, 'f'));
    EXPECT_EQ(opened->storage->get(Family::restricted, "later").value().has_value(), number == 2);
  }
  EXPECT_FALSE(open_backup(stored.backups(), 3));
  EXPECT_TRUE(restore_backup(stored.backups(), 1, stored.folder.path("restored")));
}

// Two backups: of one entry, and of three, whose note is of the first, as if the others had come
// while it was begun.
struct Lagging {
  Folder folder;
  std::string backups = folder.path("backups");

  Lagging() {
    tests::TestLedger ledger;
    const auto storage = open_rocksdb(folder.path("db"), {.mode = OpenMode::create}).value();
    ledger.storage = storage.get();
    LIUHEN_CHECK(!ledger.open() && ledger.submit_item("1").has_value());
    LIUHEN_CHECK(back_up(*storage, backups, 0).has_value());
    LIUHEN_CHECK(ledger.submit_item("2").has_value() && ledger.submit_item("3").has_value());
    LIUHEN_CHECK(back_up(*storage, backups, 0).has_value());
    const std::string note = note_in_metadata(backups + "/meta/1");
    std::string lines, line;
    for (std::ifstream in(backups + "/meta/2"); std::getline(in, line);) {
      const bool is_note = line.starts_with("metadata ");
      lines += (is_note ? "metadata " + to_hex(view_of(note)) : line) + "\n";
    }
    std::ofstream(backups + "/meta/2", std::ios::trunc) << lines;
    LIUHEN_CHECK(note_in_metadata(backups + "/meta/2") == note && !note.empty());
    ledger.close();
  }
  // What a backup that alone is to stay says, of another history than what was recorded after the
  // first.
  BackupInfo back_up_another_history() {
    const std::string place = folder.path("other");
    LIUHEN_CHECK(restore_backup(backups, 1, place).has_value());
    const auto storage = open_rocksdb(place, {.mode = OpenMode::existing}).value();
    tests::TestLedger ledger;
    ledger.storage = storage.get();
    LIUHEN_CHECK(ledger.own_head.write(note_in_metadata(backups + "/meta/1")).has_value());
    LIUHEN_CHECK(!ledger.open());
    for (const char* name : {"a", "b", "c"}) LIUHEN_CHECK(ledger.submit_item(name).has_value());
    ledger.close();
    return back_up(*storage, backups, 1).value();
  }
};

TEST(Backup, ShowsWhatItHasBeyondItsNote) {
  Lagging lagging;
  EXPECT_EQ(list_backups(lagging.backups).value()[1].size, 1U);
  const auto inside = list_backups(lagging.backups, Look::inside).value();
  ASSERT_EQ(inside.size(), 2U);
  EXPECT_EQ(inside[0].size, 1U);
  EXPECT_EQ(inside[0].stored, inside[0].note);
  EXPECT_EQ(inside[1].size, 3U);
  EXPECT_EQ(inside[1].note, inside[0].note);
  EXPECT_NE(inside[1].stored, inside[1].note);
}

TEST(Backup, OfAnotherHistoryDropsNoneThatHasMoreThanItsNoteSays) {
  Lagging lagging;
  const BackupInfo made = lagging.back_up_another_history();
  ASSERT_TRUE(made.unpurged);
  EXPECT_EQ(made.unpurged->code, "backup.beyond");
  EXPECT_NE(made.unpurged->en.find("backup 2"), std::string::npos) << made.unpurged->en;
  EXPECT_EQ(list_backups(lagging.backups).value().size(), 3U);
}

TEST(Backup, DropsNoneWhileOneCannotBeRead) {
  Lagging lagging;
  int changed = 0;
  for (const auto& at : fs::directory_iterator(lagging.backups + "/private/2")) {
    if (!at.path().filename().string().starts_with("MANIFEST")) continue;
    std::ofstream(at.path(), std::ios::binary | std::ios::in) << std::string(16, 'x');
    ++changed;
  }
  ASSERT_EQ(changed, 1);
  const BackupInfo made = lagging.back_up_another_history();
  ASSERT_TRUE(made.unpurged);
  EXPECT_EQ(made.unpurged->code, "backup.damaged");
  EXPECT_EQ(list_backups(lagging.backups).value().size(), 3U);
}

TEST(Backup, DropsNoneOfADatabaseThatIsNotKnownToBeRight) {
  Stored stored;
  for (const bool known : {false, true}) {
    bool asked = false;
    const auto whole = [&]() -> Outcome {
      asked = true;
      // The new one is complete by then.
      EXPECT_EQ(list_backups(stored.backups()).value().size(), 2U - (known ? 0 : 1));
      return known ? ok() : Outcome(fail("backup.unverified", "未核验", "not verified"));
    };
    const auto made = back_up(*stored.storage, stored.backups(), 1, {}, {}, whole);
    ASSERT_TRUE(made) << made.error().en;
    EXPECT_TRUE(asked);
    EXPECT_EQ(made->unpurged.has_value(), !known);
    EXPECT_EQ(list_backups(stored.backups()).value().size(), 1U);
  }
}

TEST(Backup, WhatIsErasedMeanwhileIsInNoFileOnceItHasEnded) {
  for (const bool broken_off : {false, true}) {
    Stored stored;
    ASSERT_TRUE(holds(stored.folder.path("db"), Stored::kSecret));
    bool erased = false;
    std::stop_source stop;
    const auto made = back_up(
        *stored.storage, stored.backups(), 0,
        [&](std::uint64_t) {
          if (std::exchange(erased, true)) return;
          Batch batch;
          batch.remove(Family::record_keys, "one");
          LIUHEN_CHECK(stored.storage->commit(batch).has_value());
          LIUHEN_CHECK(stored.storage->purge(Family::record_keys).has_value());
          if (broken_off) stop.request_stop();
        },
        stop.get_token());
    ASSERT_TRUE(erased);
    EXPECT_EQ(made.has_value(), !broken_off);
    EXPECT_EQ(stored.storage->get(Family::record_keys, "two").value(), "kept");
    EXPECT_FALSE(holds(stored.folder.path("db"), Stored::kSecret)) << broken_off;
  }
}

}  // namespace
}  // namespace liuhen::ledger
