// The static tree: byte-exact at every size, whole after a crash at any moment, and never another
// history.
#include "ledger/tile_export.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>

#include "ledger/log_reader.h"
#include "ledger/tile_edge.h"
#include "tests/ledger/entries_log.h"

namespace liuhen::ledger {
namespace {

namespace fs = std::filesystem;
using tests::EntriesLog;
using Files = std::map<std::string, std::string>;

std::string text(const Bytes& bytes) { return std::string(text_of(bytes)); }

class TileExport : public ::testing::Test {
 protected:
  fs::path dir = fs::temp_directory_path() / ("liuhen-export-" + std::to_string(getpid()));
  EntriesLog log;
  std::vector<std::uint64_t> published;

  void SetUp() override { fs::remove_all(dir); }
  void TearDown() override { fs::remove_all(dir); }

  Result<ExportReport> run(Fetcher& source, const ExportProgress& progress = {}) {
    return export_tiles(source, EntriesLog::note_key(), dir.string(), progress);
  }
  void publish(std::uint64_t size) {
    log.grow(size);
    const auto report = run(log);
    ASSERT_TRUE(report) << report.error().en;
    published.push_back(size);
  }

  Files files() const {
    Files out;
    for (const auto& file : fs::recursive_directory_iterator(dir)) {
      if (!file.is_regular_file()) continue;
      std::ifstream in(file.path(), std::ios::binary);
      out[fs::relative(file.path(), dir)] = std::string(std::istreambuf_iterator<char>(in), {});
    }
    return out;
  }

  // What a static server has to have: the last checkpoint, every full tile and bundle, and the
  // partial ones of each published size whose full one is not there yet.
  Files expected() const {
    Files out;
    const std::uint64_t last = published.back();
    out["checkpoint"] = out["head"] = log.note(last);
    for (const std::uint64_t size : published) {
      for (const Tile& tile : tiles_of_growth(0, size)) {
        if (tile.width < tile_width(tile.level, tile.index, last) &&
            tile_width(tile.level, tile.index, last) == kTileWidth)
          continue;
        out[tile_path(tile)] = text(tile_bytes(log.tree(), tile));
        if (tile.level == 0) out[bundle_path(tile)] = text(log.bundle(tile.index, tile.width));
      }
    }
    return out;
  }
  // The whole tree of a size, whatever else is there.
  void expect_whole(std::uint64_t size) const {
    if (size == 0) {
      EXPECT_FALSE(fs::exists(dir / "checkpoint"));
      return;
    }
    const Files here = files();
    EXPECT_EQ(here.at("checkpoint"), log.note(size));
    for (const Tile& tile : tiles_of_growth(0, size)) {
      ASSERT_TRUE(here.contains(tile_path(tile))) << tile_path(tile);
      EXPECT_EQ(here.at(tile_path(tile)), text(tile_bytes(log.tree(), tile)));
      if (tile.level > 0) continue;
      ASSERT_TRUE(here.contains(bundle_path(tile))) << bundle_path(tile);
      EXPECT_EQ(here.at(bundle_path(tile)), text(log.bundle(tile.index, tile.width)));
    }
  }
};

TEST_F(TileExport, EverySizeHasExactlyItsFiles) {
  for (const std::uint64_t size : {1, 2, 3, 200, 255, 256, 257, 257, 300, 511, 512, 700, 1'300}) {
    publish(size);
    ASSERT_EQ(files(), expected()) << size;
  }
}

// The key that signs may be in the wrong hands, and a size costs nothing to write.
TEST_F(TileExport, AnAbsurdSizeThatIsSignedTakesNoMemory) {
  publish(5);
  class Boasting final : public Fetcher {
   public:
    explicit Boasting(EntriesLog& log) : log_(log) {}
    Result<std::string> checkpoint() override {
      return crypto::sign_checkpoint(
          {.origin = EntriesLog::kOrigin, .size = (1ull << 63) - 1, .root = {}}, EntriesLog::key());
    }
    Result<Bytes> tile(unsigned level, std::uint64_t index, unsigned width) override {
      if (index * kTileWidth + width <= log_.size()) return log_.tile(level, index, width);
      return fail("fetch.absent", "没有", "absent");
    }
    Result<Bytes> entries(std::uint64_t index, unsigned width) override {
      return log_.entries(index, width);
    }

   private:
    EntriesLog& log_;
  } boasting(log);
  const auto report = run(boasting);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, "fetch.absent");
  expect_whole(5);
}

TEST_F(TileExport, OneEntryAtATimeAcrossATile) {
  for (std::uint64_t size = 230; size <= 290; ++size) {
    publish(size);
    ASSERT_EQ(files(), expected()) << size;
  }
}

TEST_F(TileExport, ThreeLevelsOfTiles) {
  for (const std::uint64_t size : {65'000, 65'535, 65'537, 66'000}) publish(size);
  EXPECT_EQ(files(), expected());
  EXPECT_TRUE(fs::exists(dir / "tile/2/000.p/1"));
}

TEST_F(TileExport, SaysWhatItDid) {
  log.grow(300);
  std::uint64_t last = 0, all = 0;
  const auto report = run(log, [&](std::uint64_t done, std::uint64_t of) {
    EXPECT_EQ(done, last + 1);
    last = done;
    all = of;
  });
  ASSERT_TRUE(report);
  EXPECT_EQ(last, all);
  EXPECT_EQ(report->old_size, 0u);
  EXPECT_EQ(report->size, 300u);
  EXPECT_EQ(report->files, 6u);  // three tiles, two bundles, the checkpoint
  EXPECT_EQ(run(log)->files, 0u);
}

std::string root_name(const EntriesLog& log, std::uint64_t size) {
  return to_hex(log.tree().root(size)).substr(0, 16);
}

TEST_F(TileExport, ASmallerLogIsRefused) {
  publish(300);
  EntriesLog shorter(299);
  EXPECT_EQ(run(shorter).error().code, "export.behind");
  EXPECT_EQ(files().at("evidence/behind-299-" + root_name(log, 299)), log.note(299));
  expect_whole(300);
}

// Rolled back and grown anew, and not yet as long as it was.
TEST_F(TileExport, ASmallerLogOfAnotherHistoryIsAFork) {
  publish(300);
  EntriesLog fork(280);
  fork.append("another");
  const auto report = run(fork);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, "export.fork");
  EXPECT_NE(report.error().en.find("differs is 280;"), std::string::npos) << report.error().en;
  expect_whole(300);
}

// A checkpoint whose entries could not be had is held against whatever comes next.
TEST_F(TileExport, WhatWasTakenIsHeldAgainstTheSourceBeforeItIsCopied) {
  struct Mute final : EntriesLog {
    using EntriesLog::EntriesLog;
    Result<Bytes> entries(std::uint64_t, unsigned) override {
      return fail("fetch.failed", "断开", "gone");
    }
  };
  publish(300);
  Mute seen(340);
  EXPECT_EQ(run(seen).error().code, "fetch.failed");
  EntriesLog behind(330), fork(320);
  EXPECT_EQ(run(behind).error().code, "export.behind");
  fork.append("another");
  fork.grow(400);
  const auto report = run(fork);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, "export.fork");
  EXPECT_NE(report.error().en.find("differs is 300–339;"), std::string::npos) << report.error().en;
  expect_whole(300);
  log.grow(400);
  EXPECT_TRUE(run(log));
  expect_whole(400);
}

// Whatever its length, and wherever it parts: in a full tile, or in the partial one.
TEST_F(TileExport, AnotherHistoryIsRefusedWithTheFirstEntryThatDiffers) {
  publish(300);
  for (const std::uint64_t parts : {0, 17, 255, 256, 299}) {
    for (const std::uint64_t size : {300, 301, 700}) {
      EntriesLog fork(parts);
      fork.append("another");
      fork.grow(size);
      const auto report = run(fork);
      ASSERT_FALSE(report);
      EXPECT_EQ(report.error().code, "export.fork");
      EXPECT_NE(report.error().en.find("differs is " + std::to_string(parts) + ";"),
                std::string::npos)
          << report.error().en;
      Files here = files();
      EXPECT_EQ(here.at("evidence/held-300-" + root_name(log, 300)), log.note(300));
      EXPECT_EQ(here.at("evidence/fork-" + std::to_string(size) + "-" + root_name(fork, size)),
                fork.note(size));
      std::erase_if(here, [](const auto& file) {
        return file.first.starts_with(".new/") || file.first.starts_with("evidence/");
      });
      EXPECT_EQ(here, expected());
    }
  }
}

TEST_F(TileExport, AnotherLogIsRefused) {
  publish(3);
  const crypto::NoteKey other{.name = "other.example", .key = EntriesLog::key().public_key()};
  EXPECT_EQ(export_tiles(log, other, dir.string()).error().code, "checkpoint.origin");
  EXPECT_EQ(files(), expected());
}

// One byte wrong at one place of the source.
class Spoiled final : public EntriesLog {
 public:
  using EntriesLog::EntriesLog;
  std::string at;
  bool first = false;  // byte, rather than the last
  Result<Bytes> tile(unsigned level, std::uint64_t index, unsigned width) override {
    return spoil(EntriesLog::tile(level, index, width), tile_path({level, index, width}));
  }
  Result<Bytes> entries(std::uint64_t index, unsigned width) override {
    return spoil(EntriesLog::entries(index, width), bundle_path({0, index, width}));
  }

 private:
  Result<Bytes> spoil(Result<Bytes> bytes, const std::string& path) {
    if (path == at) (first ? bytes->front() : bytes->back()) ^= 1;
    return bytes;
  }
};
TEST_F(TileExport, ASourceThatDoesNotGiveItsRootIsRefused) {
  publish(100);
  for (const char* at : {"tile/0/000", "tile/0/001", "tile/0/002.p/88", "tile/entries/000",
                         "tile/entries/002.p/88"}) {
    Spoiled source(600);
    source.at = at;
    const auto report = run(source);
    ASSERT_FALSE(report) << at;
    EXPECT_EQ(report.error().code, "export.source") << at;
    expect_whole(100);
  }
  publish(600);
  EXPECT_EQ(files(), expected());
}

// Tiles that do not give the signed root show no history, whatever they say.
TEST_F(TileExport, AWrongTileOfWhatIsHeldIsNoFork) {
  publish(300);
  Spoiled source(600);
  source.at = "tile/0/001";
  source.first = true;
  const auto report = run(source);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, "export.source");
  EXPECT_TRUE(files().contains("evidence/unproven-600-" + root_name(source, 600)));
  EXPECT_FALSE(files().contains("evidence/fork-600-" + root_name(source, 600)));
  expect_whole(300);
  source.at.clear();
  ASSERT_TRUE(run(source));
  EXPECT_FALSE(fs::exists(dir / "evidence"));
}

TEST_F(TileExport, ADirectoryThatDoesNotGiveItsOwnCheckpointIsRefused) {
  publish(300);
  std::ofstream(dir / "tile/0/001.p/44", std::ios::binary | std::ios::in).put('x');
  log.grow(400);
  EXPECT_EQ(run(log).error().code, "export.damaged");
}

TEST_F(TileExport, OneRunAtATime) {
  publish(3);
  const int held = ::open(dir.c_str(), O_RDONLY | O_DIRECTORY);
  ASSERT_EQ(::flock(held, LOCK_EX), 0);
  EXPECT_EQ(run(log).error().code, "export.busy");
  ::close(held);
  EXPECT_TRUE(run(log));
}

// Stops its own process at the given call, counting those of the progress too.
class Deadly final : public Fetcher {
 public:
  Deadly(Fetcher& inner, unsigned at) : inner_(inner), left_(at) {}
  void count() {
    if (left_-- == 0) ::raise(SIGKILL);
  }
  Result<std::string> checkpoint() override { return inner_.checkpoint(); }
  Result<Bytes> tile(unsigned level, std::uint64_t index, unsigned width) override {
    count();
    return inner_.tile(level, index, width);
  }
  Result<Bytes> entries(std::uint64_t index, unsigned width) override {
    count();
    return inner_.entries(index, width);
  }

 private:
  Fetcher& inner_;
  unsigned left_;
};

TEST_F(TileExport, ACrashAtAnyMomentLeavesTheOlderTreeWhole) {
  unsigned crashes = 0;
  struct Growth {
    std::uint64_t start, later;
  };
  // To 600; the next run finds it as it was, or so much longer that other files are partial.
  for (const auto& [start, later] : {Growth{0, 600}, {200, 600}, {256, 1'300}, {580, 601}}) {
    for (unsigned at = 0;; ++at) {
      SCOPED_TRACE("from " + std::to_string(start) + ", call " + std::to_string(at) + ", then to " +
                   std::to_string(later));
      fs::remove_all(dir);
      published.clear();
      log = EntriesLog();
      if (start > 0) publish(start);
      log.grow(600);
      const pid_t child = ::fork();
      ASSERT_GE(child, 0);
      if (child == 0) {
        Deadly source(log, at);
        const auto report = run(source, [&](std::uint64_t, std::uint64_t) { source.count(); });
        ::_exit(report ? 0 : 1);
      }
      int status = 0;
      ASSERT_EQ(::waitpid(child, &status, 0), child);
      if (WIFEXITED(status)) {
        EXPECT_EQ(WEXITSTATUS(status), 0);
        break;
      }
      ++crashes;
      expect_whole(start);
      publish(later);
      ASSERT_EQ(files(), expected());
    }
  }
  EXPECT_GT(crashes, 40u);
}

// Between the checkpoint and the removal of what it has superseded.
TEST_F(TileExport, WhatACrashLeftToRemoveIsRemovedByTheNextRun) {
  publish(200);
  fs::copy(dir / "tile/0/000.p", dir / "kept", fs::copy_options::recursive);
  publish(600);
  fs::rename(dir / "kept", dir / "tile/0/000.p");
  fs::create_directory(dir / ".new");
  std::ofstream(dir / ".new/began") << "200";
  publish(601);
  EXPECT_EQ(files(), expected());
}

TEST_F(TileExport, ARunThatWasBrokenOffDoesNotFetchAgainWhatIsThere) {
  struct Counting final : EntriesLog {
    using EntriesLog::EntriesLog;
    unsigned bundles = 0, most = 1'000;
    Result<Bytes> entries(std::uint64_t index, unsigned width) override {
      if (bundles == most) return fail("fetch.failed", "断开", "gone");
      ++bundles;
      return EntriesLog::entries(index, width);
    }
  };
  log.grow(2'600);
  Counting broken(2'600), again(2'600);
  broken.most = 7;
  EXPECT_EQ(run(broken).error().code, "fetch.failed");
  EXPECT_TRUE(run(again));
  EXPECT_EQ(again.bundles, 11u - 7u);
  published.push_back(2'600);
  EXPECT_EQ(files(), expected());
}

TEST_F(TileExport, AFullDiskLeavesTheOlderTreeWhole) {
  publish(200);
  log.grow(600);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{3'000, 3'000};  // no full tile fits
    ::setrlimit(RLIMIT_FSIZE, &small);
    const auto report = run(log);
    ::_exit(!report && report.error().code == "export.io" ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  expect_whole(200);
  publish(600);
  EXPECT_EQ(files(), expected());
}

}  // namespace
}  // namespace liuhen::ledger
