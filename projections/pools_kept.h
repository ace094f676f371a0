// That whatever a draw of a restricted pool has to open can be opened: asked by the service before
// it writes (docs/formats/events.md, "Erasure and digests"), and not on replay, since ledgers of
// earlier versions erased such content.
#pragma once

#include <functional>

#include "projections/state.h"

namespace liuhen::projections {

// SubjectRow.restricted of a version of a row, as in PoolOpener.
using RowCommitment = std::function<std::optional<Hash>(const SubjectVersion& version)>;

// Of what has been admitted. Codes: `erasure.pool` (the key of an announced pool, or the content of
// a row whose stratum hangs on its class, while the list is not complete), `draw.pool_erased` (a
// draw over a pool of which such a one was erased).
Outcome check_pools_kept(const State& state, const ledger::Event& event,
                         const RowCommitment& commitment);

}  // namespace liuhen::projections
