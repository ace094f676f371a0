// Every stored byte of a ledger held against what its entries determine: recovery's check and the
// verifier's on a directory are this one.
#pragma once

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

}  // namespace liuhen::ledger
