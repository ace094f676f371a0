// Which signature lines the checkpoint of a static tree has: with keys to check them by, and
// without.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "crypto/cosignature.h"
#include "ledger/tile_export.h"
#include "tests/ledger/entries_log.h"

namespace liuhen::ledger {
namespace {

namespace fs = std::filesystem;
using tests::EntriesLog;

// The same tree, under whatever lines.
class Cosigned final : public EntriesLog {
 public:
  using EntriesLog::EntriesLog;
  std::string lines;
  Result<std::string> checkpoint() override { return note(size()) + lines; }

  static const crypto::SigningKey& witness() {
    static const crypto::SigningKey key{crypto::SigningSeed(crypto::sha256(view_of("witness")))};
    return key;
  }
  static std::vector<crypto::NoteKey> signers() {
    return {note_key(),
            {.name = "witness.example",
             .type = crypto::NoteKeyType::cosignature,
             .key = witness().public_key()}};
  }
  std::string good(std::uint64_t time) const {
    const std::string text = note(size()).substr(0, note(size()).rfind("\n\n") + 1);
    return format_signature_line(crypto::cosign(witness(), "witness.example", time, text));
  }
  std::string bad() const {
    auto line = crypto::parse_signature_lines(good(1)).value().front();
    line.blob.back() ^= 1;
    return format_signature_line(line);
  }
};
const std::string kStranger = "\u2014 another.example AAAAAAAA\n";

class TreeSignatures : public ::testing::Test {
 protected:
  fs::path dir = fs::temp_directory_path() / ("liuhen-signatures-" + std::to_string(getpid()));

  void SetUp() override { fs::remove_all(dir); }
  void TearDown() override { fs::remove_all(dir); }

  Result<ExportReport> run(Fetcher& source, const std::vector<crypto::NoteKey>& signers = {}) {
    return export_tiles(source, EntriesLog::note_key(), dir.string(), {}, signers);
  }
  std::string file(const std::string& name) const {
    std::ifstream in(dir / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
};

// Nothing else is written.
TEST_F(TreeSignatures, ACheckpointWithMoreSignaturesIsTaken) {
  Cosigned source(40);
  ASSERT_TRUE(run(source));
  source.lines = source.good(1);
  const auto report = run(source);
  ASSERT_TRUE(report) << report.error().en;
  EXPECT_EQ(report->files, 1u);
  EXPECT_EQ(file("checkpoint"), source.checkpoint().value());
}

// Nobody here can tell a bad one, so it stays no longer than the source shows it.
TEST_F(TreeSignatures, SignaturesAreThoseOfTheSource) {
  Cosigned source(40);
  const std::string good = source.good(1), bad = source.bad();
  for (const std::string& lines : {good, good + bad, good, kStranger + bad, std::string(), bad}) {
    source.lines = lines;
    ASSERT_TRUE(run(source));
    EXPECT_EQ(file("checkpoint"), source.checkpoint().value());
    EXPECT_EQ(file("head"), source.checkpoint().value());
  }
}

// As of a service that was started anew and has not asked its witnesses yet, or by somebody
// between.
TEST_F(TreeSignatures, AKnownCosignatureStaysAndABadOneNeverComes) {
  Cosigned source(40);
  const auto shows = [&](const std::string& offered, const std::string& expected) {
    source.lines = offered;
    const auto report = run(source, Cosigned::signers());
    ASSERT_TRUE(report) << report.error().en;
    EXPECT_EQ(file("checkpoint"), source.note(source.size()) + expected) << offered;
    EXPECT_EQ(file("head"), file("checkpoint"));
  };
  const std::string good = source.good(1), bad = source.bad();
  shows(bad + kStranger, kStranger);
  shows(good, good);
  shows("", good);
  shows(bad, good);
  shows(kStranger, good + kStranger);
  shows("", good);
  std::string crowd;
  for (std::size_t i = 1; i < crypto::kMaxNoteSignatures; ++i) crowd += kStranger;
  shows(crowd, good + crowd.substr(kStranger.size()));
  shows(source.good(2), source.good(2));
  // What an export without them took is mended by the next.
  source.lines = bad;
  ASSERT_TRUE(run(source));
  shows("", "");
  // Of more entries it is another checkpoint.
  shows(good, good);
  source.grow(41);
  shows(good, "");
  EXPECT_FALSE(fs::exists(dir / "evidence"));
}

// Evidence is what the source said, byte for byte.
TEST_F(TreeSignatures, EvidenceKeepsTheLinesThatATreeDoesNotTake) {
  Cosigned source(40), shorter(39);
  source.lines = source.good(1);
  shorter.lines = shorter.bad();
  ASSERT_TRUE(run(source, Cosigned::signers()));
  const auto report = run(shorter, Cosigned::signers());
  EXPECT_EQ(report.error().code, "export.behind");
  EXPECT_EQ(file("evidence/behind-39-" + to_hex(shorter.tree().root(39)).substr(0, 16)),
            shorter.checkpoint().value());
}

}  // namespace
}  // namespace liuhen::ledger
