// Who goes instead (docs/formats/draw.md section 9). Pure and thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/draw/rows.h"
#include "crypto/draw/team.h"

namespace liuhen::crypto::draw {

// An inspector of the announced pool, as section 9 counts: as things stood at the decision.
struct SubstituteCandidate {
  InspectorRow row;        // as announced; its eligibility is not looked at, what follows is
  bool eligible = false;   // is active and of the seat's group then
  bool conflict = false;   // has a conflict with the subject in force then
  bool held_seat = false;  // holds a seat of this visit, or ever did
  std::uint64_t load = 0;  // seats of this draw whose sitter he is, on any visit
};

struct SubstituteSeat {
  std::uint64_t seat = 0;  // number through all groups of the visit
  // Units of the sitters of the other seats of the same group of this visit, one for each.
  std::vector<std::string> other_units;
};

// Whether he is among those of whom the first is chosen: see below. `group`: of the seat.
bool may_substitute(const SubstituteCandidate& candidate, std::span<const SeatGroup> groups,
                    std::size_t group, const SubstituteSeat& seat);

// The index of the candidate chosen: among those who are eligible, free of conflict, never held a
// seat of this visit, belong to the seat's group, are below their capacity and whose unit is below
// the group's limit, the first in order of H(H(tuple("liuhen/pair/v1", S', subject)) ‖ id). Empty
// if there is none. `candidates` in any order. Fails: `draw.team` as check_groups; `draw.seat` if
// there is no such seat; `draw.id` if an inspector's id is not one.
Result<std::optional<std::size_t>> choose_substitute(
    const Hash& substitute_seed, std::string_view subject, std::span<const SeatGroup> groups,
    const SubstituteSeat& seat, std::span<const SubstituteCandidate> candidates);

}  // namespace liuhen::crypto::draw
