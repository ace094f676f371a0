// That whatever a draw has to open can be opened: asked by the service before it writes
// (docs/formats/events.md, "Conflicts"), and not on replay, since ledgers of earlier versions
// erased such content.
#pragma once

#include "projections/state.h"

namespace liuhen::projections {

// Of what has been admitted. Codes: `erasure.conflict` (a conflict that is not decided yet, is in
// force, or ended since a draw that is not finished took its pool), `conflict.erased` (approved
// without its content), `draw.conflict_erased` (a draw of teams, over such a conflict).
Outcome check_conflicts_kept(const State& state, const ledger::Event& event);

}  // namespace liuhen::projections
