#include "ledger/tiles.h"

#include <algorithm>
#include <charconv>
#include <cstdio>

#include "ledger/storage.h"

namespace liuhen::ledger {
namespace {

// No tree of 2^63 leaves has a tile of such an index; keeps sums from running over.
constexpr std::uint64_t kIndexEnd = std::uint64_t{1} << 56;

std::string elements(const Tile& tile) {
  char last[4];
  std::snprintf(last, sizeof last, "%03u", static_cast<unsigned>(tile.index % 1000));
  std::string path = last;
  for (std::uint64_t rest = tile.index / 1000; rest > 0; rest /= 1000) {
    char element[6];
    std::snprintf(element, sizeof element, "x%03u", static_cast<unsigned>(rest % 1000));
    path = std::string(element) + "/" + path;
  }
  if (tile.width != kTileWidth) path += ".p/" + std::to_string(tile.width);
  return path;
}

template <class Number>
bool take_number(std::string_view& text, Number& number) {
  const auto result = std::from_chars(text.data(), text.data() + text.size(), number);
  if (result.ec != std::errc()) return false;
  text.remove_prefix(static_cast<std::size_t>(result.ptr - text.data()));
  return true;
}

bool take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

// Reads generously; the caller compares with what it would have written.
bool read_path(std::string_view text, TilePath& out) {
  if (!take(text, "tile/")) return false;
  out.entries = take(text, "entries/");
  if (!out.entries && (!take_number(text, out.tile.level) || !take(text, "/"))) return false;
  out.tile.index = 0;
  for (bool more = true; more;) {
    more = take(text, "x");
    unsigned element = 0;
    if (!take_number(text, element) || element > 999 || out.tile.index >= kIndexEnd / 1000)
      return false;
    out.tile.index = out.tile.index * 1000 + element;
    if (more && !take(text, "/")) return false;
  }
  out.tile.width = kTileWidth;
  if (take(text, ".p/") && (!take_number(text, out.tile.width) || out.tile.width == kTileWidth))
    return false;
  return text.empty();
}

}  // namespace

unsigned tile_width(unsigned level, std::uint64_t index, std::uint64_t size) {
  if (level >= 8 || index >= kIndexEnd) return 0;
  const std::uint64_t count = size >> (8 * level);
  const std::uint64_t first = index * kTileWidth;
  return count <= first ? 0
                        : static_cast<unsigned>(std::min<std::uint64_t>(kTileWidth, count - first));
}

std::string tile_path(const Tile& tile) {
  return "tile/" + std::to_string(tile.level) + "/" + elements(tile);
}
std::string bundle_path(const Tile& tile) { return "tile/entries/" + elements(tile); }

Result<TilePath> parse_tile_path(std::string_view path) {
  TilePath out;
  const bool read = read_path(path, out) && out.tile.level <= 63 && out.tile.width >= 1 &&
                    out.tile.width <= kTileWidth;
  if (!read || (out.entries ? bundle_path(out.tile) : tile_path(out.tile)) != path) {
    return fail("tile.path", "不是 c2sp.org/tlog-tiles 的路径",
                "not a path of c2sp.org/tlog-tiles");
  }
  return out;
}

std::string tile_key(const Tile& tile) {
  std::string key(1, static_cast<char>(tile.level));
  key += key_of_number(tile.index);
  const unsigned width = tile.width % kTileWidth;
  key.push_back('\0');
  key.push_back(static_cast<char>(width));
  return key;
}

Result<Tile> parse_tile_key(std::string_view key) {
  Tile tile;
  if (key.size() == 11) {
    tile.level = static_cast<std::uint8_t>(key[0]);
    tile.index = number_of_key(key.substr(1));
    const unsigned width = static_cast<std::uint8_t>(key[10]);
    tile.width = width == 0 ? kTileWidth : width;
    if (tile.level <= 63 && tile_key(tile) == key) return tile;
  }
  return fail("tile.key", "不是瓦片的键", "not the key of a tile");
}

Outcome visit_tiles_of_growth(std::uint64_t old_size, std::uint64_t new_size,
                              const std::function<Outcome(const Tile&)>& visit) {
  LIUHEN_CHECK(old_size <= new_size);
  for (unsigned level = 0; level < 8; ++level) {
    const std::uint64_t before = old_size >> (8 * level);
    const std::uint64_t after = new_size >> (8 * level);
    if (before == after) break;
    for (std::uint64_t index = before / kTileWidth; index * kTileWidth < after; ++index) {
      if (Outcome visited = visit({level, index, tile_width(level, index, new_size)}); !visited)
        return visited;
    }
  }
  return ok();
}

std::vector<Tile> tiles_of_growth(std::uint64_t old_size, std::uint64_t new_size) {
  std::vector<Tile> out;
  (void)visit_tiles_of_growth(old_size, new_size, [&](const Tile& tile) {
    out.push_back(tile);
    return ok();
  });
  return out;
}

std::uint64_t count_tiles_of_growth(std::uint64_t old_size, std::uint64_t new_size) {
  LIUHEN_CHECK(old_size <= new_size);
  std::uint64_t count = 0;
  for (unsigned level = 0; level < 8; ++level) {
    const std::uint64_t before = old_size >> (8 * level);
    const std::uint64_t after = new_size >> (8 * level);
    if (before == after) break;
    count += (after - 1) / kTileWidth - before / kTileWidth + 1;
  }
  return count;
}

Bytes tile_bytes(const crypto::TreeHistory& tree, const Tile& tile) {
  Bytes out;
  out.reserve(tile.width * sizeof(Hash));
  for (unsigned i = 0; i < tile.width; ++i) {
    const Hash& hash = tree.at(8 * tile.level, tile.index * kTileWidth + i);
    out.insert(out.end(), hash.begin(), hash.end());
  }
  return out;
}

void add_to_bundle(View entry, Bytes& bundle) {
  LIUHEN_CHECK(entry.size() <= 65'535);
  bundle.push_back(static_cast<std::uint8_t>(entry.size() >> 8));
  bundle.push_back(static_cast<std::uint8_t>(entry.size()));
  bundle.insert(bundle.end(), entry.begin(), entry.end());
}

SplitBundle split_bundle(View bundle, std::size_t most) {
  SplitBundle out;
  while (out.entries.size() < most && bundle.size() >= 2) {
    const std::size_t size = static_cast<std::size_t>(bundle[0]) << 8 | bundle[1];
    if (bundle.size() < 2 + size) break;
    out.entries.push_back(bundle.subspan(2, size));
    bundle = bundle.subspan(2 + size);
  }
  out.rest = bundle.size();
  return out;
}

}  // namespace liuhen::ledger
