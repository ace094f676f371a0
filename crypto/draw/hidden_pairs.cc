#include "crypto/draw/hidden_pairs.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "crypto/draw/ticket.h"

namespace liuhen::crypto::draw {

namespace {

constexpr std::size_t kDeferredMax = std::size_t{1} << 20;  // beyond it the bound is only weaker

class PairCount {
 public:
  PairCount(const Seed& seed, std::span<const SeatGroup> groups,
            std::span<const InspectorRow> inspectors, std::span<const ListedVisit> visits,
            std::span<const Conflict> known, std::uint64_t limit)
      : seed_(seed), groups_(groups), rows_(inspectors), visits_(visits), limit_(limit) {
    std::size_t seat = 0;
    for (const SeatGroup& group : groups) {
      first_seat_.push_back(seat);
      seat += group.seats;
    }
    gather_members();
    gather_teams();
    gather_known(known);
  }

  HiddenPairs count() {
    std::vector<std::uint64_t> loads(rows_.size());  // by the visits before
    for (std::size_t visit = 0; visit < visits_.size() && !is_beyond(); ++visit) {
      if (is_put_aside(visit)) {
        judge_put_aside(visit, loads);
        continue;
      }
      const TicketHasher hasher(pair_key(seed_, visits_[visit].subject));
      for (std::size_t group = 0; group < groups_.size(); ++group) {
        if (!judge_group(visit, group, hasher)) {
          out_.out_of_order = visit;
          return out_;
        }
      }
      for (const std::size_t member : teams_[visit]) {
        if (member != kVacant) ++loads[member];
      }
    }
    for (const Deferred& one : deferred_) {
      if (is_beyond()) break;
      judge_exchange(one);
    }
    return out_;
  }

 private:
  using Pair = std::pair<std::size_t, std::size_t>;  // visit, inspector
  // Passed over, and goes elsewhere as often as he may. Seats of the group from `seat` on are given
  // to people after him, or to nobody.
  struct Deferred {
    std::size_t visit, group, member, seat;
  };

  void gather_members() {
    std::map<std::string_view, std::size_t> units;
    members_.resize(groups_.size());
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      by_id_.emplace(rows_[i].id, i);
      unit_.push_back(units.emplace(rows_[i].unit, units.size()).first->second);
      const auto group = group_of_inspector(groups_, rows_[i]);
      if (rows_[i].eligibility == 0 && group) members_[*group].push_back(i);
    }
  }
  void gather_teams() {
    sits_on_.resize(rows_.size());
    for (std::size_t visit = 0; visit < visits_.size(); ++visit) {
      std::vector<std::size_t> team;
      for (const std::string& id : visits_[visit].team) {
        const auto found = by_id_.find(id);
        team.push_back(found == by_id_.end() ? kVacant : found->second);
        if (team.back() != kVacant) sits_on_[team.back()].push_back(visit);
      }
      teams_.push_back(std::move(team));
    }
    free_.resize(groups_.size());
    for (std::size_t group = 0; group < groups_.size(); ++group) {
      std::ranges::copy_if(members_[group], std::back_inserter(free_[group]),
                           [&](std::size_t member) { return has_to_spare(member); });
    }
  }
  void gather_known(std::span<const Conflict> known) {
    std::map<std::string_view, std::size_t> by_subject;
    for (std::size_t visit = 0; visit < visits_.size(); ++visit)
      by_subject.emplace(visits_[visit].subject, visit);
    for (const Conflict& conflict : known) {
      const auto visit = by_subject.find(conflict.subject);
      const auto member = by_id_.find(conflict.inspector);
      if (visit != by_subject.end() && member != by_id_.end())
        known_.emplace(visit->second, member->second);
    }
  }

  bool is_beyond() const { return out_.least > limit_; }
  bool is_put_aside(std::size_t visit) const {
    return std::ranges::all_of(teams_[visit], [](std::size_t member) { return member == kVacant; });
  }
  bool has_to_spare(std::size_t member) const {
    return sits_on_[member].size() < rows_[member].capacity;
  }
  bool sits(std::size_t visit, std::size_t member) const {
    return std::ranges::binary_search(sits_on_[member], visit);
  }
  std::span<const std::size_t> seats(std::size_t visit, std::size_t group) const {
    return std::span(teams_[visit]).subspan(first_seat_[group], groups_[group].seats);
  }
  // Room for `in`, once `out` has left.
  bool has_room(std::size_t visit, std::size_t group, std::size_t in, std::size_t out) const {
    const std::uint64_t limit = groups_[group].unit_limit;
    if (limit == 0) return true;
    const auto of_his_unit = [&](std::size_t member) {
      return member != kVacant && member != out && unit_[member] == unit_[in];
    };
    return static_cast<std::uint64_t>(std::ranges::count_if(seats(visit, group), of_his_unit)) <
           limit;
  }
  void note(std::size_t visit, std::uint64_t pairs) {
    out_.least += pairs;
    if (!out_.first) out_.first = visit;
  }

  // Whoever is of the officers and had capacity left by then, all of whom cannot fill it. Of any
  // that are hidden, each takes one seat at most.
  void judge_put_aside(std::size_t visit, const std::vector<std::uint64_t>& loads) {
    std::map<std::size_t, std::uint64_t> of_unit;
    for (const std::size_t member : members_[0]) {
      if (loads[member] < rows_[member].capacity && !known_.contains({visit, member}))
        ++of_unit[unit_[member]];
    }
    const std::uint64_t limit = groups_[0].unit_limit;
    std::uint64_t could = 0;
    for (const auto& [unit, people] : of_unit)
      could += limit == 0 ? people : std::min(people, limit);
    if (could >= groups_[0].seats) note(visit, could - groups_[0].seats + 1);
  }

  // False if its seats are not in the visit's order.
  bool judge_group(std::size_t visit, std::size_t group, const TicketHasher& hasher) {
    using Place = std::pair<Hash, std::size_t>;  // rows are by id, and so equal hashes go by it
    const auto place_of = [&](std::size_t member) {
      return Place(hasher.of(rows_[member].id), member);
    };
    const auto team = seats(visit, group);
    std::vector<Place> places;
    for (std::size_t seat = 0; seat < team.size(); ++seat) {
      if (team[seat] == kVacant) continue;
      if (places.size() != seat) return false;
      places.push_back(place_of(team[seat]));
      if (seat != 0 && places[seat] < places[seat - 1]) return false;
    }
    for (const std::size_t member : members_[group]) {
      if (rows_[member].capacity == 0 || sits(visit, member) || known_.contains({visit, member}))
        continue;
      const bool is_free = has_to_spare(member);
      if (!is_free && team.back() != kVacant && sits_on_[member].back() < visit) continue;
      const auto after = std::ranges::upper_bound(places, place_of(member)) - places.begin();
      const auto seat = static_cast<std::size_t>(after);
      if (seat == team.size()) continue;
      if (!is_free) {
        if (deferred_.size() < kDeferredMax) deferred_.push_back({visit, group, member, seat});
        continue;
      }
      const bool fits = std::ranges::any_of(
          team.subspan(seat), [&](std::size_t out) { return has_room(visit, group, member, out); });
      if (fits && used_.insert({visit, member}).second) note(visit, 1);
    }
    return true;
  }

  // Had he come here, somebody could have gone to a visit of his in his place, were it not for one
  // of two pairs.
  void judge_exchange(const Deferred& one) {
    if (used_.contains({one.visit, one.member})) return;
    for (const std::size_t out : seats(one.visit, one.group).subspan(one.seat)) {
      if (!has_room(one.visit, one.group, one.member, out)) continue;
      for (const std::size_t other : sits_on_[one.member]) {
        if (other < one.visit && out != kVacant) continue;
        const auto replacement = find_replacement(other, one.group, one.member, out);
        if (!replacement) continue;
        used_.insert({one.visit, one.member});
        used_.insert({other, *replacement});
        note(one.visit, 1);
        return;
      }
    }
  }
  std::optional<std::size_t> find_replacement(std::size_t visit, std::size_t group,
                                              std::size_t leaving, std::size_t freed) {
    const auto can = [&](std::size_t member) {
      return !sits(visit, member) && !known_.contains({visit, member}) &&
             !used_.contains({visit, member}) && has_room(visit, group, member, leaving);
    };
    if (freed != kVacant && can(freed)) return freed;
    const auto found = std::ranges::find_if(free_[group], can);
    if (found == free_[group].end()) return std::nullopt;
    return *found;
  }

  const Seed& seed_;
  const std::span<const SeatGroup> groups_;
  const std::span<const InspectorRow> rows_;
  const std::span<const ListedVisit> visits_;
  const std::uint64_t limit_;
  std::vector<std::size_t> first_seat_, unit_;     // by group; by inspector
  std::vector<std::vector<std::size_t>> members_;  // of each group, eligible
  std::vector<std::vector<std::size_t>> free_;     // of those, who goes less often than he may
  std::vector<std::vector<std::size_t>> teams_;    // by visit and seat
  std::vector<std::vector<std::size_t>> sits_on_;  // by inspector, ascending
  std::map<std::string_view, std::size_t> by_id_;
  std::set<Pair> known_;
  std::set<Pair> used_;  // each is in one of the sets counted, of one pair or two, and in no other
  std::vector<Deferred> deferred_;
  HiddenPairs out_;
};

}  // namespace

HiddenPairs hidden_pairs(const Seed& seed, std::span<const SeatGroup> groups,
                         std::span<const InspectorRow> inspectors,
                         std::span<const ListedVisit> visits, std::span<const Conflict> known,
                         std::uint64_t limit) {
  return PairCount(seed, groups, inspectors, visits, known, limit).count();
}

}  // namespace liuhen::crypto::draw
