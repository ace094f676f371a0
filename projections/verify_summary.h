// What a verification says besides its verdict: counts, draws, what was not opened, what was
// checked.
#pragma once

#include <map>

#include "projections/verify.h"

namespace liuhen::projections {

// Met while replaying one draw, and not kept in its state.
struct DrawFacts {
  bool matching_replayed = false;
  std::uint64_t conflicts_unopened = 0, substitutes_unopened = 0;
};

struct ReplayFacts {
  std::map<std::string, DrawFacts> draws;  // by stream
  std::uint64_t digests = 0;
};

// Fills in everything of the report that follows from the state. `stored`: a whole data directory
// was checked.
void summarise(const State& state, const ReplayFacts& facts, bool stored, Report& report);

}  // namespace liuhen::projections
