// A static tree (docs/formats/tiles.md) held against its own checkpoint, file by file; what is
// damaged or gone is fetched again.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "crypto/note.h"
#include "ledger/fetcher.h"

namespace liuhen::ledger {

struct RepairReport {
  std::uint64_t size = 0;             // of the checkpoint; 0: there was nothing to check
  std::uint64_t files = 0;            // checked
  std::vector<std::string> repaired;  // names of files put back, in the order in which they were
};

// Files checked, and all.
using RepairProgress = std::function<void(std::uint64_t done, std::uint64_t all)>;

// Checks every tile and bundle of the published checkpoint, and partial ones of earlier sizes that
// are still there, and both kept checkpoints. The source is asked only for what is wrong, and what
// it gives is taken only if it is what the held checkpoint covers: its own checkpoint is not asked
// for. One run at a time on one directory; whoever reads meanwhile finds each file whole.
// Errors: `export.damaged` (no checkpoint here is whole), `export.source` (the source does not give
// what is wanted), `export.busy`, `export.io`, those of the fetcher.
Result<RepairReport> repair_tree(Fetcher& source, const crypto::NoteKey& log,
                                 const std::string& directory, const RepairProgress& progress = {});

}  // namespace liuhen::ledger
