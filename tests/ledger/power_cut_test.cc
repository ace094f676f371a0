// The power is cut before every change to the disk in turn, and what was not synced is lost:
// RocksDB and our own files, on one disk.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>

#include "ledger/durable_file.h"
#include "ledger/rocksdb_storage.h"
#include "tests/ledger/acknowledged.h"
#include "tests/ledger/power_cut_tap.h"

namespace liuhen::tests {
namespace {

std::mutex tap_mutex;  // guards what follows
PowerCutDisk* tapped = nullptr;
struct Open {
  std::string path;
  PowerCutDisk::FilePtr file;  // a folder has none
  std::size_t at = 0;
};
std::map<int, Open> open_files;

bool is_tapped(const std::string& path) {
  return tapped != nullptr && path.starts_with(tapped->root() + "/");
}

}  // namespace

PowerCutTap::PowerCutTap(PowerCutDisk& disk) {
  const std::lock_guard lock(tap_mutex);
  LIUHEN_CHECK(tapped == nullptr);
  tapped = &disk;
}

PowerCutTap::~PowerCutTap() {
  const std::lock_guard lock(tap_mutex);
  tapped = nullptr;
  open_files.clear();
}

}  // namespace liuhen::tests

extern "C" {

int __real_open(const char* path, int flags, ...);
ssize_t __real_write(int fd, const void* bytes, size_t size);
ssize_t __real_pwrite(int fd, const void* bytes, size_t size, off_t at);
int __real_fsync(int fd);
int __real_fdatasync(int fd);
int __real_ftruncate(int fd, off_t size);
int __real_rename(const char* from, const char* to);
int __real_close(int fd);

int __wrap_open(const char* path, int flags, ...) {
  using namespace liuhen::tests;
  mode_t mode = 0;
  if ((flags & O_CREAT) != 0) {
    va_list rest;
    va_start(rest, flags);
    mode = va_arg(rest, mode_t);
    va_end(rest);
  }
  const std::lock_guard lock(tap_mutex);
  const bool writes = (flags & O_ACCMODE) != O_RDONLY;
  const bool ours =
      (is_tapped(path) && writes) || (tapped != nullptr && (flags & O_DIRECTORY) != 0 &&
                                      (is_tapped(path) || path == tapped->root()));
  PowerCutDisk::FilePtr file;
  if (ours && writes) {
    if ((flags & O_TRUNC) == 0) file = tapped->find(path);
    const bool makes = !file && (flags & O_CREAT) != 0;
    if (makes) file = tapped->create(path);
    if (makes && !file) {
      errno = EIO;
      return -1;
    }
  }
  const int fd = __real_open(path, flags, mode);
  if (ours && fd >= 0) open_files[fd] = {path, file};
  return fd;
}

ssize_t __wrap_write(int fd, const void* bytes, size_t size) {
  using namespace liuhen::tests;
  const std::lock_guard lock(tap_mutex);
  const auto found = open_files.find(fd);
  if (found != open_files.end()) {
    Open& open = found->second;
    if (!tapped->write_at(open.file, open.at, {static_cast<const char*>(bytes), size})) {
      errno = EIO;
      return -1;
    }
    open.at += size;
  }
  return __real_write(fd, bytes, size);
}

ssize_t __wrap_pwrite(int fd, const void* bytes, size_t size, off_t at) {
  using namespace liuhen::tests;
  const std::lock_guard lock(tap_mutex);
  const auto found = open_files.find(fd);
  if (found != open_files.end() &&
      !tapped->write_at(found->second.file, static_cast<std::size_t>(at),
                        {static_cast<const char*>(bytes), size})) {
    errno = EIO;
    return -1;
  }
  return __real_pwrite(fd, bytes, size, at);
}

int __wrap_fsync(int fd) {
  using namespace liuhen::tests;
  const std::lock_guard lock(tap_mutex);
  const auto found = open_files.find(fd);
  if (found == open_files.end()) return __real_fsync(fd);
  const Open& open = found->second;
  if (open.file ? tapped->sync(open.file) : tapped->sync_folder(open.path)) return 0;
  errno = EIO;
  return -1;
}

int __wrap_fdatasync(int fd) { return __wrap_fsync(fd); }

int __wrap_ftruncate(int fd, off_t size) {
  using namespace liuhen::tests;
  const std::lock_guard lock(tap_mutex);
  const auto found = open_files.find(fd);
  if (found != open_files.end() &&
      !tapped->truncate(found->second.file, static_cast<std::size_t>(size))) {
    errno = EIO;
    return -1;
  }
  return __real_ftruncate(fd, size);
}

int __wrap_rename(const char* from, const char* to) {
  using namespace liuhen::tests;
  const std::lock_guard lock(tap_mutex);
  if (is_tapped(from) && !tapped->rename(from, to)) {
    errno = EIO;
    return -1;
  }
  return __real_rename(from, to);
}

int __wrap_close(int fd) {
  using namespace liuhen::tests;
  {
    const std::lock_guard lock(tap_mutex);
    open_files.erase(fd);
  }
  return __real_close(fd);
}

}  // extern "C"

namespace liuhen::ledger {
namespace {

namespace fs = std::filesystem;
using tests::Acknowledged;
using tests::PowerCutDisk;
using tests::Survivors;
using tests::TestLedger;

constexpr Survivors kSurvivors[] = {Survivors::nothing, Survivors::names, Survivors::some,
                                    Survivors::all};
const char* name_of(Survivors survivors) {
  static constexpr const char* kNames[] = {"nothing", "names", "some", "all"};
  return kNames[static_cast<std::size_t>(survivors)];
}

class Root {
 public:
  Root() {
    std::string name = (fs::temp_directory_path() / "liuhen-power-XXXXXX").string();
    LIUHEN_CHECK(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~Root() { fs::remove_all(path_); }
  Root(const Root&) = delete;
  Root& operator=(const Root&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

struct Site {
  Root root;
  PowerCutDisk disk{root.path()};
  std::unique_ptr<rocksdb::Env> env =
      rocksdb::NewCompositeEnv(std::make_shared<tests::PowerCutFileSystem>(disk));
  tests::PowerCutTap tap{disk};
  DiskHeadFile head{root.path() + "/head"};
  TestLedger ledger;
  std::unique_ptr<Storage> storage;
  Acknowledged acknowledged;
  bool created = false;

  Site() { ledger.head = &head; }
  std::optional<Error> open(OpenMode mode) {
    close();
    auto opened = open_rocksdb(root.path() + "/db", {.mode = mode, .env = env.get()});
    if (!opened) return opened.error();
    storage = std::move(*opened);
    ledger.storage = storage.get();
    return ledger.open();
  }
  void close() {
    ledger.close();
    storage.reset();
  }
  // Made, filled by half, closed, opened again and filled.
  void live() {
    const std::size_t all = tests::steps_of(ledger).size();
    if (open(OpenMode::create)) return close();
    created = true;
    acknowledged.send(ledger, 0, all / 2);
    if (!open(OpenMode::existing)) acknowledged.send(ledger, 0, all);
    close();
  }
};

void cut_and_look(std::uint64_t change, Survivors survivors) {
  const std::string when =
      "cut before change " + std::to_string(change) + ", surviving: " + name_of(survivors);
  Site site;
  site.disk.cut_before(change);
  site.live();
  ASSERT_TRUE(site.disk.is_off()) << when;
  site.disk.restore(survivors, change);
  const auto error = site.open(OpenMode::existing);
  if (!site.created) return;  // half a directory, of which nobody was told that it was a ledger
  ASSERT_FALSE(error) << when << ": " << error->code << ": " << error->en;
  site.acknowledged.expect_kept(site.ledger, when);
  if (::testing::Test::HasFatalFailure()) return;
  site.acknowledged.send(site.ledger, 0, tests::steps_of(site.ledger).size());
  EXPECT_EQ(site.ledger.sequencer->size(), 9u) << when;
  site.acknowledged.expect_kept(site.ledger, when);
  site.close();
}

TEST(PowerCut, BeforeEveryChangeLosesNothingAcknowledgedAndMakesOneHistory) {
  std::uint64_t changes = 0;
  {
    Site undisturbed;
    undisturbed.live();
    changes = undisturbed.disk.changes();
  }
  ASSERT_GT(changes, 200u);
  RecordProperty("changes", std::to_string(changes));
  std::size_t turn = 0;
  for (std::uint64_t change = 1; change <= changes; change += tests::stride(13)) {
    if (std::getenv("LIUHEN_SOAK")) {
      for (const Survivors survivors : kSurvivors) cut_and_look(change, survivors);
    } else {
      cut_and_look(change, kSurvivors[turn++ % std::size(kSurvivors)]);
    }
    if (HasFatalFailure()) return;
  }
}

// Whoever finds the power back finds the old head or the new one. The first write of a program
// makes the file, those that follow write over a copy in it.
TEST(PowerCut, AHeadIsTheOldOneOrTheNewOne) {
  // So long that what survives of a copy often ends in the midst of it.
  const std::string old_note(3'900, 'o'), new_note(3'900, 'n');
  const auto expect_either = [&](std::size_t writes, std::uint64_t change) {
    bool cut = false;
    for (std::uint64_t turn = 0; turn < 32; ++turn) {
      const Survivors survivors = kSurvivors[turn % std::size(kSurvivors)];
      const Root root;
      PowerCutDisk disk(root.path());
      const tests::PowerCutTap tap(disk);
      const std::string path = root.path() + "/head";
      ASSERT_TRUE(DiskHeadFile(path).write(old_note));
      DiskHeadFile head(path);
      for (std::size_t i = 0; i < writes; ++i) ASSERT_TRUE(head.write(old_note));
      disk.cut_before(disk.changes() + change);
      const bool written = head.write(new_note).has_value();
      cut = disk.is_off();
      EXPECT_EQ(written, !cut);
      disk.restore(survivors, turn);
      const auto kept = DiskHeadFile(path).read();
      ASSERT_TRUE(kept) << kept.error().en;
      const std::string note = kept->value_or("gone");
      const std::string when = std::to_string(change) + " " + name_of(survivors);
      EXPECT_TRUE(note == new_note || (!written && note == old_note)) << when << ": " << note;
    }
    EXPECT_EQ(cut, change <= (writes == 0 ? 5U : 2U))
        << "made, written, synced, renamed, its folder synced; or written and synced";
  };
  for (const std::size_t writes : {0U, 1U, 2U}) {
    for (std::uint64_t change = 1; change <= 6; ++change) expect_either(writes, change);
  }
}

}  // namespace
}  // namespace liuhen::ledger
