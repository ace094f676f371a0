#include "ledger/bundle_check.h"

#include <algorithm>

#include "crypto/merkle.h"
#include "ledger/tiles.h"

namespace liuhen::ledger {

std::optional<std::size_t> wrong_entry(View bundle, View hashes) {
  const std::size_t width = hashes.size() / sizeof(Hash);
  const SplitBundle split = split_bundle(bundle, width);
  for (std::size_t i = 0; i < width; ++i) {
    if (i >= split.entries.size()) return i;
    const View hash = hashes.subspan(i * sizeof(Hash), sizeof(Hash));
    if (!std::ranges::equal(crypto::leaf_hash(split.entries[i]), hash)) return i;
  }
  if (split.rest > 0) return width;
  return std::nullopt;
}

}  // namespace liuhen::ledger
