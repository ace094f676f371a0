// Draws that a proof file holds beside its own: earlier attempts, and those that an announcement
// names (docs/formats/draw-proof.md). Which phase they were in, how they ended and who had a right
// to that is followed; what they drew is not computed again.
#pragma once

#include "projections/state.h"

namespace liuhen::projections {

// Whether an event is of another draw than the one with that stream, its tasks included.
bool is_of_other_draw(const ledger::Event& event, const std::string& draw);

// An event of such a draw, whose author and version were looked at. Codes: those of admission, of
// `draw.plan`, `draw.attempt`, `draw.unknown`, `draw.phase`, `draw.ended` and of how it ended.
Outcome admit_other_draw(const State& state, const ledger::Event& event);
void fold_other_draw(State& state, const ledger::Event& event);

}  // namespace liuhen::projections
