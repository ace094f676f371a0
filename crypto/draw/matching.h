// Who goes where (docs/formats/draw.md section 7). Pure and thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "crypto/draw/protocol.h"
#include "crypto/draw/rows.h"
#include "crypto/draw/team.h"

namespace liuhen::crypto::draw {

// This inspector may not go to this subject. Pairs of which either is not in the draw mean nothing.
struct Conflict {
  std::string subject;
  std::string inspector;
};

inline constexpr std::size_t kVacant = static_cast<std::size_t>(-1);

struct Seat {
  std::size_t inspector = kVacant;  // index into the inspectors given
  // For people, not part of the record: inspectors earlier in the visit's order who had capacity
  // left, no conflict, and room in their unit's limit, and were passed over at this seat or one
  // before it in its group because with them a later seat would have stayed empty.
  std::uint64_t passed_over = 0;
};

struct Visit {
  std::size_t subject = 0;  // index into the subjects given
  Hash order{};             // visits ascend by it
  bool taken = false;       // false: put aside whole, its seats are all vacant
  std::vector<Seat> team;   // seats_of(groups) of them, in order of group and seat
};

struct Matching {
  std::vector<Visit> visits;  // all subjects, in visit order
  std::uint64_t put_aside = 0;
  std::uint64_t vacancies = 0;  // vacant seats, those of visits put aside included
};

// The one matching that section 7 defines. `subjects` are the ids of those drawn, in any order;
// `inspectors` the rows of the announced pool in its order, the ineligible included. Fails:
// `draw.team` as check_groups; `draw.id`, `draw.order`, `draw.unit`, `draw.qualifications` as
// InspectorPool::add; `draw.duplicate` if a subject is there twice. Too few inspectors is not a
// failure.
Result<Matching> match(const Seed& seed, std::span<const SeatGroup> groups,
                       std::span<const InspectorRow> inspectors,
                       std::span<const std::string> subjects, std::span<const Conflict> conflicts);

}  // namespace liuhen::crypto::draw
