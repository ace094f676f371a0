// A state as bytes and back (docs/formats/snapshot.md): a cache of what folding gives, for the same
// program alone.
#pragma once

#include "ledger/snapshot.h"
#include "projections/state.h"

namespace liuhen::projections {

void write_state(const State& state, ledger::SnapshotWriter& writer);
// Fails as the reader does, and with `snapshot.damaged` if the content makes no sense or anything
// is left.
Result<State> read_state(ledger::SnapshotReader& reader);

}  // namespace liuhen::projections
