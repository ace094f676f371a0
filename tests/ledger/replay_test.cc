// A verifier's replay over a Fetcher, on logs made by hand, of more than one bundle and of two
// levels of tiles.
#include "ledger/replay.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "ledger/log_reader.h"
#include "ledger/tiles.h"
#include "tests/ledger_sample.h"

namespace liuhen::ledger {
namespace {

using tests::key_of;
using tests::kOrigin;
using tests::kStart;

constexpr std::uint64_t kSize = 600;

// What a server or a mirror has: whatever a test made of it.
class Published final : public Fetcher {
 public:
  Result<std::string> checkpoint() override {
    return note.empty() ? Result<std::string>(missing()) : note;
  }
  Result<Bytes> tile(unsigned level, std::uint64_t index, unsigned width) override {
    return find(tile_path({level, index, width}));
  }
  Result<Bytes> entries(std::uint64_t index, unsigned width) override {
    return find(bundle_path({0, index, width}));
  }

  // Puts all the files of a log of these entries in place.
  void publish(const std::vector<Bytes>& log, const crypto::SigningKey& key) {
    crypto::TreeHistory tree;
    for (const Bytes& entry : log) tree.append(crypto::leaf_hash(entry));
    files.clear();
    for (const Tile& at : tiles_of_growth(0, log.size())) {
      files[tile_path(at)] = tile_bytes(tree, at);
      if (at.level == 0) files[bundle_path(at)] = bundle_of(log, at);
    }
    note =
        crypto::sign_checkpoint({.origin = kOrigin, .size = log.size(), .root = tree.root()}, key);
  }
  // Only the bundles, as they are without a care for tiles and checkpoint.
  void replace_entries(const std::vector<Bytes>& log) {
    for (auto& [path, bytes] : files) {
      const TilePath parsed = parse_tile_path(path).value();
      if (parsed.entries) bytes = bundle_of(log, parsed.tile);
    }
  }

  std::map<std::string, Bytes> files;
  std::string note;
  std::string fails;  // the path that cannot be had

 private:
  static Error missing() { return fail("fetch.absent", "没有", "not there"); }
  static Bytes bundle_of(const std::vector<Bytes>& log, const Tile& at) {
    Bytes bundle;
    for (std::uint64_t i = at.index * kTileWidth;
         i < at.index * kTileWidth + at.width && i < log.size(); ++i) {
      add_to_bundle(log[i], bundle);
    }
    return bundle;
  }
  Result<Bytes> find(const std::string& path) const {
    if (path == fails) return fail("fetch.failed", "断线", "the line is dead");
    const auto found = files.find(path);
    if (found == files.end()) return missing();
    return found->second;
  }
};

class Replay : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    log_key_ = new crypto::SigningKey(key_of("log"));
    author_ = new crypto::SigningKey(key_of("a"));
    log_ = new std::vector<Bytes>(log_of(kSize));
  }
  static void TearDownTestSuite() {
    delete log_;
    delete author_;
    delete log_key_;
  }

  static Bytes genesis() {
    const crypto::SigningKey* const authors[] = {author_};
    auto intent = tests::intent_frame(authors, "genesis", "ledger");
    schema::GenesisT genesis;
    genesis.city = "青岛";
    genesis.division = "370200";
    genesis.log_key = tests::bytes_of(log_key_->public_key());
    intent.payload.Set(std::move(genesis));
    return encode(intent);
  }
  static Bytes item(const std::string& name) {
    const crypto::SigningKey* const authors[] = {author_};
    return tests::item_intent(authors, name);
  }
  static Bytes entry_of(std::uint64_t position, std::uint64_t time, const Hash& previous,
                        const Bytes& intent) {
    return encode_entry(position, time, previous, intent,
                        std::vector<Signature>{sign_intent(*author_, intent)});
  }
  static Hash leaf_before(const std::vector<Bytes>& log, std::uint64_t position) {
    return position == 0 ? Hash{} : crypto::leaf_hash(log[position - 1]);
  }
  static std::vector<Bytes> log_of(std::uint64_t size, std::vector<Bytes> log = {},
                                   const std::string& name = "i") {
    while (log.size() < size) {
      const std::uint64_t at = log.size();
      log.push_back(entry_of(at, kStart + at, leaf_before(log, at),
                             at == 0 ? genesis() : item(name + std::to_string(at))));
    }
    return log;
  }
  static Published published(const std::vector<Bytes>& log) {
    Published out;
    out.publish(log, *log_key_);
    return out;
  }
  static ReplayOptions pinned() {
    ReplayOptions options;
    options.log_key = crypto::NoteKey{.name = kOrigin, .key = log_key_->public_key()};
    options.absent_is_violation = true;
    return options;
  }
  static ReplayReport run(Fetcher& fetcher, const ReplayOptions& options = pinned(),
                          const Visitor& visitor = {}) {
    return replay(fetcher, options, visitor);
  }
  static void expect_at(Published& log, std::uint64_t position, const std::string& what) {
    const ReplayReport report = run(log);
    EXPECT_EQ(report.verdict, Verdict::violated) << what;
    EXPECT_EQ(report.finding.position, position)
        << what << ": " << report.finding.code << " " << report.finding.en;
    EXPECT_NE(report.finding.zh, "") << what;
    EXPECT_NE(report.finding.en, "") << what;
  }

  static crypto::SigningKey* log_key_;
  static crypto::SigningKey* author_;
  static std::vector<Bytes>* log_;
};
crypto::SigningKey* Replay::log_key_ = nullptr;
crypto::SigningKey* Replay::author_ = nullptr;
std::vector<Bytes>* Replay::log_ = nullptr;

TEST_F(Replay, WhatIsSoundIsVerifiedAtEverySizeThatMatters) {
  for (const std::uint64_t size : {1, 2, 3, 255, 256, 257, 511, 512, 513, 600}) {
    const std::vector<Bytes> log(log_->begin(), log_->begin() + size);
    Published files = published(log);
    for (const unsigned threads : {1U, 4U}) {
      for (const bool is_pinned : {true, false}) {
        ReplayOptions options;
        if (is_pinned) options = pinned();
        options.threads = threads;
        std::uint64_t visited = 0;
        const ReplayReport report =
            run(files, options, [&](const Event& event, const crypto::TreeHistory& before) {
              EXPECT_EQ(event.position(), visited);
              EXPECT_EQ(before.size(), visited++);
              return ok();
            });
        EXPECT_EQ(report.verdict, Verdict::verified) << size << ": " << report.finding.en;
        EXPECT_EQ(visited, static_cast<std::uint64_t>(size));
        EXPECT_EQ(report.replayed, static_cast<std::uint64_t>(size));
        EXPECT_EQ(report.fold->last_time(), kStart + static_cast<std::uint64_t>(size) - 1);
        EXPECT_EQ(report.checkpoint->root, report.fold->tree().root());
        EXPECT_EQ(report.log_key->key, log_key_->public_key());
      }
    }
  }
}

TEST_F(Replay, AByteChangedIsNamedByItsEntryInWhateverBundle) {
  for (const std::uint64_t position :
       {0ull, 1ull, 254ull, 255ull, 256ull, 511ull, 512ull, 598ull, 599ull}) {
    const std::size_t size = (*log_)[position].size();
    for (std::size_t at = position % 97; at < size; at += 197) {
      std::vector<Bytes> log = *log_;
      log[position][at] ^= 0x41;
      Published files = published(*log_);
      files.replace_entries(log);
      expect_at(files, position,
                "byte " + std::to_string(at) + " of entry " + std::to_string(position));
    }
  }
}

TEST_F(Replay, AByteOfTheGenesisIsNamedEvenIfItIsWhereTheKeyComesFrom) {
  for (std::size_t at = 0; at < (*log_)[0].size(); ++at) {
    std::vector<Bytes> log = log_of(3);
    Published files = published(log);
    log[0][at] ^= 0x41;
    files.replace_entries(log);
    const ReplayReport report = run(files, ReplayOptions{});
    EXPECT_EQ(report.verdict, Verdict::violated) << at;
    EXPECT_EQ(report.finding.position, 0U) << at << ": " << report.finding.en;
  }
}

TEST_F(Replay, EntriesDroppedDoubledSwappedReplacedAreNamed) {
  for (const std::uint64_t position : {0ull, 1ull, 255ull, 256ull, 400ull, 598ull}) {
    const auto at = static_cast<std::ptrdiff_t>(position);
    const std::string name = std::to_string(position);
    Published files = published(*log_);

    std::vector<Bytes> log = *log_;
    log.erase(log.begin() + at);
    files.replace_entries(log);
    expect_at(files, position, "dropped " + name);

    log = *log_;
    const Bytes copy = log[position];
    log.insert(log.begin() + at, copy);
    files.replace_entries(log);
    expect_at(files, position + 1, "doubled " + name);

    log = *log_;
    std::swap(log[position], log[position + 1]);
    files.replace_entries(log);
    expect_at(files, position, "swapped " + name);

    log = *log_;
    log[position] =
        entry_of(position, kStart + position, leaf_before(log, position), item("another"));
    files.replace_entries(log);
    expect_at(files, position, "replaced " + name);
  }
}

TEST_F(Replay, ATruncatedLogIsNamedByItsFirstAbsentEntry) {
  for (const std::uint64_t kept : {1ull, 255ull, 256ull, 300ull, 512ull, 599ull}) {
    Published files = published(*log_);
    files.replace_entries({log_->begin(), log_->begin() + static_cast<std::ptrdiff_t>(kept)});
    expect_at(files, kept, "cut to " + std::to_string(kept));
  }
  Published files = published(*log_);
  files.files.erase("tile/entries/001");
  expect_at(files, 256, "a bundle taken away");
  ReplayOptions remote = pinned();
  remote.absent_is_violation = false;
  const ReplayReport report = run(files, remote);
  EXPECT_EQ(report.verdict, Verdict::inconclusive);
  EXPECT_EQ(report.finding.position, 256U);
}

TEST_F(Replay, AChangedLengthInABundleIsNamedByItsEntry) {
  for (const std::uint64_t position : {0ull, 1ull, 100ull, 255ull}) {
    std::size_t at = 0;
    for (std::uint64_t i = 0; i < position; ++i) at += 2 + (*log_)[i].size();
    for (const std::size_t byte : {at, at + 1}) {
      for (const std::uint8_t change : Bytes{0x01, 0x04, 0x80}) {
        Published files = published(*log_);
        files.files["tile/entries/000"][byte] ^= change;
        expect_at(files, position, "length of " + std::to_string(position));
      }
    }
  }
}

TEST_F(Replay, AChangedTileIsNamedWithTheEntriesThatItSpeaksOf) {
  const std::map<std::string, std::pair<std::uint64_t, std::uint64_t>> ranges = {
      {"tile/0/000", {0, 255}},
      {"tile/0/001", {256, 511}},
      {"tile/0/002.p/88", {512, 599}},
      {"tile/1/000.p/2", {0, 511}}};
  const Published sound = published(*log_);
  for (const auto& [path, range] : ranges) {
    for (const bool is_pinned : {true, false}) {
      for (std::size_t at = 0; at < sound.files.at(path).size(); at += 2731) {
        Published files = sound;
        files.files[path][at] ^= 1;
        const ReplayReport report = run(files, is_pinned ? pinned() : ReplayOptions{});
        EXPECT_EQ(report.verdict, Verdict::violated) << path << " byte " << at;
        EXPECT_EQ(report.finding.where, path) << report.finding.en;
        EXPECT_FALSE(report.finding.position) << report.finding.en;
        EXPECT_EQ(report.finding.range, range);
      }
    }
    Published cut = sound;
    cut.files[path].pop_back();
    EXPECT_EQ(run(cut).finding.where, path);
    Published longer = sound;
    longer.files[path].push_back(0);
    EXPECT_EQ(run(longer).finding.where, path);
    Published without = sound;
    without.files.erase(path);
    EXPECT_EQ(run(without).verdict, Verdict::violated) << path;
    EXPECT_EQ(run(without).finding.where, path);
    EXPECT_EQ(run(without, ReplayOptions{}).verdict, Verdict::inconclusive) << path;
  }
}

TEST_F(Replay, AChangedCheckpointIsNamed) {
  const Published sound = published(log_of(5));
  for (std::size_t at = 0; at < sound.note.size(); ++at) {
    Published files = sound;
    files.note[at] = static_cast<char>(files.note[at] ^ 1);
    for (const bool is_pinned : {true, false}) {
      const ReplayReport report = run(files, is_pinned ? pinned() : ReplayOptions{});
      EXPECT_NE(report.verdict, Verdict::verified) << at;
      if (is_pinned) {
        EXPECT_EQ(report.finding.where, "checkpoint") << at << ": " << report.finding.en;
      }
    }
  }
}

// Signed by the log's own key, so that nothing in the log contradicts itself: only who saw an
// earlier checkpoint, a witness or the reader, can tell.
TEST_F(Replay, ATailRewrittenAndSignedAgainNeedsAHeadKnownFromBefore) {
  const std::vector<Bytes> kept(log_->begin(), log_->begin() + 400);
  Published files = published(log_of(kSize, kept, "rewritten"));
  const ReplayReport report = run(files);
  EXPECT_EQ(report.verdict, Verdict::verified);
  crypto::TreeHistory before;
  for (std::size_t i = 0; i < 500; ++i) before.append(crypto::leaf_hash((*log_)[i]));
  EXPECT_EQ(report.fold->tree().root(400), before.root(400));
  EXPECT_NE(report.fold->tree().root(500), before.root(500));

  files.note = published(*log_).note;  // under the old checkpoint
  const ReplayReport old_head = run(files);
  EXPECT_EQ(old_head.verdict, Verdict::violated);
  EXPECT_EQ(old_head.finding.code,
            "checkpoint.root");  // entries and tiles agree: which one differs nobody can say
  EXPECT_EQ(old_head.finding.range, std::pair(std::uint64_t{0}, kSize - 1));
}

TEST_F(Replay, WhatWasWrongWhenItWasRecordedIsNamed) {
  const auto with = [&](std::uint64_t position, const Bytes& entry) {
    std::vector<Bytes> log(log_->begin(), log_->begin() + static_cast<std::ptrdiff_t>(position));
    log.push_back(entry);
    return log_of(kSize, log, "after");
  };
  const std::uint64_t at = 300;
  const Hash previous = leaf_before(*log_, at);
  const Bytes intent = item("x");
  const std::vector<Signature> signatures{sign_intent(*author_, intent)};
  std::vector<Signature> forged = signatures;
  forged[0][5] ^= 1;
  auto other = tests::intent_frame(std::vector<const crypto::SigningKey*>{author_}, "o", "item/o");
  other.origin = "elsewhere.example/log";
  other.payload.Set(schema::ItemPublishedT{});
  for (const auto& [code, entry] : std::map<std::string, Bytes>{
           {"intent.signature", encode_entry(at, kStart + at, previous, intent, forged)},
           {"chain.position", encode_entry(at + 1, kStart + at, previous, intent, signatures)},
           {"chain.previous", encode_entry(at, kStart + at, Hash{}, intent, signatures)},
           {"chain.time", encode_entry(at, kStart + at - 2, previous, intent, signatures)},
           {"intent.expired", encode_entry(at, kStart + 90'000, previous, intent, signatures)},
           {"intent.origin", entry_of(at, kStart + at, previous, encode(other))},
           {"intent.conflict", entry_of(at, kStart + at, previous, item("i7"))},
           {"entry.malformed", Bytes(40, 7)}}) {
    Published files = published(with(at, entry));
    for (const bool is_pinned : {true, false}) {
      const ReplayReport report = run(files, is_pinned ? pinned() : ReplayOptions{});
      EXPECT_EQ(report.verdict, Verdict::violated) << code;
      EXPECT_EQ(report.finding.code, code) << report.finding.en;
      EXPECT_EQ(report.finding.position, at) << report.finding.en;
      EXPECT_EQ(report.replayed, at);
    }
  }
}

TEST_F(Replay, WhatTheVisitorRefusesIsNamed) {
  Published files = published(*log_);
  const ReplayReport report =
      run(files, pinned(), [](const Event& event, const crypto::TreeHistory&) -> Outcome {
        if (event.position() >= 333) return fail("test.refused", "不行", "no");
        return ok();
      });
  EXPECT_EQ(report.verdict, Verdict::violated);
  EXPECT_EQ(report.finding.code, "test.refused");
  EXPECT_EQ(report.finding.position, 333U);
}

TEST_F(Replay, WhatCannotBeHadIsInconclusive) {
  for (const auto& [path, bytes] : published(*log_).files) {
    Published files = published(*log_);
    files.fails = path;
    const ReplayReport report = run(files);
    EXPECT_EQ(report.verdict, Verdict::inconclusive) << path;
    EXPECT_EQ(report.finding.code, "fetch.failed") << path;
  }
  Published empty;
  EXPECT_EQ(run(empty, ReplayOptions{}).verdict, Verdict::inconclusive);
}

TEST_F(Replay, ADirectoryOfStaticFilesIsReplayedLikewise) {
  const auto directory = std::filesystem::path(LIUHEN_BINARY_DIR) / "replay_test_mirror";
  std::filesystem::remove_all(directory);
  const Published files = published(*log_);
  const auto put = [&](const std::string& path, std::string_view content) {
    std::filesystem::create_directories((directory / path).parent_path());
    std::ofstream(directory / path, std::ios::binary) << content;
  };
  put("checkpoint", files.note);
  for (const auto& [path, bytes] : files.files) put(path, text_of(bytes));
  MirrorFetcher mirror(directory.string());
  EXPECT_EQ(run(mirror).verdict, Verdict::verified);
  Bytes bundle = files.files.at("tile/entries/001");
  bundle[bundle.size() - 40] ^= 1;
  put("tile/entries/001", text_of(bundle));
  const ReplayReport report = run(mirror);
  EXPECT_EQ(report.verdict, Verdict::violated);
  EXPECT_EQ(report.finding.position, 511U);
  std::filesystem::remove_all(directory);
}

// Longer than what is read at once, so that reading, checking and judging run side by side.
TEST_F(Replay, ALongLogIsReplayedInOrder) {
  constexpr std::uint64_t kLong = 9'000;
  const std::vector<Bytes> log = log_of(kLong);
  const Published sound = published(log);
  Published files = sound;
  std::uint64_t visited = 0;
  const ReplayReport report =
      run(files, pinned(), [&](const Event& event, const crypto::TreeHistory& before) {
        EXPECT_EQ(event.position(), visited);
        EXPECT_EQ(before.size(), visited++);
        return ok();
      });
  EXPECT_EQ(report.verdict, Verdict::verified) << report.finding.en;
  EXPECT_EQ(visited, kLong);
  for (const std::uint64_t position : {100ULL, 4'095ULL, 4'096ULL, 8'192ULL, 8'999ULL}) {
    std::vector<Bytes> changed = log;
    changed[position][50] ^= 1;
    files.replace_entries(changed);
    expect_at(files, position, "changed " + std::to_string(position));
    files.fails = "tile/entries/033";  // what cannot be had later changes nothing about it
    if (position < 8'448) expect_at(files, position, "changed, and a later bundle not to be had");
    files.fails.clear();
  }
  files = sound;
  files.fails = "tile/entries/033";
  const ReplayReport cut = run(files);
  EXPECT_EQ(cut.verdict, Verdict::inconclusive);
  EXPECT_EQ(cut.finding.position, 8'448U);
  EXPECT_EQ(cut.replayed, 8'448U);
}

TEST_F(Replay, ProgressIsToldToTheEnd) {
  Published files = published(*log_);
  std::uint64_t last = 0;
  const auto report = replay(files, pinned(), {}, [&](std::uint64_t done, std::uint64_t all) {
    EXPECT_GE(done, last);
    EXPECT_EQ(all, kSize);
    last = done;
  });
  EXPECT_EQ(report.verdict, Verdict::verified);
  EXPECT_EQ(last, kSize);
}

}  // namespace
}  // namespace liuhen::ledger
