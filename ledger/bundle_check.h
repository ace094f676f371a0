// An entry bundle held against the hashes of its tile. c2sp.org/tlog-tiles.
#pragma once

#include <optional>

#include "crypto/bytes.h"

namespace liuhen::ledger {

// The first entry of the bundle that does not hash to its place in `hashes` (n × 32), or is absent;
// n if bytes are left over; none if all is well.
std::optional<std::size_t> wrong_entry(View bundle, View hashes);

}  // namespace liuhen::ledger
