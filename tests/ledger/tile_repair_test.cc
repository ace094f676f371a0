// Every file of a static tree, damaged in every way, is put back as it was, and from nothing that
// the held checkpoint does not cover.
#include "ledger/tile_repair.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "ledger/tile_export.h"
#include "tests/ledger/entries_log.h"

namespace liuhen::ledger {
namespace {

namespace fs = std::filesystem;
using tests::EntriesLog;
using Files = std::map<std::string, std::string>;

class TileRepair : public ::testing::Test {
 protected:
  fs::path dir = fs::temp_directory_path() / ("liuhen-repair-" + std::to_string(getpid()));
  EntriesLog log;

  void SetUp() override { fs::remove_all(dir); }
  void TearDown() override { fs::remove_all(dir); }

  void publish(std::uint64_t size) {
    log.grow(size);
    const auto report = export_tiles(log, EntriesLog::note_key(), dir.string());
    ASSERT_TRUE(report) << report.error().en;
  }
  Result<RepairReport> run(Fetcher& source, const RepairProgress& progress = {}) {
    return repair_tree(source, EntriesLog::note_key(), dir.string(), progress);
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
  void write(const std::string& name, const std::string& bytes) const {
    std::ofstream(dir / name, std::ios::binary | std::ios::trunc) << bytes;
  }
};

// Knows nothing: whatever asks it fails.
class Silent final : public Fetcher {
 public:
  Result<std::string> checkpoint() override { return fail("fetch.failed", "无", "none"); }
  Result<Bytes> tile(unsigned, std::uint64_t, unsigned) override {
    return fail("fetch.failed", "无", "none");
  }
  Result<Bytes> entries(std::uint64_t, unsigned) override {
    return fail("fetch.failed", "无", "none");
  }
};

TEST_F(TileRepair, AWholeTreeNeedsNoSource) {
  for (const std::uint64_t size : {1, 200, 256, 300, 310, 700}) {
    publish(size);
    Silent nobody;
    std::uint64_t last = 0, all = 0;
    const auto report = run(nobody, [&](std::uint64_t done, std::uint64_t of) {
      EXPECT_EQ(done, ++last);
      all = of;
    });
    ASSERT_TRUE(report) << report.error().en;
    EXPECT_EQ(report->size, size);
    EXPECT_EQ(last, all);
    EXPECT_EQ(report->files, all);
    EXPECT_TRUE(report->repaired.empty());
  }
}

// Sizes 300, 310 and 320 leave partial files of one tile and one bundle beside each other.
TEST_F(TileRepair, EveryFileIsPutBack) {
  for (const std::uint64_t size : {200, 300, 310, 320}) publish(size);
  const Files good = files();
  EXPECT_TRUE(good.contains("tile/0/001.p/44"));
  EXPECT_TRUE(good.contains("tile/entries/001.p/54"));
  for (const auto& [name, bytes] : good) {
    std::string flipped = bytes;
    flipped[bytes.size() / 2] = static_cast<char>(flipped[bytes.size() / 2] ^ 1);
    for (const std::string& bad : {std::string(), bytes.substr(1), bytes + "x", flipped}) {
      write(name, bad);
      const auto report = run(log);
      ASSERT_TRUE(report) << name << ": " << report.error().en;
      EXPECT_EQ(report->repaired, std::vector<std::string>{name});
      fs::remove_all(dir / ".new");
      ASSERT_EQ(files(), good) << name;
    }
  }
}

TEST_F(TileRepair, AllAtOnce) {
  for (const std::uint64_t size : {300, 66'000}) publish(size);
  const Files good = files();
  for (const auto& [name, bytes] : good) {
    if (name != "head") write(name, "x");
  }
  const auto report = run(log);
  ASSERT_TRUE(report) << report.error().en;
  EXPECT_EQ(report->repaired.size(), good.size() - 1);
  fs::remove_all(dir / ".new");
  EXPECT_EQ(files(), good);
}

TEST_F(TileRepair, NothingIsTakenThatTheHeldCheckpointDoesNotCover) {
  publish(300);
  EntriesLog fork(280);
  fork.append("another");
  fork.grow(400);
  const std::string path = "tile/entries/001.p/44";
  const std::string bundle = files().at(path);
  write(path, "x");
  const auto report = run(fork);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, "export.source");
  EXPECT_NE(report.error().en.find("entry 280 "), std::string::npos) << report.error().en;
  write(path, bundle);
  write("tile/0/001.p/44", "x");
  EXPECT_EQ(run(fork).error().code, "export.source");
  EXPECT_EQ(files().at("tile/0/001.p/44"), "x");
}

TEST_F(TileRepair, NoWholeCheckpointIsRefusedAndNoneAtAllIsNothingYet) {
  Silent nobody;
  const auto empty = run(nobody);
  ASSERT_TRUE(empty);
  EXPECT_EQ(empty->size, 0u);
  publish(300);
  write("checkpoint", "x");
  write("head", "x");
  EXPECT_EQ(run(log).error().code, "export.damaged");
  EXPECT_EQ(files().at("checkpoint"), "x");
}

}  // namespace
}  // namespace liuhen::ledger
