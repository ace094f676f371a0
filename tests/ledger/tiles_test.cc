#include "ledger/tiles.h"

#include <gtest/gtest.h>

#include <map>

#include "crypto/merkle.h"
#include "crypto/sha256.h"
#include "ledger/limits.h"
#include "tests/worked_example.h"

namespace liuhen::ledger {
namespace {

crypto::TreeHistory tree_of(std::uint64_t size) {
  crypto::TreeHistory tree;
  for (std::uint64_t i = 0; i < size; ++i)
    tree.append(crypto::leaf_hash(view_of("entry " + std::to_string(i))));
  return tree;
}

std::string paths(const std::vector<Tile>& tiles) {
  std::string out;
  for (const Tile& tile : tiles) out += tile_path(tile).substr(5) + " ";
  return out;
}

TEST(Tiles, PathsAreThoseOfTheStandard) {
  EXPECT_EQ(tile_path({0, 1'234'067, 256}), "tile/0/x001/x234/067");
  EXPECT_EQ(tile_path({0, 1'234'067, 12}), "tile/0/x001/x234/067.p/12");
  EXPECT_EQ(bundle_path({0, 0, 256}), "tile/entries/000");
  EXPECT_EQ(bundle_path({0, 1000, 255}), "tile/entries/x001/000.p/255");
  EXPECT_EQ(tile_path({7, 999, 256}), "tile/7/999");
}

TEST(Tiles, ParsingIsTheExactInverse) {
  for (const unsigned level : {0u, 3u, 7u, 63u}) {
    for (const std::uint64_t index :
         {0ull, 1ull, 99ull, 999ull, 1000ull, 999'999ull, 1'000'000ull, (1ull << 55) - 1}) {
      for (const unsigned width : {1u, 99u, 255u, 256u}) {
        const Tile tile{level, index, width};
        const auto parsed = parse_tile_path(tile_path(tile));
        ASSERT_TRUE(parsed) << tile_path(tile);
        EXPECT_FALSE(parsed->entries);
        EXPECT_EQ(parsed->tile, tile);
        if (level != 0) continue;
        const auto bundle = parse_tile_path(bundle_path(tile));
        ASSERT_TRUE(bundle) << bundle_path(tile);
        EXPECT_TRUE(bundle->entries);
        EXPECT_EQ(bundle->tile, tile);
      }
    }
  }
}

TEST(Tiles, OtherPathsAreRefused) {
  for (const char* path : {"",
                           "/",
                           "tile",
                           "tile/",
                           "tile/0",
                           "tile/0/",
                           "/tile/0/000",
                           "tile/0/0",
                           "tile/0/00",
                           "tile/0/0000",
                           "tile/0/x000",
                           "tile/0/x000/001",
                           "tile/0/x001",
                           "tile/0/001/002",
                           "tile/0/x001/x002",
                           "tile/00/000",
                           "tile/64/000",
                           "tile/-1/000",
                           "tile/+1/000",
                           "tile/0/-01",
                           "tile/0/+01",
                           "tile/0/ 01",
                           "tile/0/000/",
                           "tile/0//000",
                           "tile/0/000.p",
                           "tile/0/000.p/",
                           "tile/0/000.p/0",
                           "tile/0/000.p/01",
                           "tile/0/000.p/256",
                           "tile/0/000.p/1/",
                           "tile/0/000.p/1.p/1",
                           "tile/0/000.P/1",
                           "tile/0/X001/000",
                           "tile/Entries/000",
                           "tile/data/000",
                           "tile/0/xx01/000",
                           "tile/0/../000",
                           "tile/0/000?",
                           "tile/0/0٠0",
                           "tile/entries/0/000",
                           "tile/0/x999/x999/x999/x999/x999/x999/x999/x999/999"}) {
    const auto parsed = parse_tile_path(path);
    ASSERT_FALSE(parsed) << path;
    EXPECT_EQ(parsed.error().code, "tile.path");
  }
  EXPECT_FALSE(parse_tile_path(std::string_view("tile/0/000\0", 11)));
}

TEST(Tiles, KeysSortByLevelThenIndexThenWidthWithTheFullOneFirst) {
  EXPECT_EQ(to_hex(view_of(tile_key({1, 0x0203, 256}))), "0100000000000002030000");
  EXPECT_EQ(to_hex(view_of(tile_key({0, 1, 255}))), "00000000000000000100ff");
  EXPECT_LT(tile_key({0, 5, 256}), tile_key({0, 5, 1}));
  EXPECT_LT(tile_key({0, 5, 255}), tile_key({0, 6, 256}));
  EXPECT_LT(tile_key({0, 1ull << 40, 1}), tile_key({1, 0, 1}));
  EXPECT_EQ(parse_tile_key(tile_key({2, 7, 9})).value(), (Tile{2, 7, 9}));
  EXPECT_EQ(parse_tile_key(tile_key({2, 7, 256})).value(), (Tile{2, 7, 256}));
  EXPECT_EQ(parse_tile_key(std::string(10, '\0')).error().code, "tile.key");
  EXPECT_EQ(parse_tile_key(std::string(9, '\0') + "\1\1").error().code, "tile.key");
  EXPECT_EQ(parse_tile_key("\x40" + std::string(10, '\0')).error().code, "tile.key");  // level 64
}

TEST(Tiles, WidthsFollowTheSize) {
  EXPECT_EQ(tile_width(0, 0, 0), 0u);
  EXPECT_EQ(tile_width(0, 0, 300), 256u);
  EXPECT_EQ(tile_width(0, 1, 300), 44u);
  EXPECT_EQ(tile_width(0, 2, 300), 0u);
  EXPECT_EQ(tile_width(1, 0, 255), 0u);
  EXPECT_EQ(tile_width(1, 0, 256), 1u);
  EXPECT_EQ(tile_width(0, 1, 256), 0u);
  EXPECT_EQ(tile_width(1, 1, 70'000), 70'000u / 256 % 256);
  EXPECT_EQ(tile_width(2, 0, 70'000), 1u);
  EXPECT_EQ(tile_width(7, 0, 1ull << 63), 128u);
  EXPECT_EQ(tile_width(8, 0, 1ull << 63), 0u);
  EXPECT_EQ(tile_width(0, 1ull << 60, 1ull << 63), 0u);
}

TEST(Tiles, GrowthWritesWhatIsNew) {
  EXPECT_EQ(paths(tiles_of_growth(0, 0)), "");
  EXPECT_EQ(paths(tiles_of_growth(7, 7)), "");
  EXPECT_EQ(paths(tiles_of_growth(0, 7)), "0/000.p/7 ");
  EXPECT_EQ(paths(tiles_of_growth(0, 256)), "0/000 1/000.p/1 ");
  EXPECT_EQ(paths(tiles_of_growth(255, 257)), "0/000 0/001.p/1 1/000.p/1 ");
  EXPECT_EQ(paths(tiles_of_growth(257, 300)), "0/001.p/44 ");
  EXPECT_EQ(paths(tiles_of_growth(65'535, 65'536)), "0/255 1/000 2/000.p/1 ");
}

TEST(Tiles, AreCountedWithoutBeingListed) {
  for (std::uint64_t from = 0; from < 70'000; from += 1'000 + from % 257) {
    for (const std::uint64_t by : {0, 1, 255, 256, 257, 65'536, 70'001})
      EXPECT_EQ(count_tiles_of_growth(from, from + by), tiles_of_growth(from, from + by).size());
  }
  EXPECT_GT(count_tiles_of_growth(0, (1ull << 63) - 1), 1ull << 55);
  std::uint64_t seen = 0;
  const Outcome stopped = visit_tiles_of_growth(0, (1ull << 63) - 1, [&](const Tile&) -> Outcome {
    if (++seen < 10) return ok();
    return fail("test.enough", "够了", "enough");
  });
  EXPECT_EQ(stopped.error().code, "test.enough");
  EXPECT_EQ(seen, 10U);
}

// Whatever the steps, the tiles of every published size are there, each with one content for good.
TEST(Tiles, EveryPublishedSizeHasItsTiles) {
  const auto tree = tree_of(1'200);
  std::map<std::string, Bytes> stored;
  std::uint64_t size = 0;
  for (const std::uint64_t step : {0, 1, 2, 253, 1, 255, 300, 7, 200}) {
    for (const Tile& tile : tiles_of_growth(size, size + step)) {
      const auto [at, added] = stored.emplace(tile_path(tile), tile_bytes(tree, tile));
      EXPECT_TRUE(added) << at->first;
    }
    size += step;
    for (const Tile& tile : tiles_of_growth(0, size))
      EXPECT_TRUE(stored.contains(tile_path(tile))) << tile_path(tile);
  }
}

TEST(Tiles, BytesAreTheRootsOfCompleteSubtrees) {
  const auto tree = tree_of(600);
  const Bytes leaves = tile_bytes(tree, {0, 2, 88});
  ASSERT_EQ(leaves.size(), 88u * 32);
  const Hash leaf = crypto::leaf_hash(view_of("entry 599"));
  EXPECT_TRUE(std::equal(leaf.begin(), leaf.end(), leaves.end() - 32));
  const Bytes above = tile_bytes(tree, {1, 0, 2});
  const Hash root = tree_of(256).root();
  EXPECT_TRUE(std::equal(root.begin(), root.end(), above.begin()));
}

TEST(Tiles, BundlesHoldWhatWasAdded) {
  Bytes bundle;
  const Bytes long_entry(kEntryBytesMax, 7);
  add_to_bundle(view_of("ab"), bundle);
  add_to_bundle({}, bundle);
  add_to_bundle(long_entry, bundle);
  const auto split = split_bundle(bundle, 3);
  ASSERT_EQ(split.entries.size(), 3u);
  EXPECT_EQ(split.rest, 0u);
  EXPECT_EQ(text_of(split.entries[0]), "ab");
  EXPECT_TRUE(split.entries[1].empty());
  EXPECT_EQ(split.entries[2].size(), kEntryBytesMax);
  EXPECT_EQ(split_bundle(bundle, 2).rest, kEntryBytesMax + 2);
  EXPECT_EQ(split_bundle(bundle, 4).entries.size(), 3u);
  for (const std::size_t size :
       {std::size_t{1}, std::size_t{3}, std::size_t{5}, bundle.size() - 1}) {
    const auto cut = split_bundle(View(bundle).first(size), 3);
    EXPECT_LT(cut.entries.size(), 3u) << size;
    EXPECT_GT(cut.rest, 0u) << size;
  }
}

// The figures come from tests/ledger/data/tiles_example.py, which shares nothing with the code
// under test.
TEST(Tiles, TheWorkedExampleOfThePage) {
  const auto example = tests::worked_example("docs/formats/tiles.md", "Worked example");
  ASSERT_EQ(example.size(), 10u);
  const auto tree = tree_of(257);
  std::string grown;
  for (const Tile& tile : tiles_of_growth(255, 257))
    grown += (grown.empty() ? "" : " ") + tile_path(tile);
  EXPECT_EQ(grown, example.at("tiles of growth"));
  EXPECT_EQ(to_hex(crypto::sha256(tile_bytes(tree, {0, 0, 256}))),
            example.at("sha256 of tile/0/000"));
  EXPECT_EQ(to_hex(tile_bytes(tree, {0, 1, 1})), example.at("tile/0/001.p/1"));
  EXPECT_EQ(to_hex(tile_bytes(tree, {1, 0, 1})), example.at("tile/1/000.p/1"));
  EXPECT_EQ(to_hex(tree.root()), example.at("root"));
  Bytes first;
  for (int i = 0; i < 256; ++i) add_to_bundle(view_of("entry " + std::to_string(i)), first);
  Bytes last;
  add_to_bundle(view_of("entry 256"), last);
  EXPECT_EQ(to_hex(crypto::sha256(first)), example.at("sha256 of tile/entries/000"));
  EXPECT_EQ(to_hex(last), example.at("tile/entries/001.p/1"));
  EXPECT_EQ(tile_path({0, 1'234'067, 12}), example.at("path of 1234067, width 12"));
  EXPECT_EQ(to_hex(view_of(tile_key({1, 1002, 44}))), example.at("key of tile/1/x001/002.p/44"));
  EXPECT_EQ(to_hex(view_of(tile_key({0, 255, 256}))), example.at("key of tile/0/255"));
}

}  // namespace
}  // namespace liuhen::ledger
