#include "crypto/draw/substitute.h"

#include <algorithm>

#include "crypto/draw/protocol.h"
#include "crypto/draw/ticket.h"

namespace liuhen::crypto::draw {

bool may_substitute(const SubstituteCandidate& candidate, std::span<const SeatGroup> groups,
                    std::size_t group, const SubstituteSeat& seat) {
  if (!candidate.eligible || candidate.conflict || candidate.held_seat) return false;
  if (candidate.load >= candidate.row.capacity) return false;
  if (group_of_inspector(groups, candidate.row) != group) return false;
  const auto of_unit =
      std::count(seat.other_units.begin(), seat.other_units.end(), candidate.row.unit);
  const std::uint64_t limit = groups[group].unit_limit;
  return limit == 0 || static_cast<std::uint64_t>(of_unit) < limit;
}

Result<std::optional<std::size_t>> choose_substitute(
    const Hash& substitute_seed, std::string_view subject, std::span<const SeatGroup> groups,
    const SubstituteSeat& seat, std::span<const SubstituteCandidate> candidates) {
  if (auto checked = check_groups(groups); !checked) return checked.error();
  if (seat.seat >= seats_of(groups)) {
    return fail("draw.seat", "没有第 " + std::to_string(seat.seat) + " 席",
                "there is no seat " + std::to_string(seat.seat));
  }
  const std::size_t group = group_of_seat(groups, seat.seat);
  const TicketHasher hasher(pair_key(substitute_seed, subject));
  std::optional<std::size_t> best;
  Hash best_order{};
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const SubstituteCandidate& candidate = candidates[i];
    if (auto checked = check_id(candidate.row.id); !checked) return checked.error();
    if (!may_substitute(candidate, groups, group, seat)) continue;
    const Hash order = hasher.of(candidate.row.id);
    const bool first = !best || order < best_order ||
                       (order == best_order && candidate.row.id < candidates[*best].row.id);
    if (!first) continue;
    best = i;
    best_order = order;
  }
  return best;
}

}  // namespace liuhen::crypto::draw
