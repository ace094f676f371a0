// A log's leaf hashes out of its level-0 tiles, and where two logs part. c2sp.org/tlog-tiles.
#pragma once

#include <optional>
#include <vector>

#include "crypto/checkpoint.h"
#include "ledger/fetcher.h"

namespace liuhen::ledger {

// Those of one level-0 tile when the log has `size` entries: up to 256. Fails as the fetcher does,
// and with `export.source` if the tile has another length.
Result<std::vector<Hash>> leaves_of_tile(Fetcher& fetcher, std::uint64_t index, std::uint64_t size);

// All of them, if they give the checkpoint's root; `export.source` otherwise. 32 bytes an entry.
Result<std::vector<Hash>> leaves_of(Fetcher& fetcher, const crypto::Checkpoint& checkpoint);

// The first entry in which the log that `theirs` signs differs from the first `held_size` entries
// of another: shown only of leaves that give the signed root. None if neither differs as far as
// both go.
Result<std::optional<std::uint64_t>> first_difference(Fetcher& source,
                                                      const crypto::Checkpoint& theirs,
                                                      Fetcher& held, std::uint64_t held_size);

}  // namespace liuhen::ledger
