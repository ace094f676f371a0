#include "ledger/tile_edge.h"

#include <gtest/gtest.h>

#include <map>

#include "tests/ledger/entries_log.h"

namespace liuhen::ledger {
namespace {

using tests::EntriesLog;

TEST(TileEdge, HasTheRootAndTheTilesOfEverySize) {
  EntriesLog log(1'200);
  TileEdge edge;
  std::map<std::string, Bytes> full;
  for (std::uint64_t size = 0; size <= log.size(); ++size) {
    if (size > 0) {
      for (const auto& written : edge.append(log.tree().at(0, size - 1)))
        EXPECT_TRUE(full.emplace(tile_path(written.tile), written.bytes).second);
    }
    ASSERT_EQ(edge.size(), size);
    ASSERT_EQ(edge.root(), log.tree().root(size)) << size;
    std::map<std::string, Bytes> all = full;
    for (const auto& written : edge.partial()) all.emplace(tile_path(written.tile), written.bytes);
    const auto expected = tiles_of_growth(0, size);
    ASSERT_EQ(all.size(), expected.size()) << size;
    for (const Tile& tile : expected)
      ASSERT_EQ(all.at(tile_path(tile)), tile_bytes(log.tree(), tile)) << tile_path(tile);
  }
}

TEST(TileEdge, IsReadFromTiles) {
  EntriesLog log(70'000);
  for (const std::uint64_t size : {0u, 1u, 255u, 256u, 257u, 65'535u, 65'536u, 65'537u, 70'000u}) {
    const auto edge = TileEdge::read(log, size);
    ASSERT_TRUE(edge);
    EXPECT_EQ(edge->root(), log.tree().root(size)) << size;
  }
}

// A fetcher whose tiles are a byte short.
class ShortTiles final : public EntriesLog {
 public:
  using EntriesLog::EntriesLog;
  Result<Bytes> tile(unsigned level, std::uint64_t index, unsigned width) override {
    auto bytes = EntriesLog::tile(level, index, width);
    bytes->pop_back();
    return bytes;
  }
};

TEST(TileEdge, AShortTileIsRefused) {
  ShortTiles log(3);
  EXPECT_EQ(TileEdge::read(log, 3).error().code, "tile.size");
  EXPECT_TRUE(TileEdge::read(log, 0));
}

}  // namespace
}  // namespace liuhen::ledger
