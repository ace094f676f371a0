// What a database restored from a backup lacks of its log, out of a copy that somebody else keeps:
// entries are public, and every copy has them. docs/operate.md, "Restoring".
#pragma once

#include <functional>
#include <vector>

#include "crypto/note.h"
#include "ledger/fetcher.h"
#include "ledger/storage.h"

namespace liuhen::ledger {

struct Refill {
  std::uint64_t from = 0, size = 0;  // entries that were there, and that are now
  // Commitments of what was put in whose content no copy has, by position; not of what was erased.
  std::vector<std::pair<std::uint64_t, Hash>> without_content;
};

// Puts in the entries after those of the storage up to the source's checkpoint, with everything
// that follows from them (docs/formats/storage.md). The checkpoint has to be signed by one of the
// log's keys, and the entries to give its root together with those that are there: otherwise
// `restore.mirror`, and as the fetcher and the storage fail. On failure the storage is good for
// nothing: throw it away. What the entries mean, and whether the key is the one of that size, is
// for a verification afterwards to say. Used by one thread, on a storage that nothing else uses.
Result<Refill> refill(Storage& storage, Fetcher& source, std::span<const crypto::NoteKey> log_keys,
                      const std::function<void(std::uint64_t, std::uint64_t)>& progress = {});

}  // namespace liuhen::ledger
