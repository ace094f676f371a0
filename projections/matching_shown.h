// How the matching of a draw came about, for people: who was passed over, and why visits were put
// aside or seats stayed vacant (docs/formats/draw.md section 7.6).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "projections/outcome.h"
#include "projections/sentence.h"

namespace liuhen::projections {

struct MatchingShown {
  // That are listed, each: a draw of many visits has as many.
  static constexpr std::size_t kPassedOverMax = 100, kShortagesMax = 12;

  // A seat at which somebody earlier in the visit's order was passed over so that a later one could
  // be filled.
  struct PassedOver {
    std::uint64_t visit = 0, count = 0;
    std::uint32_t seat = 0;
  };
  // Visits that need more seats of a group than there are people for. Of a visit that was put
  // aside, `visit` is that one, and the others were taken before it.
  struct Shortage {
    std::optional<std::uint64_t> visit;
    std::uint32_t group = 0;
    std::vector<std::string> subjects, inspectors;  // ids
    std::uint64_t needed = 0, capacity = 0, others = 0;
    Sentence what;
  };
  std::uint64_t seats_passed_over = 0;  // of all seats
  std::vector<PassedOver> passed_over;  // the first of them, by visit and seat
  std::uint64_t put_aside = 0;          // visits
  // Of the first visits put aside, and of every later group with vacant seats on others.
  std::vector<Shortage> shortages;
};

// The draw is executed. Absent where a conflict in force at its pool is not opened. Computes the
// matching anew. What conflicts hide can be told from it.
std::optional<MatchingShown> matching_shown(const State& state, const Draw& draw,
                                            const OpenConflict& open);

// In a few sentences; none where nobody was passed over and every visit was taken and filled.
std::vector<Sentence> words_of(const MatchingShown& matching);

}  // namespace liuhen::projections
