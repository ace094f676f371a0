// Paths and keys of tiles, and bundles: each has one text, and nothing is lost in taking it apart.
#include "ledger/tiles.h"

namespace liuhen::ledger {
namespace {

void check_tile(const Tile& tile) {
  LIUHEN_CHECK(tile.level <= 63 && tile.width >= 1 && tile.width <= kTileWidth);
}

void check_path(std::string_view text) {
  const auto path = parse_tile_path(text);
  if (!path) return;
  check_tile(path->tile);
  LIUHEN_CHECK((path->entries ? bundle_path(path->tile) : tile_path(path->tile)) == text);
}

void check_key(std::string_view text) {
  const auto tile = parse_tile_key(text);
  if (!tile) return;
  check_tile(*tile);
  LIUHEN_CHECK(tile_key(*tile) == text);
}

void check_bundle(View bytes) {
  const SplitBundle split = split_bundle(bytes, kTileWidth);
  LIUHEN_CHECK(split.entries.size() <= kTileWidth && split.rest <= bytes.size());
  Bytes joined;
  for (const View entry : split.entries) add_to_bundle(entry, joined);
  LIUHEN_CHECK(text_of(joined) == text_of(bytes.first(bytes.size() - split.rest)));
}

}  // namespace
}  // namespace liuhen::ledger

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace liuhen::ledger;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_path(text);
  check_key(text);
  check_bundle({data, size});
  return 0;
}
