#include "crypto/draw/team.h"

#include <algorithm>

namespace liuhen::crypto::draw {

Outcome check_groups(std::span<const SeatGroup> groups) {
  std::uint64_t seats = 0;
  bool good = !groups.empty() && groups.front().seats >= 2;
  for (const SeatGroup& group : groups) {
    good = good && group.seats != 0 && group.seats <= kMaxSeats && !group.units.empty();
    if (!good) break;
    seats += group.seats;
    good = seats <= kMaxSeats;
  }
  if (good) return ok();
  return fail(
      "draw.team",
      "检查组的设置无效：每组至少一席、一个单位，首组（执法人员）至少两席，合计不超过 64 席",
      "the team is not valid: each group needs a seat and a unit, the first (officers) two seats, "
      "and there can be 64 seats in all");
}

std::uint64_t seats_of(std::span<const SeatGroup> groups) {
  std::uint64_t seats = 0;
  for (const SeatGroup& group : groups) seats += group.seats;
  return seats;
}

std::size_t group_of_seat(std::span<const SeatGroup> groups, std::uint64_t seat) {
  for (std::size_t g = 0; g < groups.size(); ++g) {
    if (seat < groups[g].seats) return g;
    seat -= groups[g].seats;
  }
  LIUHEN_CHECK(false && "seat out of range");
  return groups.size();
}

std::optional<std::size_t> group_of_inspector(std::span<const SeatGroup> groups,
                                              const InspectorRow& inspector) {
  const auto holds = [](const auto& list, const std::string& item) {
    return std::find(list.begin(), list.end(), item) != list.end();
  };
  for (std::size_t g = 0; g < groups.size(); ++g) {
    const SeatGroup& group = groups[g];
    const bool qualified =
        group.qualification.empty() || holds(inspector.qualifications, group.qualification);
    if (qualified && holds(group.units, inspector.unit)) return g;
  }
  return std::nullopt;
}

}  // namespace liuhen::crypto::draw
