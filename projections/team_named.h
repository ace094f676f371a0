// Who goes where a draw drew subjects only (docs/formats/events.md, TeamNamed): named by two
// persons of the department, before the result, and never shown as drawn.
#pragma once

#include "projections/outcome.h"

namespace liuhen::projections {

// Whether one of those newly named has a conflict with the subject that was approved before, as far
// as conflicts open: fails with `team.conflict`. Otherwise how many did not open. Fails as
// find_task does.
Result<std::uint64_t> check_named_conflicts(const State& state,
                                            const ledger::schema::TeamNamed& payload,
                                            const OpenConflict& open);

}  // namespace liuhen::projections
