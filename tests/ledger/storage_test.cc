// One contract, two implementations; and what only the one on disk can go wrong with.
#include "ledger/storage.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "ledger/dir_check.h"
#include "ledger/rocksdb_storage.h"
#include "tests/test_ledger.h"

namespace liuhen::ledger {
namespace {

namespace fs = std::filesystem;
using tests::TestLedger;

class Directory {
 public:
  Directory() {
    std::string name = (fs::temp_directory_path() / "liuhen-storage-XXXXXX").string();
    LIUHEN_CHECK(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~Directory() { fs::remove_all(path_); }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;
  std::string path(const std::string& name = "db") const { return path_ + "/" + name; }

 private:
  std::string path_;
};

Result<std::unique_ptr<Storage>> open(const std::string& path, OpenMode mode) {
  return open_rocksdb(path, {.mode = mode});
}

std::string all_of(Storage& storage, Family family, std::string_view from = "") {
  std::string out;
  EXPECT_TRUE(storage.scan(family, from, [&](std::string_view key, std::string_view value) {
    out += std::string(key) + "=" + std::string(value) + ";";
    return true;
  }));
  return out;
}

void keep_the_contract(Storage& storage) {
  Batch batch;
  batch.put(Family::meta, "b", "2");
  batch.put(Family::meta, "a", "1");
  batch.put(Family::meta, std::string("\xff\0", 2), std::string("\0x", 2));
  batch.put(Family::tiles, "b", "other");
  batch.put(Family::meta, "gone", "x");
  batch.remove(Family::meta, "gone");
  ASSERT_TRUE(storage.commit(batch));
  EXPECT_EQ(storage.get(Family::meta, "b").value(), "2");
  EXPECT_EQ(storage.get(Family::tiles, "b").value(), "other");
  EXPECT_FALSE(storage.get(Family::tiles, "a").value());
  EXPECT_EQ(all_of(storage, Family::meta), std::string("a=1;b=2;\xff\0=\0x;", 14));
  EXPECT_EQ(all_of(storage, Family::meta, "aa"), std::string("b=2;\xff\0=\0x;", 10));
  std::size_t visited = 0;
  ASSERT_TRUE(storage.scan(Family::meta, "", [&](std::string_view, std::string_view) {
    EXPECT_EQ(storage.get(Family::meta, "a").value(), "1");
    return ++visited < 2;
  }));
  EXPECT_EQ(visited, 2u);
  Batch removal;
  removal.remove(Family::meta, "a");
  removal.remove(Family::meta, "never there");
  ASSERT_TRUE(storage.commit(removal));
  EXPECT_FALSE(storage.get(Family::meta, "a").value());
  EXPECT_TRUE(storage.purge(Family::meta));
  for (int i = 0; i < 1000; ++i) {
    Batch one;
    one.put(Family::streams, key_of_number(static_cast<std::uint64_t>(i)), "");
    ASSERT_TRUE(i % 100 != 0 || storage.commit(one));
  }
  EXPECT_EQ(number_of_key(key_of_number(0x0102030405060708)), 0x0102030405060708u);
}

TEST(Storage, InMemoryKeepsTheContract) {
  MemoryStorage storage;
  keep_the_contract(storage);
}

TEST(Storage, OnDiskKeepsTheContractAndWhatItWasGiven) {
  const Directory directory;
  {
    auto storage = open(directory.path(), OpenMode::create);
    ASSERT_TRUE(storage) << storage.error().en;
    keep_the_contract(**storage);
  }
  auto storage = open(directory.path(), OpenMode::existing);
  ASSERT_TRUE(storage) << storage.error().en;
  EXPECT_EQ((*storage)->get(Family::meta, "b").value(), "2");
}

TEST(Storage, ADirectoryInUseIsLeftAsItIs) {
  const Directory directory;
  EXPECT_EQ(open(directory.path(), OpenMode::existing).error().code, "storage.absent");
  EXPECT_EQ(open(directory.path(), OpenMode::read_only).error().code, "storage.absent");
  EXPECT_FALSE(fs::exists(directory.path()));
  fs::create_directories(directory.path("full"));
  std::ofstream(directory.path("full/letter")) << "hello";
  EXPECT_EQ(open(directory.path("full"), OpenMode::create).error().code, "storage.exists");
  EXPECT_EQ(open(directory.path("full/letter"), OpenMode::create).error().code, "storage.exists");
  { ASSERT_TRUE(open(directory.path(), OpenMode::create)); }
  EXPECT_EQ(open(directory.path(), OpenMode::create).error().code, "storage.exists");
}

std::map<std::string, std::string> files_of(const std::string& path) {
  std::map<std::string, std::string> out;
  for (const auto& file : fs::directory_iterator(path)) {
    std::ifstream in(file.path(), std::ios::binary);
    out[file.path().filename()] = std::string(std::istreambuf_iterator<char>(in), {});
  }
  return out;
}

TEST(Storage, ReadersComeAndGoWhileOneWrites) {
  const Directory directory;
  auto writer = open(directory.path(), OpenMode::create);
  ASSERT_TRUE(writer);
  Batch batch;
  batch.put(Family::meta, "a", "1");
  ASSERT_TRUE((*writer)->commit(batch));
  EXPECT_EQ(open(directory.path(), OpenMode::existing).error().code, "storage.busy");
  {
    const auto reader = open(directory.path(), OpenMode::read_only);
    ASSERT_TRUE(reader) << reader.error().en;
    EXPECT_EQ((*reader)->get(Family::meta, "a").value(), "1");
    Batch second;
    second.put(Family::meta, "b", "2");
    ASSERT_TRUE((*writer)->commit(second));
    ASSERT_TRUE((*writer)->purge(Family::meta));
    EXPECT_EQ((*reader)->get(Family::meta, "a").value(), "1") << "it keeps what it opened";
  }
  EXPECT_EQ((*writer)->get(Family::meta, "b").value(), "2");
  (*writer).reset();
  const auto closed = files_of(directory.path());
  {
    EXPECT_EQ((*open(directory.path(), OpenMode::read_only))->get(Family::meta, "b").value(), "2");
  }
  EXPECT_EQ(files_of(directory.path()), closed) << "a reader writes nothing";
}

TEST(Storage, AnUnfinishedRecordAtTheEndIsNotDamageButOneBeforeItIs) {
  const Directory directory;
  {
    auto writer = open(directory.path(), OpenMode::create);
    for (const char* key : {"a", "b", "c"}) {
      Batch batch;
      batch.put(Family::meta, key, std::string(500, *key));
      ASSERT_TRUE((*writer)->commit(batch));
    }
    fs::copy(directory.path(), directory.path("crashed"));
    fs::copy(directory.path(), directory.path("broken"));
  }
  const auto log_of = [](const std::string& path) {
    for (const auto& file : fs::directory_iterator(path)) {
      if (file.path().extension() == ".log" && fs::file_size(file.path()) > 0) return file.path();
    }
    return fs::path();
  };
  fs::resize_file(log_of(directory.path("crashed")),
                  fs::file_size(log_of(directory.path("crashed"))) - 100);
  {
    auto crashed = open(directory.path("crashed"), OpenMode::existing);
    ASSERT_TRUE(crashed) << crashed.error().en;
    EXPECT_TRUE((*crashed)->get(Family::meta, "b").value());
    EXPECT_FALSE((*crashed)->get(Family::meta, "c").value());
  }
  std::fstream file(log_of(directory.path("broken")),
                    std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(300);
  file.put('!');
  file.close();
  EXPECT_EQ(open(directory.path("broken"), OpenMode::existing).error().code, "storage.damaged");
}

// The ledger that the tamper tests use, on disk and closed.
class OnDisk : public ::testing::Test {
 protected:
  void SetUp() override {
    auto storage = open(directory_.path(), OpenMode::create);
    ASSERT_TRUE(storage);
    Batch batch;
    ledger_.fill();
    const auto contents = ledger_.own_storage.contents();
    for (std::size_t i = 0; i < kCheckedFamilies; ++i) {
      for (const auto& [key, value] : contents[i]) batch.put(static_cast<Family>(i), key, value);
    }
    ASSERT_TRUE((*storage)->commit(batch));
  }
  // Overwrites one byte of the only place in the files that holds `bytes`.
  void change_on_disk(const std::string& bytes, std::size_t at) {
    int places = 0;
    for (const auto& [name, content] : files_of(directory_.path())) {
      if (fs::path(name).extension() != ".sst") continue;
      for (std::size_t found = content.find(bytes); found != std::string::npos;
           found = content.find(bytes, found + 1)) {
        ++places;
        std::fstream file(directory_.path() + "/" + name,
                          std::ios::binary | std::ios::in | std::ios::out);
        file.seekp(static_cast<std::streamoff>(found + at));
        file.put(static_cast<char>(bytes[at] ^ 0x20));
      }
    }
    EXPECT_EQ(places, 1);
  }
  void put(Family family, const std::string& key, const std::optional<std::string>& value) {
    auto storage = open(directory_.path(), OpenMode::existing);
    ASSERT_TRUE(storage) << storage.error().en;
    Batch batch;
    if (value) {
      batch.put(family, key, *value);
    } else {
      batch.remove(family, key);
    }
    ASSERT_TRUE((*storage)->commit(batch));
  }
  ReplayReport check() {
    auto storage = open(directory_.path(), OpenMode::read_only);
    if (!storage) {
      ReplayReport report;
      report.finding.code = storage.error().code;
      return report;
    }
    return check_storage(**storage, {.log_key = ledger_.note_key()});
  }

  Directory directory_;
  TestLedger ledger_;
};

TEST_F(OnDisk, IsVerified) { EXPECT_EQ(check().verdict, Verdict::verified) << check().finding.en; }

TEST_F(OnDisk, AByteOfAnEntryChangedInTheFileIsNamedByItsPosition) {
  const auto contents = ledger_.own_storage.contents();
  for (const std::uint64_t position : {0U, 7U, 39U}) {
    const std::string entry =
        contents[static_cast<std::size_t>(Family::entries)].at(key_of_number(position));
    for (const std::size_t at : {std::size_t{5}, entry.size() / 2, entry.size() - 1}) {
      change_on_disk(entry, at);
      const ReplayReport report = check();
      EXPECT_EQ(report.verdict, Verdict::violated);
      EXPECT_EQ(report.finding.position, position) << report.finding.en;
      EXPECT_EQ(report.finding.code, "storage.damaged");
      std::string other = entry;
      other[at] = static_cast<char>(other[at] ^ 0x20);
      change_on_disk(other, at);  // back again
    }
  }
  EXPECT_EQ(check().verdict, Verdict::verified);
}

TEST_F(OnDisk, NoChangedByteOfAnyFileCrashesTheReader) {
  const auto files = files_of(directory_.path());
  std::size_t found = 0;
  std::size_t tried = 0;
  for (const auto& [name, content] : files) {
    if (fs::path(name).extension() != ".sst") continue;
    for (std::size_t at = content.size() % 97; at < content.size(); at += 997) {
      std::string changed = content;
      changed[at] = static_cast<char>(changed[at] ^ 0x81);
      std::ofstream(directory_.path() + "/" + name, std::ios::binary) << changed;
      ++tried;
      if (check().verdict != Verdict::verified) ++found;
    }
    std::ofstream(directory_.path() + "/" + name, std::ios::binary) << content;
  }
  EXPECT_GT(tried, 30u);
  EXPECT_GT(found * 10, tried * 5) << "the rest are filters, padding and RocksDB's own properties";
}

// Through RocksDB's own door, so that its checksums are right: every family, every pair, bytes
// sampled of the long ones. A changed entry is named by its position.
TEST_F(OnDisk, AnyByteOfAnyValueWrittenAnewIsFound) {
  const auto contents = ledger_.own_storage.contents();
  auto storage = open(directory_.path(), OpenMode::existing);
  ASSERT_TRUE(storage) << storage.error().en;
  const auto put = [&](Family family, const std::string& key, std::optional<std::string> value) {
    Batch batch;
    if (value) {
      batch.put(family, key, *value);
    } else {
      batch.remove(family, key);
    }
    ASSERT_TRUE((*storage)->commit(batch));
  };
  const auto check = [&] {
    return check_storage(**storage, {.log_key = ledger_.note_key(), .threads = 1});
  };
  std::size_t turn = 0;
  for (std::size_t i = 0; i < kCheckedFamilies; ++i) {
    const auto family = static_cast<Family>(i);
    ASSERT_FALSE(contents[i].empty());
    for (const auto& [key, value] : contents[i]) {
      if (!value.empty()) {
        std::string changed = value;
        char& byte = changed[turn * 31 % value.size()];
        byte = static_cast<char>(byte ^ 0x10);
        ++turn;
        put(family, key, changed);
        const ReplayReport report = check();
        ASSERT_EQ(report.verdict, Verdict::violated) << name_of(family) << " " << turn;
        if (family == Family::entries) {
          ASSERT_EQ(report.finding.position, number_of_key(key)) << report.finding.en;
        } else {
          ASSERT_NE(report.finding.where, "");
        }
        put(family, key, value);
      }
      if (family == Family::pending) continue;  // it may have expired
      put(family, key, std::nullopt);
      const ReplayReport report = check();
      ASSERT_EQ(report.verdict, Verdict::violated) << name_of(family) << " " << turn;
      if (family == Family::entries) {
        ASSERT_EQ(report.finding.position, number_of_key(key)) << report.finding.en;
      }
      put(family, key, value);
    }
  }
  EXPECT_EQ(check().verdict, Verdict::verified);
}

TEST_F(OnDisk, EntriesSwappedDoubledOrReplacedAreNamed) {
  const auto entries = ledger_.own_storage.contents()[static_cast<std::size_t>(Family::entries)];
  const auto at = [&](std::uint64_t position) { return entries.at(key_of_number(position)); };
  const auto expect_at = [&](std::uint64_t position) {
    const ReplayReport report = check();
    EXPECT_EQ(report.verdict, Verdict::violated);
    EXPECT_EQ(report.finding.position, position) << report.finding.en;
    for (const auto& [key, value] : entries) put(Family::entries, key, value);
  };
  put(Family::entries, key_of_number(10), at(11));
  put(Family::entries, key_of_number(11), at(10));
  expect_at(10);
  put(Family::entries, key_of_number(25), at(24));  // in place of another
  expect_at(25);
  put(Family::entries, key_of_number(40), at(39));  // once more at the end
  expect_at(40);
  put(Family::entries, key_of_number(40), std::nullopt);
  EXPECT_EQ(check().verdict, Verdict::verified);
}

// The lists that RocksDB keeps of its files, and the files themselves: never verified where what
// the change touches is read, never a crash, and nothing written by either way of opening.
TEST_F(OnDisk, ADatabaseThatCannotBeOpenedIsLeftAsItIs) {
  const auto sound = files_of(directory_.path());
  const auto refused = [&](const std::string& what) {
    const auto before = files_of(directory_.path());
    for (const OpenMode mode : {OpenMode::read_only, OpenMode::existing}) {
      const auto opened = open(directory_.path(), mode);
      ASSERT_FALSE(opened) << what;
      EXPECT_EQ(opened.error().code, "storage.damaged") << what << ": " << opened.error().en;
      EXPECT_EQ(files_of(directory_.path()), before) << what;
    }
    for (const auto& [name, content] : sound)
      std::ofstream(directory_.path() + "/" + name, std::ios::binary) << content;
  };
  const auto write = [&](const std::string& name, const std::string& content) {
    std::ofstream(directory_.path() + "/" + name, std::ios::binary) << content;
  };
  for (const auto& [name, content] : sound) {
    if (name.starts_with("MANIFEST")) {
      for (std::size_t at = 0; at < content.size(); at += 61) {
        std::string changed = content;
        changed[at] = static_cast<char>(changed[at] ^ 0x55);
        write(name, changed);
        refused(name + " byte " + std::to_string(at));
      }
      write(name, "");
      refused("an empty manifest");
      fs::remove(directory_.path() + "/" + name);
      refused("no manifest");
    }
    if (name == "CURRENT") {
      for (const char* wrong : {"", "MANIFEST-999999\n", "nonsense", "MANIFEST-000001"}) {
        write(name, wrong);
        refused(std::string("CURRENT: ") + wrong);
      }
      fs::remove(directory_.path() + "/" + name);
      refused("no CURRENT");
    }
    if (fs::path(name).extension() == ".sst") {
      fs::remove(directory_.path() + "/" + name);
      refused("without " + name);
      write(name, content.substr(0, content.size() / 2));
      refused(name + " cut short");
    }
  }
  EXPECT_EQ(check().verdict, Verdict::verified);
}

TEST_F(OnDisk, TheSequencerRunsOnIt) {
  auto storage = open(directory_.path(), OpenMode::existing);
  ASSERT_TRUE(storage);
  ledger_.storage = storage->get();
  DiskHeadFile head(directory_.path("head"));
  ASSERT_FALSE(head.read().value());
  ASSERT_TRUE(head.write(*ledger_.own_head.read().value()));
  ledger_.head = &head;
  const auto refused = ledger_.open();
  ASSERT_FALSE(refused) << refused->en;
  ASSERT_TRUE(ledger_.submit_item("on-disk"));
  tests::wait_until_kept(*ledger_.sequencer);
  EXPECT_EQ(head.read().value(), ledger_.sequencer->checkpoint());
  ASSERT_TRUE(ledger_.submit(ledger_.erase_intent("e2", {tests::opening_of("证据一").commitment}),
                             {&ledger_.a}));
  std::thread reader([&] { EXPECT_EQ(check().verdict, Verdict::verified); });
  reader.join();
  ledger_.close();
  storage->reset();
  EXPECT_EQ(check().replayed, 42u);
}

}  // namespace
}  // namespace liuhen::ledger
