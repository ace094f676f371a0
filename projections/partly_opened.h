// What is left to ask for whoever can open some of the conflicts that count, and not all.
#pragma once

#include "projections/outcome.h"

namespace liuhen::projections {

// Of a recorded substitute that was admitted, as substitute_of has it: without those whom the
// opened conflicts keep out, he is among the first u + 1 candidates, or none only where u or fewer
// are left, u being the conflicts that stay closed, each of which hides one pair. Fails with
// `substitute.candidate`.
Outcome check_substitute_partly_opened(const State& state, const Draw& draw, std::uint64_t visit,
                                       std::uint32_t seat, const std::string& inspector,
                                       const OpenConflict& open,
                                       std::span<const Hash> outputs = {});

// Of a list that is complete, as it was listed: nobody is on a visit from which an opened conflict
// that was in force at pool_position keeps him (`draw.disclosed_visit`); and those passed over are
// no more than the conflicts that stay closed explain, each of which hides one pair
// (crypto/draw/hidden_pairs.h; `draw.visits_root`). Where none opens, by their number alone.
Outcome check_teams_partly_opened(const State& state, const Draw& draw, const OpenConflict& open);

}  // namespace liuhen::projections
