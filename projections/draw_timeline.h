// Who did what to a draw, and when: one line an entry, in words, for reports. Public content only.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "projections/sentence.h"
#include "projections/state.h"

namespace liuhen::projections {

struct DrawStep {
  std::uint64_t position = 0, time = 0;  // Unix seconds, as recorded: the operator's word
  Sentence what;                         // "公告抽取", "announced the draw"
  std::vector<std::string> who;          // persons, in author order; a key in hex if it is nobody's
  Sentence detail;                       // may be empty
  bool wrong = false;                    // the entry for which the draw is named
};

struct DrawTimeline {
  // Steps of one kind, at most: a draw of many visits has as many results.
  static constexpr std::size_t kStepsOfAKindMax = 12;
  struct More {
    Sentence what;
    std::uint64_t count = 0, last = 0;  // not listed; position of the last of them
  };
  std::vector<DrawStep> steps;              // ascending
  std::map<ledger::PayloadTag, More> more;  // kinds of which some are not listed
  std::map<ledger::PayloadTag, std::size_t> listed;
};

// Adds an entry of the draw, whoever admitted it. The state is that before it or after: only keys
// are looked up. `wrong`: it is listed whatever the limit.
void add_step(DrawTimeline& timeline, const State& state, const ledger::Event& event,
              bool wrong = false);

}  // namespace liuhen::projections
