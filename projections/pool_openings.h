// What a supervisor is handed to check restricted pools by: openings of the registry's rows, as a
// file, and the pool's key out of the announcement (docs/formats/draw.md, "Restricted pools").
#pragma once

#include <string>
#include <vector>

#include "ledger/restricted.h"
#include "projections/proof_text.h"
#include "projections/restricted_pool.h"

namespace liuhen::projections {

// One line each, by commitment. Secret: whoever has it knows what the rows hide.
std::string format_pool_openings(std::vector<ledger::Opening> openings);
// Fails with `openings.format`, naming the line, and `openings.mismatch` where what a line holds
// does not open its commitment.
Result<std::vector<ledger::Opening>> parse_pool_openings(std::string_view text);

// By these openings, and by the key where one of the supervisors' is given. `key` outlives it.
PoolOpener pool_opener_of(std::vector<ledger::Opening> openings, const crypto::SigningKey* key);

// The rows of a proof file as the pool's key opens them, whatever the registry says: of each row
// every stratum and reason is tried. Fails with `row.opening` for one that none opens.
Result<OpenedPool> opened_by_key(std::vector<crypto::draw::CommittedRow> rows, std::size_t strata,
                                 const crypto::draw::PoolKey& key);

}  // namespace liuhen::projections
