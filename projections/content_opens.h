// That whatever a draw has to open does open, being handed over and of the right form: asked by the
// service before it writes (docs/formats/events.md, "Conflicts"), and not on replay, since services
// of earlier versions wrote without it.
#pragma once

#include "projections/restricted_pool.h"

namespace liuhen::projections {

// Of what has been admitted. With the conflicts and the key of the pool as they open now, what came
// with the event included. Codes: `conflict.unopened` (declared or approved without its content, or
// with other content than a conflict's), `draw.conflict_unopened` (a draw of teams over such a
// one), and of a restricted pool `pool.unopened` (its key, or the class of a row, does not open),
// `pool.key`, `draw.pool_root` (it gives another root than the announced one).
Outcome check_opens(const State& state, const ledger::Event& event, const OpenConflict& conflicts,
                    const PoolOpener& pools);

}  // namespace liuhen::projections
