// Every stored byte of a ledger held against what its entries determine: recovery's check and the
// verifier's on a directory are this one.
#pragma once

#include "ledger/head_file.h"
#include "ledger/replay.h"
#include "ledger/storage.h"

namespace liuhen::ledger {

// The replay of the entries, and then each family of docs/formats/storage.md: nothing is missing,
// nothing is there that should not be, and nothing differs. An empty storage is an empty log and
// verified: `fold` is then empty, with the name of options.log_key. Absence is a violation here
// whatever the options say. What restricted content says is not looked at, only that it is as it
// was written.
ReplayReport check_storage(Storage& storage, ReplayOptions options, const Visitor& visitor = {},
                           const Progress& progress = {});

// Only that tiles and checkpoint cover the entries of which `begun` is the fold, and the replay of
// those that follow: for a quick start, after which check_storage has still to be run.
ReplayReport check_rest(Storage& storage, std::unique_ptr<LogFold> begun, ReplayOptions options,
                        const Visitor& visitor, const Progress& progress = {});

// Whether the database reaches as far as the head outside it says; an absent head says nothing, and
// one that the last batch declares lost (ledger/loss.h) neither. To
// be asked of a database opened for reading, before it is opened for writing: RocksDB then deletes
// files that a damaged manifest has lost sight of. Fails with `ledger.rolled_back`.
Outcome check_reach(Storage& storage, HeadFile& head);
Error rolled_back(std::uint64_t known, std::uint64_t size);

}  // namespace liuhen::ledger
