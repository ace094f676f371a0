#include "ledger/log_reader.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "ledger/limits.h"
#include "ledger/tiles.h"

namespace liuhen::ledger {
namespace {

// Just enough of a Storage to be read.
class Shelf final : public Storage {
 public:
  Result<std::optional<std::string>> get(Family family, std::string_view key) override {
    if (broken) return fail("storage.io", "坏", "broken");
    const auto found = of(family).find(std::string(key));
    if (found == of(family).end()) return std::optional<std::string>();
    return std::optional<std::string>(found->second);
  }
  Outcome scan(Family family, std::string_view from,
               const std::function<bool(std::string_view, std::string_view)>& visit) override {
    if (broken) return fail("storage.io", "坏", "broken");
    for (auto at = of(family).lower_bound(std::string(from)); at != of(family).end(); ++at) {
      if (!visit(at->first, at->second)) break;
    }
    return ok();
  }
  Outcome commit(const Batch&) override { return ok(); }

  std::map<std::string, std::string>& of(Family family) {
    return contents_[static_cast<std::size_t>(family)];
  }
  bool broken = false;

 private:
  std::array<std::map<std::string, std::string>, kFamilies> contents_;
};

std::string hashes(unsigned width, char with) { return std::string(width * 32, with); }
std::string text(const Result<Bytes>& bytes) {
  return bytes ? std::string(text_of(*bytes)) : "error " + bytes.error().code;
}
std::string code(const Result<std::string>& result) { return result ? "" : result.error().code; }

TEST(StorageFetcher, TheCheckpointIsTheGreatest) {
  Shelf shelf;
  StorageFetcher fetcher(shelf);
  EXPECT_EQ(code(fetcher.checkpoint()), "fetch.absent");
  std::uint64_t previous = 0;
  for (const std::uint64_t size :
       {0ull, 1ull, 2ull, 255ull, 256ull, 65'535ull, 1ull << 40, (1ull << 63) - 1, ~0ull}) {
    shelf.of(Family::checkpoints)[key_of_number(size)] = "note " + std::to_string(size);
    EXPECT_EQ(fetcher.checkpoint().value(), "note " + std::to_string(size)) << previous;
    previous = size;
  }
  shelf.broken = true;
  EXPECT_EQ(code(fetcher.checkpoint()), "storage.io");
}

TEST(StorageFetcher, ATileNotKeptIsCutFromAWiderOne) {
  Shelf shelf;
  StorageFetcher fetcher(shelf);
  auto& tiles = shelf.of(Family::tiles);
  tiles[tile_key({0, 7, 10})] = hashes(10, 'a');
  tiles[tile_key({0, 7, 20})] = hashes(20, 'b');
  tiles[tile_key({0, 8, 256})] = hashes(256, 'c');
  tiles[tile_key({1, 7, 30})] = hashes(30, 'd');
  EXPECT_EQ(text(fetcher.tile(0, 7, 10)), hashes(10, 'a'));
  EXPECT_EQ(text(fetcher.tile(0, 7, 9)), hashes(9, 'a'));
  EXPECT_EQ(text(fetcher.tile(0, 7, 11)), hashes(11, 'b'));
  EXPECT_EQ(text(fetcher.tile(0, 7, 21)), "error fetch.absent");
  EXPECT_EQ(text(fetcher.tile(0, 6, 1)), "error fetch.absent");
  EXPECT_EQ(text(fetcher.tile(1, 7, 31)), "error fetch.absent");
  tiles[tile_key({0, 7, 256})] = hashes(256, 'e');
  EXPECT_EQ(text(fetcher.tile(0, 7, 21)), hashes(21, 'e'));
  EXPECT_EQ(text(fetcher.tile(0, 7, 256)), hashes(256, 'e'));
  shelf.broken = true;
  EXPECT_EQ(text(fetcher.tile(0, 7, 10)), "error storage.io");
}

TEST(StorageFetcher, ABundleEndsBeforeAnAbsentEntry) {
  Shelf shelf;
  StorageFetcher fetcher(shelf);
  for (std::uint64_t i = 0; i < 300; ++i)
    shelf.of(Family::entries)[key_of_number(i)] = "e" + std::to_string(i);
  const Bytes full = fetcher.entries(0, 256).value();
  EXPECT_EQ(split_bundle(full, 256).entries.size(), 256u);
  EXPECT_EQ(split_bundle(full, 256).rest, 0u);
  const Bytes part = fetcher.entries(1, 44).value();
  EXPECT_EQ(text_of(split_bundle(part, 44).entries.at(43)), "e299");
  EXPECT_EQ(split_bundle(fetcher.entries(1, 45).value(), 45).entries.size(), 44u);
  shelf.of(Family::entries).erase(key_of_number(3));
  shelf.of(Family::entries)[key_of_number(257)] = std::string(kEntryBytesMax + 1, 'x');
  EXPECT_EQ(split_bundle(fetcher.entries(0, 256).value(), 256).entries.size(), 3u);
  EXPECT_EQ(split_bundle(fetcher.entries(1, 44).value(), 44).entries.size(), 1u);
  EXPECT_EQ(text(fetcher.entries(2, 1)), "error fetch.absent");
}

class MirrorFetcherTest : public ::testing::Test {
 protected:
  MirrorFetcherTest() { std::filesystem::remove_all(directory_); }
  ~MirrorFetcherTest() override { std::filesystem::remove_all(directory_); }
  void put(const std::string& path, const std::string& content) const {
    const auto full = directory_ / path;
    std::filesystem::create_directories(full.parent_path());
    std::ofstream(full, std::ios::binary) << content;
  }
  std::filesystem::path directory_ =
      std::filesystem::path(LIUHEN_BINARY_DIR) / "log_reader_test" /
      ::testing::UnitTest::GetInstance()->current_test_info()->name();
};

TEST_F(MirrorFetcherTest, ReadsWhatAStaticServerHas) {
  MirrorFetcher fetcher(directory_.string());
  EXPECT_EQ(code(fetcher.checkpoint()), "fetch.absent");
  put("checkpoint", "a note");
  EXPECT_EQ(fetcher.checkpoint().value(), "a note");
  put("tile/0/x001/002.p/10", hashes(10, 'a'));
  put("tile/0/x001/002.p/20", hashes(20, 'b'));
  put("tile/0/x001/002.p/nine", hashes(256, 'z'));
  EXPECT_EQ(text(fetcher.tile(0, 1002, 10)), hashes(10, 'a'));
  EXPECT_EQ(text(fetcher.tile(0, 1002, 9)), hashes(9, 'a'));
  EXPECT_EQ(text(fetcher.tile(0, 1002, 12)), hashes(12, 'b'));
  EXPECT_EQ(text(fetcher.tile(0, 1002, 21)), "error fetch.absent");
  EXPECT_EQ(text(fetcher.tile(0, 1002, 256)), "error fetch.absent");
  put("tile/0/x001/002", hashes(256, 'c'));
  EXPECT_EQ(text(fetcher.tile(0, 1002, 21)), hashes(21, 'c'));

  Bytes bundle;
  for (const char* entry : {"one", "two", "three"}) add_to_bundle(view_of(entry), bundle);
  put("tile/entries/000.p/3", std::string(text_of(bundle)));
  EXPECT_EQ(text(fetcher.entries(0, 3)), text_of(bundle));
  EXPECT_EQ(text(fetcher.entries(0, 2)), std::string(text_of(View(bundle).first(10))));
  EXPECT_EQ(text(fetcher.entries(0, 4)), "error fetch.absent");
}

TEST_F(MirrorFetcherTest, WhatCannotBeReadIsNotAbsent) {
  std::filesystem::create_directories(directory_ / "checkpoint");
  MirrorFetcher fetcher(directory_.string());
  EXPECT_EQ(code(fetcher.checkpoint()), "fetch.failed");
}

}  // namespace
}  // namespace liuhen::ledger
