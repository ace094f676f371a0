// Who was matched to whom at first, in each draw whose visits are known; whoever came instead later
// is left out, and so is a seat that nobody held at first: a visit that was put aside has an empty
// team. A draw whose teams were named, not drawn, has none.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "projections/state.h"

namespace liuhen::projections {

struct FirstTeams {
  const Draw* draw = nullptr;
  std::vector<std::vector<std::string>> teams;  // by visit; sorted
  std::uint64_t held = 0;                       // visits to which anybody was matched
  std::map<std::string, std::uint64_t> loads;   // visits of each inspector

  std::uint64_t load_of(const std::string& inspector) const;
};

// In the order of the draws' announcements.
std::vector<FirstTeams> first_teams(const State& state);

}  // namespace liuhen::projections
