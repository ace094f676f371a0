// The right edge of a log's tiles: of each level the hashes of its last, partial tile. All that is
// needed to go on with a tree whose full tiles are elsewhere. c2sp.org/tlog-tiles.
#pragma once

#include <array>

#include "ledger/fetcher.h"
#include "ledger/tiles.h"

namespace liuhen::ledger {

// At most 8 × 255 hashes, whatever the size. Not thread-safe.
class TileEdge {
 public:
  TileEdge() = default;
  // That of the log when it had `size` entries. Fails as the fetcher does, and with `tile.size` if
  // a tile is shorter than its width. Compare root() with one that is known.
  static Result<TileEdge> read(Fetcher& fetcher, std::uint64_t size);

  std::uint64_t size() const { return size_; }
  Hash root() const;
  // The hashes of the last tile of the level, fewer than 256.
  const std::vector<Hash>& hashes(unsigned level) const { return levels_[level]; }

  struct Written {
    Tile tile;
    Bytes bytes;
  };
  // The tiles that the leaf has completed, by level.
  std::vector<Written> append(const Hash& leaf);
  // The partial tiles of this size, by level.
  std::vector<Written> partial() const;

 private:
  static constexpr unsigned kLevels = 8;  // of a tree of less than 2^64 leaves
  Written written(unsigned level) const;

  std::uint64_t size_ = 0;
  std::array<std::vector<Hash>, kLevels> levels_;
};

}  // namespace liuhen::ledger
