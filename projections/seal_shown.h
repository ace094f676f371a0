// What a reader is told of a sealed draw: until when it is sealed, who may open it, what they said,
// and afterwards that nothing was altered.
#pragma once

#include <vector>

#include "projections/sentence.h"
#include "projections/state.h"

namespace liuhen::projections {

struct SealShown {
  struct Supervisor {
    KeyId key{};
    std::string person;
    std::optional<SealChecked> checked;  // what he said, if he has
  };
  std::uint64_t until = 0;                 // Unix seconds: the deadline for disclosure
  std::optional<std::uint64_t> sealed_at;  // position of DrawExecuted
  std::optional<std::uint64_t> opened_at;  // position of the first part of the disclosure
  std::vector<Supervisor> supervisors;     // as announced
  Sentence follows;  // once it is opened: what everybody can compute from the seed, and what not
  Sentence what;
  std::vector<Sentence> objections;  // of supervisors who said that it does not replay
};

// Of an admitted draw; absent if it is not a sealed one.
std::optional<SealShown> seal_shown(const State& state, const Draw& draw);

}  // namespace liuhen::projections
