#include "ledger/tile_edge.h"

namespace liuhen::ledger {

Result<TileEdge> TileEdge::read(Fetcher& fetcher, std::uint64_t size) {
  TileEdge edge;
  edge.size_ = size;
  for (unsigned level = 0; level < kLevels; ++level) {
    const std::uint64_t count = size >> (8 * level);
    const auto width = static_cast<unsigned>(count % kTileWidth);
    if (width == 0) continue;
    const Tile tile{level, count / kTileWidth, width};
    const auto bytes = fetcher.tile(level, tile.index, width);
    if (!bytes) return bytes.error();
    if (bytes->size() != std::size_t{width} * sizeof(Hash)) {
      return fail("tile.size", tile_path(tile) + " 的长度不对",
                  tile_path(tile) + " has a wrong length");
    }
    for (unsigned i = 0; i < width; ++i)
      edge.levels_[level].push_back(
          exactly<32>(View(*bytes).subspan(i * sizeof(Hash), sizeof(Hash))).value());
  }
  return edge;
}

// The hashes of a level's tile stand for complete subtrees of one size: those of the highest level
// come first in the tree.
Hash TileEdge::root() const {
  std::vector<Hash> frontier;
  for (unsigned level = kLevels; level > 0; --level) {
    crypto::MerkleTree tile;
    for (const Hash& hash : levels_[level - 1]) tile.append(hash);
    frontier.insert(frontier.end(), tile.frontier().begin(), tile.frontier().end());
  }
  return crypto::MerkleTree::resume(size_, std::move(frontier)).value().root();
}

TileEdge::Written TileEdge::written(unsigned level) const {
  const auto width = static_cast<unsigned>(levels_[level].size());
  const std::uint64_t count = size_ >> (8 * level);
  Written out{{level, (count - width) / kTileWidth, width}, {}};
  for (const Hash& hash : levels_[level])
    out.bytes.insert(out.bytes.end(), hash.begin(), hash.end());
  return out;
}

std::vector<TileEdge::Written> TileEdge::append(const Hash& leaf) {
  std::vector<Written> completed;
  ++size_;
  levels_[0].push_back(leaf);
  for (unsigned level = 0; level < kLevels && levels_[level].size() == kTileWidth; ++level) {
    completed.push_back(written(level));
    LIUHEN_CHECK(level + 1 < kLevels);
    levels_[level + 1].push_back(crypto::root_of(levels_[level]));
    levels_[level].clear();
  }
  return completed;
}

std::vector<TileEdge::Written> TileEdge::partial() const {
  std::vector<Written> out;
  for (unsigned level = 0; level < kLevels; ++level) {
    if (!levels_[level].empty()) out.push_back(written(level));
  }
  return out;
}

}  // namespace liuhen::ledger
