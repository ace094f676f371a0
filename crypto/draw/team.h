// What a visit's team is made of (docs/formats/draw.md section 7.1). Pure and thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "crypto/draw/rows.h"

namespace liuhen::crypto::draw {

// Seats of a visit that ask for the same. All visits of a draw have the same groups.
struct SeatGroup {
  std::string qualification;       // that its members hold; empty: any
  std::vector<std::string> units;  // of one of which its members are
  std::uint64_t seats = 0;
  std::uint64_t unit_limit =
      0;  // members of one unit in this group of one visit, at most; 0: no limit
};

inline constexpr std::uint64_t kMaxSeats = 64;  // of a visit, all groups together

// Fails (`draw.team`) unless there is a group, every group has a seat and a unit, the first (the
// officers) has two seats or more, and there are at most kMaxSeats in all.
Outcome check_groups(std::span<const SeatGroup> groups);

std::uint64_t seats_of(std::span<const SeatGroup> groups);  // of one visit

// The group of a seat, seats being numbered from 0 through all groups in order.
// `seat` must be less than seats_of(groups).
std::size_t group_of_seat(std::span<const SeatGroup> groups, std::uint64_t seat);

// The first group whose qualification the inspector holds and among whose units is his; none if
// there is none. He takes seats of that group only. Eligibility plays no part here.
std::optional<std::size_t> group_of_inspector(std::span<const SeatGroup> groups,
                                              const InspectorRow& inspector);

}  // namespace liuhen::crypto::draw
