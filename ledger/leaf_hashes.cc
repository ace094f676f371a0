#include "ledger/leaf_hashes.h"

#include <algorithm>
#include <functional>

#include "ledger/tile_edge.h"

namespace liuhen::ledger {
namespace {

// Tile by tile, with the root of all at the end.
Result<Hash> visit_leaves(
    Fetcher& fetcher, std::uint64_t size,
    const std::function<void(std::uint64_t, const std::vector<Hash>&)>& visit) {
  TileEdge edge;
  for (std::uint64_t index = 0; edge.size() < size; ++index) {
    const auto leaves = leaves_of_tile(fetcher, index, size);
    if (!leaves) return leaves.error();
    visit(index * kTileWidth, *leaves);
    for (const Hash& leaf : *leaves) edge.append(leaf);
  }
  return edge.root();
}

Error wrong_root() {
  return fail("export.source", "来源的瓦片不合其检查点签署的根，未作改动",
              "the source's tiles do not give the root that its checkpoint signs; nothing was "
              "changed");
}

}  // namespace

Result<std::vector<Hash>> leaves_of_tile(Fetcher& fetcher, std::uint64_t index,
                                         std::uint64_t size) {
  const unsigned width = tile_width(0, index, size);
  const auto bytes = fetcher.tile(0, index, width);
  if (!bytes) return bytes.error();
  if (bytes->size() != std::size_t{width} * sizeof(Hash)) {
    const std::string path = tile_path({0, index, width});
    return fail("export.source", "来源的 " + path + " 长度不对",
                "the source's " + path + " has a wrong length");
  }
  std::vector<Hash> out(width);
  for (unsigned i = 0; i < width; ++i)
    out[i] = exactly<32>(View(*bytes).subspan(i * sizeof(Hash), sizeof(Hash))).value();
  return out;
}

Result<std::vector<Hash>> leaves_of(Fetcher& fetcher, const crypto::Checkpoint& checkpoint) {
  std::vector<Hash> out;
  const auto root = visit_leaves(fetcher, checkpoint.size, [&](std::uint64_t, const auto& leaves) {
    out.insert(out.end(), leaves.begin(), leaves.end());
  });
  if (!root) return root.error();
  if (*root != checkpoint.root) return wrong_root();
  return out;
}

Result<std::optional<std::uint64_t>> first_difference(Fetcher& source,
                                                      const crypto::Checkpoint& theirs,
                                                      Fetcher& held, std::uint64_t held_size) {
  std::optional<std::uint64_t> parts;
  std::optional<Error> unread;
  const auto root =
      visit_leaves(source, theirs.size, [&](std::uint64_t first, const std::vector<Hash>& leaves) {
        if (parts || unread || first >= held_size) return;
        const auto here = leaves_of_tile(held, first / kTileWidth, held_size);
        if (!here) {
          unread = here.error();
          return;
        }
        const std::size_t both = std::min(here->size(), leaves.size());
        for (std::size_t i = 0; i < both && !parts; ++i) {
          if ((*here)[i] != leaves[i]) parts = first + i;
        }
      });
  if (!root) return root.error();
  if (unread) return *unread;
  if (*root != theirs.root) return wrong_root();
  return parts;
}

}  // namespace liuhen::ledger
