// Why a visit was put aside or seats stayed vacant: certificates for people, derived from a
// matching and not part of the record (docs/formats/draw.md section 7.6). Pure and thread-safe.
#pragma once

#include <optional>

#include "crypto/draw/matching.h"

namespace liuhen::crypto::draw {

// What was given to match().
struct MatchedDraw {
  std::span<const SeatGroup> groups;
  std::span<const InspectorRow> inspectors;
  std::span<const std::string> subjects;
  std::span<const Conflict> conflicts;
};

// Visits that compete for too few inspectors of one group. Counting alone shows it: together they
// need `needed` seats of the group; `inspectors` take `capacity` of them at most, wherever they go;
// and on each visit its other inspectors, those not listed and without a conflict, take some more,
// of a unit no more than the group's limit, which makes `others` over all the visits.
struct Shortage {
  std::size_t group = 0;
  std::vector<std::size_t> visits;      // indices into Matching::visits, ascending
  std::vector<std::size_t> inspectors;  // indices into the inspectors given, ascending
  std::uint64_t needed = 0, capacity = 0, others = 0;

  bool holds() const { return needed > capacity + others; }
  std::uint64_t missing() const { return needed - capacity - others; }  // where it holds
};

// The three counts for these visits and inspectors, whatever they are: what a person does who
// checks a certificate. It looks at no assignment.
Shortage count_shortage(const MatchedDraw& draw, const Matching& matching, std::size_t group,
                        std::vector<std::size_t> visits, std::vector<std::size_t> inspectors);

// Why the officers of a visit that was put aside cannot be filled: a shortage among it and visits
// taken before it. None if the visit was taken. `matching` is match()'s of the same draw.
std::optional<Shortage> shortage_of_visit(const MatchedDraw& draw, const Matching& matching,
                                          std::size_t visit);

// Why seats of a group stay vacant on visits that were taken: a shortage that misses exactly as
// many seats as are vacant there. None if none is.
std::optional<Shortage> shortage_of_group(const MatchedDraw& draw, const Matching& matching,
                                          std::size_t group);

}  // namespace liuhen::crypto::draw
