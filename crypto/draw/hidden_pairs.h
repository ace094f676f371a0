// What a list of teams takes to be right, for whoever knows some of the conflicts and not all
// (docs/formats/draw.md section 7.7). Pure and thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "crypto/draw/matching.h"

namespace liuhen::crypto::draw {

struct ListedVisit {
  std::string subject;
  std::vector<std::string> team;  // seats_of(groups) ids, in order of group and seat; empty: vacant
};

struct HiddenPairs {
  // So many pairs (subject, inspector) at least are conflicts beside those known, if the list is
  // the matching; counted only to the end of the visit at which they are more than `limit`.
  std::uint64_t least = 0;
  std::optional<std::size_t> first;  // visit that takes one
  // A team that no conflicts explain: the seats of a group are not in the visit's order.
  std::optional<std::size_t> out_of_order;
};

// A lower bound, never more than there are: whoever is passed over, and with whom an exchange of
// one or two people would give an earlier matching, was kept out by a pair that is not known. The
// visits are in their order, and their teams allowed by section 7.3, with an officer in every seat
// or nobody at all; the inspectors are the rows of the announced pool, by id.
HiddenPairs hidden_pairs(const Seed& seed, std::span<const SeatGroup> groups,
                         std::span<const InspectorRow> inspectors,
                         std::span<const ListedVisit> visits, std::span<const Conflict> known,
                         std::uint64_t limit);

}  // namespace liuhen::crypto::draw
