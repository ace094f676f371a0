// What a reader is told of a draw whose pool is restricted: who may open it, what they said of it
// in time and of the execution afterwards.
#pragma once

#include <vector>

#include "projections/sentence.h"
#include "projections/state.h"

namespace liuhen::projections {

struct PoolShown {
  struct Supervisor {
    KeyId key{};
    std::string person;
    std::optional<SealChecked> pool;       // what he said of the pool, before commitments closed
    std::optional<SealChecked> execution;  // and of what was drawn from it
  };
  std::vector<Supervisor> supervisors;  // as announced
  bool attested = false;                // in time, by one at least, and by nobody the contrary
  Sentence what;
  std::vector<Sentence> objections;
};

// Of an admitted draw; absent if its pool is not restricted.
std::optional<PoolShown> pool_shown(const State& state, const Draw& draw);

}  // namespace liuhen::projections
