// Tiles and entry bundles as in c2sp.org/tlog-tiles (docs/formats/tiles.md): coordinates, paths,
// bytes.
#pragma once

#include <functional>

#include "crypto/tree_history.h"

namespace liuhen::ledger {

inline constexpr unsigned kTileWidth = 256;

// `width` consecutive hashes of level 8·`level` of the tree, from index·256 on. For an entry
// bundle, of `width` entries, the level is 0.
struct Tile {
  unsigned level = 0;  // 0–63
  std::uint64_t index = 0;
  unsigned width = kTileWidth;  // 1–256

  bool operator==(const Tile&) const = default;
};

// How many hashes the tile has when the log has `size` entries, 0–256.
unsigned tile_width(unsigned level, std::uint64_t index, std::uint64_t size);

std::string tile_path(const Tile& tile);    // "tile/0/x001/x234/067.p/12"
std::string bundle_path(const Tile& tile);  // "tile/entries/x001/x234/067"

struct TilePath {
  bool entries = false;
  Tile tile;
};
// The exact inverse of both, from "tile/" on; fails with `tile.path`.
Result<TilePath> parse_tile_path(std::string_view path);

// The key in Family::tiles: BE8 level ‖ BE64 index ‖ BE16 width (0 if full).
std::string tile_key(const Tile& tile);
Result<Tile> parse_tile_key(std::string_view key);

// The tiles that are new when a log grows, full ones and those that are partial at `new_size`, by
// level and index.
std::vector<Tile> tiles_of_growth(std::uint64_t old_size, std::uint64_t new_size);
// The same where the new size is only what somebody says: one after another, until `visit` fails;
// and how many there are.
Outcome visit_tiles_of_growth(std::uint64_t old_size, std::uint64_t new_size,
                              const std::function<Outcome(const Tile&)>& visit);
std::uint64_t count_tiles_of_growth(std::uint64_t old_size, std::uint64_t new_size);

// The hashes of a tile that the tree has.
Bytes tile_bytes(const crypto::TreeHistory& tree, const Tile& tile);

// Appends one entry of a bundle: BE16 length, and the bytes, of which there are at most 65,535.
void add_to_bundle(View entry, Bytes& bundle);

struct SplitBundle {
  std::vector<View> entries;  // as many as are whole, `most` at the most; borrowed
  std::size_t rest = 0;       // bytes after them
};
SplitBundle split_bundle(View bundle, std::size_t most);

}  // namespace liuhen::ledger
