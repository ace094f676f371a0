// Whose affair an event is: a key that belongs to a department acts only in that one and those
// below it.
#pragma once

#include "projections/state.h"

namespace liuhen::projections {

struct Concern {
  std::vector<std::string> departments;  // empty: no department in particular
  bool first_author_only =
      false;  // the second author answers for something else, checked with the payload
};

// For events about a visit it is left to the payload's own checks: inspectors of several
// departments go together.
Concern concern_of(const State& state, const ledger::Event& event);

}  // namespace liuhen::projections
