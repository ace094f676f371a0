// What an announced seat group leaves to chance: a group that is no larger than its seats sends the
// same people to every visit, however large the others are.
#pragma once

#include <cstdint>
#include <vector>

#include "projections/sentence.h"
#include "projections/state.h"

namespace liuhen::projections {

struct GroupChance {
  std::uint32_t group = 0;
  std::uint64_t seats = 0;     // of a visit
  std::uint64_t eligible = 0;  // who may be sent, as of the announced pool
  // Of them those for whom there is nobody else, within the limit of people of one unit: they go on
  // every visit, as far as their capacity goes.
  std::uint64_t certain = 0;
  bool is_random() const { return certain != eligible; }
};

// Of each group, in order. None where the form draws no teams.
std::vector<GroupChance> group_chances(const State& state,
                                       const ledger::schema::DrawAnnouncedT& announcement);

// That a group is not random, or in part only. Empty where nobody in it is certain.
Sentence words_of(const GroupChance& chance);

}  // namespace liuhen::projections
