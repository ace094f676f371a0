// What is kept of sources that contradict a static tree: forks that need no tiles, heads whose
// tiles are withheld, old ones; and how much of it.
#include "ledger/tree_evidence.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "ledger/log_reader.h"
#include "ledger/tile_export.h"
#include "tests/ledger/entries_log.h"

namespace liuhen::ledger {
namespace {

namespace fs = std::filesystem;
using tests::EntriesLog;
using Names = std::vector<std::string>;

std::string root_name(const EntriesLog& log, std::uint64_t size) {
  return to_hex(log.tree().root(size)).substr(0, 16);
}

class KeptEvidence : public ::testing::Test {
 protected:
  fs::path dir = fs::temp_directory_path() / ("liuhen-evidence-" + std::to_string(getpid()));
  EntriesLog log;

  void SetUp() override { fs::remove_all(dir); }
  void TearDown() override { fs::remove_all(dir); }

  Result<ExportReport> run(Fetcher& source) {
    return export_tiles(source, EntriesLog::note_key(), dir.string());
  }
  void publish(std::uint64_t size) {
    log.grow(size);
    const auto report = run(log);
    ASSERT_TRUE(report) << report.error().en;
  }
  // Of what is published, the checkpoint and its first tile.
  void expect_whole(std::uint64_t size) const {
    MirrorFetcher here(dir.string());
    EXPECT_EQ(here.checkpoint().value(), log.note(size));
    EXPECT_EQ(here.tile(0, 0, 256).value(), tile_bytes(log.tree(), {0, 0, 256}));
  }

  Names evidence() const {
    Names out;
    for (const auto& file : fs::directory_iterator(dir / "evidence"))
      out.push_back(file.path().filename());
    std::ranges::sort(out);
    return out;
  }
  std::string note_in(const std::string& name) const {
    std::ifstream in(dir / "evidence" / name, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
  }
};

// A checkpoint, and no tile.
class Withheld final : public EntriesLog {
 public:
  using EntriesLog::EntriesLog;
  Result<Bytes> tile(unsigned, std::uint64_t, unsigned) override {
    return fail("fetch.absent", "没有", "absent");
  }
};
Withheld another_history(std::uint64_t parts, std::uint64_t size) {
  Withheld fork(parts);
  fork.append("another");
  fork.grow(size);
  return fork;
}

TEST_F(KeptEvidence, TwoSignedRootsOfOneSizeAreAForkWithoutAnyTile) {
  publish(300);
  Withheld fork = another_history(290, 300);
  const auto report = run(fork);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, "export.fork");
  EXPECT_NE(report.error().en.find("which entry differs first is unknown"), std::string::npos)
      << report.error().en;
  EXPECT_EQ(note_in("held-300-" + root_name(log, 300)), log.note(300));
  EXPECT_EQ(note_in("fork-300-" + root_name(fork, 300)), fork.note(300));
  expect_whole(300);
}

// Of the size that was taken and could not be copied.
TEST_F(KeptEvidence, TwoSignedRootsOfTheSizeThatWasTakenAreAForkWithoutAnyTile) {
  publish(300);
  fs::copy_file(dir / "checkpoint", dir / "head", fs::copy_options::overwrite_existing);
  std::ofstream(dir / "head", std::ios::binary) << EntriesLog(340).note(340);
  Withheld fork = another_history(330, 340);
  EXPECT_EQ(run(fork).error().code, "export.fork");
  EXPECT_EQ(evidence(), (Names{"fork-340-" + root_name(fork, 340),
                               "held-340-" + root_name(EntriesLog(340), 340)}));
}

// The tiles here, which give what was signed, show that it had another root then.
TEST_F(KeptEvidence, AShorterForkIsShownByTheTilesThatAreHeld) {
  publish(300);
  Withheld fork = another_history(270, 280);
  const auto report = run(fork);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, "export.fork");
  EXPECT_NE(report.error().en.find("is unknown"), std::string::npos) << report.error().en;
  expect_whole(300);
}

// Tiles that are damaged show nothing: a checkpoint of a moment ago is no fork.
TEST_F(KeptEvidence, DamageHereIsNoForkOfAShorterLog) {
  publish(600);
  std::ofstream(dir / "tile/0/000", std::ios::binary | std::ios::in).put('x');
  Withheld shorter(200);
  EXPECT_EQ(run(shorter).error().code, "export.behind");
}

TEST_F(KeptEvidence, ALongerHeadThatIsNotShownIsKeptAndForgottenOnceItIsCopied) {
  Withheld first(300);
  EXPECT_EQ(run(first).error().code, "fetch.absent");
  EXPECT_FALSE(fs::exists(dir / "evidence"));  // there was nothing to contradict
  publish(300);
  Withheld longer(340);
  const auto report = run(longer);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, "fetch.absent");
  const std::string held = "held-300-" + root_name(log, 300);
  const std::string unproven = "unproven-340-" + root_name(longer, 340);
  EXPECT_NE(report.error().en.find(unproven), std::string::npos) << report.error().en;
  EXPECT_EQ(note_in(unproven), longer.note(340));
  publish(320);  // not as far yet
  EXPECT_EQ(evidence(), (Names{held, unproven}));
  publish(400);
  EXPECT_FALSE(fs::exists(dir / "evidence"));
}

TEST_F(KeptEvidence, ALongerHeadThatWasNotShownIsAForkOnceTheHistoryIsAnother) {
  publish(300);
  Withheld fork = another_history(310, 340);
  EXPECT_EQ(run(fork).error().code, "fetch.absent");
  log.grow(400);
  const auto report = run(log);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, "export.fork");
  expect_whole(400);
  EXPECT_EQ(note_in("fork-340-" + root_name(fork, 340)), fork.note(340));
  EXPECT_EQ(note_in("held-400-" + root_name(log, 400)), log.note(400));
  EXPECT_EQ(evidence().size(), 3u);  // what was held at first stays, and the doubt has gone
  EXPECT_TRUE(run(log));             // told once
}

std::size_t count_of(const std::vector<std::string>& names, const std::string& kind) {
  return std::ranges::count_if(names, [&](const auto& name) { return name.starts_with(kind); });
}

TEST_F(KeptEvidence, EvidenceIsBoundedAndForksAreNotPushedOut) {
  publish(300);
  Withheld fork = another_history(290, 300);
  EXPECT_EQ(run(fork).error().code, "export.fork");
  constexpr std::size_t kMax = kTreeEvidenceFirstMax + kTreeEvidenceNewestMax;
  for (std::uint64_t size = 100; size < 130; ++size) {
    Withheld shorter(size), longer(300 + size);
    EXPECT_EQ(run(shorter).error().code, "export.behind");
    EXPECT_EQ(run(longer).error().code, "fetch.absent");
  }
  const Names kept = evidence();
  EXPECT_EQ(count_of(kept, "behind-"), kMax);
  EXPECT_EQ(count_of(kept, "unproven-"), kMax);
  for (const char* name : {"behind-100-", "behind-103-", "behind-126-", "behind-129-"})
    EXPECT_EQ(count_of(kept, name), 1u) << name;
  EXPECT_EQ(count_of(kept, "fork-"), 1u);
  EXPECT_EQ(count_of(kept, "held-"), 1u);
  expect_whole(300);
}

// Each with the note of its own size.
TEST_F(KeptEvidence, WhatWasHeldIsBoundedTooAndStaysWithItsFork) {
  for (std::uint64_t size = 300; size < 330; ++size) {
    publish(size);
    Withheld shorter(100), fork = another_history(290, size);
    EXPECT_EQ(run(shorter).error().code, "export.behind");
    if (size != 315) continue;
    EXPECT_EQ(run(fork).error().code, "export.fork");
  }
  const Names kept = evidence();
  EXPECT_LE(count_of(kept, "held-"), kTreeEvidenceFirstMax + kTreeEvidenceNewestMax + 1);
  EXPECT_EQ(count_of(kept, "held-315-"), 1u);
}

}  // namespace
}  // namespace liuhen::ledger
