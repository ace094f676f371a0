#include "crypto/draw/shortage.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

namespace liuhen::crypto::draw {

namespace {

constexpr std::size_t kNone = static_cast<std::size_t>(-1);

// Those who can take seats of one group at all, and whom conflicts keep from which visit.
class GroupPeople {
 public:
  GroupPeople(const MatchedDraw& draw, const Matching& matching, std::size_t group)
      : limit_(draw.groups[group].unit_limit) {
    std::map<std::string_view, std::size_t> units;
    for (std::size_t i = 0; i < draw.inspectors.size(); ++i) {
      const InspectorRow& row = draw.inspectors[i];
      if (row.eligibility != 0 || row.capacity == 0) continue;
      if (group_of_inspector(draw.groups, row) != group) continue;
      const std::size_t unit = units.try_emplace(row.unit, units.size()).first->second;
      if (unit == of_unit_.size()) of_unit_.emplace_back();
      of_unit_[unit].push_back(i);
      unit_of_.emplace(i, unit);
    }
    std::map<std::string_view, std::size_t> visits;
    for (std::size_t v = 0; v < matching.visits.size(); ++v)
      visits.emplace(draw.subjects[matching.visits[v].subject], v);
    std::map<std::string_view, std::size_t> people;
    for (const auto& [i, unit] : unit_of_) people.emplace(draw.inspectors[i].id, i);
    for (const Conflict& conflict : draw.conflicts) {
      const auto visit = visits.find(conflict.subject);
      const auto who = people.find(conflict.inspector);
      if (visit != visits.end() && who != people.end())
        conflicts_[visit->second].insert(who->second);
    }
  }

  std::size_t units() const { return of_unit_.size(); }
  const std::vector<std::size_t>& of_unit(std::size_t unit) const { return of_unit_[unit]; }
  std::size_t unit_of(std::size_t inspector) const { return unit_of_.at(inspector); }
  // Who may not go to the visit.
  const std::set<std::size_t>& conflicts_of(std::size_t visit) const {
    static const std::set<std::size_t> kNobody;
    const auto found = conflicts_.find(visit);
    return found == conflicts_.end() ? kNobody : found->second;
  }
  std::uint64_t limit() const { return limit_; }

 private:
  std::uint64_t limit_;
  std::vector<std::vector<std::size_t>> of_unit_;
  std::map<std::size_t, std::size_t> unit_of_;
  std::map<std::size_t, std::set<std::size_t>> conflicts_;  // by visit: inspectors
};

// The seats of one group on some of the visits, as they are taken, and a search for somebody who
// could still come: an inspector may enter a visit, another leave it for a seat elsewhere, and so
// on. What a search that fails has reached is the shortage: everyone in it has no capacity left,
// and sits on visits in it only.
class Seating {
 public:
  Seating(const MatchedDraw& draw, const Matching& matching, std::size_t group, std::size_t visits)
      : draw_(draw),
        people_(draw, matching, group),
        teams_(visits),
        seats_on_(draw.inspectors.size()) {
    std::size_t first = 0;
    for (std::size_t g = 0; g < group; ++g) first += draw.groups[g].seats;
    for (std::size_t v = 0; v < visits; ++v) {
      if (!matching.visits[v].taken) continue;
      for (std::size_t s = first; s < first + draw.groups[group].seats; ++s) {
        const std::size_t inspector = matching.visits[v].team[s].inspector;
        if (inspector == kVacant) continue;
        teams_[v].push_back(inspector);
        seats_on_[inspector].push_back(v);
      }
    }
  }

  std::size_t seated(std::size_t visit) const { return teams_[visit].size(); }

  // Seats one more on the visit, moving others; false: it cannot be done.
  bool fill_one(std::size_t visit) {
    const std::size_t end = search({visit});
    if (end == kNone) return false;
    for (std::size_t enters = end; enters != kNone;) {
      const std::size_t where = enters_at_[enters];
      const std::size_t leaves = left_by_[where * people_.units() + people_.unit_of(enters)];
      teams_[where].push_back(enters);
      seats_on_[enters].push_back(where);
      if (leaves != kNone) {
        std::erase(teams_[where], leaves);
        std::erase(seats_on_[leaves], where);
      }
      enters = leaves;
    }
    return true;
  }

  // From the empty seats of these visits: whoever has capacity to spare and can be reached, or
  // kNone.
  std::size_t search(const std::vector<std::size_t>& starts) {
    reached_visit_.assign(teams_.size(), false);
    reached_unit_.assign(teams_.size() * people_.units(), false);
    left_by_.assign(reached_unit_.size(), kNone);
    enters_at_.assign(seats_on_.size(), kNone);
    unreached_.clear();
    for (std::size_t unit = 0; unit < people_.units(); ++unit)
      unreached_.push_back(people_.of_unit(unit));
    todo_.clear();
    for (const std::size_t visit : starts) reach_visit(visit, kNone);
    while (!todo_.empty()) {
      const auto [visit, unit] = todo_.back();
      todo_.pop_back();
      if (const std::size_t end = reach_those_who_can_enter(visit, unit); end != kNone) return end;
    }
    return kNone;
  }
  std::vector<std::size_t> reached_visits() const {
    std::vector<std::size_t> out;
    for (std::size_t v = 0; v < teams_.size(); ++v) {
      if (reached_visit_[v]) out.push_back(v);
    }
    return out;
  }
  std::vector<std::size_t> reached_inspectors() const {
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < enters_at_.size(); ++i) {
      if (enters_at_[i] != kNone) out.push_back(i);
    }
    return out;
  }

 private:
  // One of them who has capacity to spare, or kNone.
  std::size_t reach_those_who_can_enter(std::size_t visit, std::size_t unit) {
    const auto& conflicts = people_.conflicts_of(visit);
    auto& left = unreached_[unit];
    for (std::size_t i = 0; i < left.size();) {
      const std::size_t inspector = left[i];
      if (conflicts.contains(inspector) ||
          std::ranges::find(teams_[visit], inspector) != teams_[visit].end()) {
        ++i;
        continue;
      }
      left[i] = left.back();
      left.pop_back();
      enters_at_[inspector] = visit;
      if (seats_on_[inspector].size() < draw_.inspectors[inspector].capacity) return inspector;
      for (const std::size_t other : seats_on_[inspector]) {
        reach_unit(other, unit, inspector);
        reach_visit(other, inspector);
      }
    }
    return kNone;
  }
  // Somebody of this unit can enter the visit when `leaves` (kNone: nobody) gives up his seat.
  void reach_unit(std::size_t visit, std::size_t unit, std::size_t leaves) {
    const std::size_t node = visit * people_.units() + unit;
    if (reached_unit_[node]) return;
    reached_unit_[node] = true;
    left_by_[node] = leaves;
    todo_.emplace_back(visit, unit);
  }
  // Anybody of a unit that is not at its limit there can.
  void reach_visit(std::size_t visit, std::size_t leaves) {
    if (reached_visit_[visit]) return;
    reached_visit_[visit] = true;
    for (std::size_t unit = 0; unit < people_.units(); ++unit) {
      const auto of_unit = std::ranges::count_if(
          teams_[visit], [&](std::size_t inspector) { return people_.unit_of(inspector) == unit; });
      if (people_.limit() == 0 || static_cast<std::uint64_t>(of_unit) < people_.limit())
        reach_unit(visit, unit, leaves);
    }
  }

  const MatchedDraw& draw_;
  GroupPeople people_;
  std::vector<std::vector<std::size_t>> teams_;     // by visit
  std::vector<std::vector<std::size_t>> seats_on_;  // by inspector: visits
  // Of the last search.
  std::vector<bool> reached_visit_, reached_unit_;
  std::vector<std::size_t> left_by_;                 // by visit and unit: who would leave
  std::vector<std::size_t> enters_at_;               // by inspector: the visit
  std::vector<std::vector<std::size_t>> unreached_;  // by unit
  std::vector<std::pair<std::size_t, std::size_t>> todo_;
};

Shortage counted(const MatchedDraw& draw, const Matching& matching, std::size_t group,
                 const Seating& seating) {
  Shortage shortage =
      count_shortage(draw, matching, group, seating.reached_visits(), seating.reached_inspectors());
  LIUHEN_CHECK(shortage.holds());
  return shortage;
}

}  // namespace

Shortage count_shortage(const MatchedDraw& draw, const Matching& matching, std::size_t group,
                        std::vector<std::size_t> visits, std::vector<std::size_t> inspectors) {
  const GroupPeople people(draw, matching, group);
  Shortage out{.group = group, .visits = std::move(visits), .inspectors = std::move(inspectors)};
  out.needed = out.visits.size() * draw.groups[group].seats;
  const std::set<std::size_t> listed(out.inspectors.begin(), out.inspectors.end());
  for (const std::size_t inspector : listed) out.capacity += draw.inspectors[inspector].capacity;
  std::vector<std::uint64_t> others(people.units());  // not listed
  for (std::size_t unit = 0; unit < people.units(); ++unit) {
    others[unit] = static_cast<std::uint64_t>(std::ranges::count_if(
        people.of_unit(unit), [&](std::size_t inspector) { return !listed.contains(inspector); }));
  }
  for (const std::size_t visit : out.visits) {
    auto left = others;
    for (const std::size_t inspector : people.conflicts_of(visit))
      left[people.unit_of(inspector)] -= listed.contains(inspector) ? 0 : 1;
    for (const std::uint64_t count : left)
      out.others += people.limit() == 0 ? count : std::min(count, people.limit());
  }
  return out;
}

std::optional<Shortage> shortage_of_visit(const MatchedDraw& draw, const Matching& matching,
                                          std::size_t visit) {
  if (matching.visits[visit].taken) return std::nullopt;
  Seating seating(draw, matching, 0, visit + 1);
  while (seating.fill_one(visit)) LIUHEN_CHECK(seating.seated(visit) < draw.groups[0].seats);
  return counted(draw, matching, 0, seating);
}

std::optional<Shortage> shortage_of_group(const MatchedDraw& draw, const Matching& matching,
                                          std::size_t group) {
  Seating seating(draw, matching, group, matching.visits.size());
  std::vector<std::size_t> starts;
  for (std::size_t v = 0; v < matching.visits.size(); ++v) {
    if (matching.visits[v].taken && seating.seated(v) < draw.groups[group].seats)
      starts.push_back(v);
  }
  if (starts.empty()) return std::nullopt;
  LIUHEN_CHECK(seating.search(starts) == kNone);  // the matching fills the most seats
  return counted(draw, matching, group, seating);
}

}  // namespace liuhen::crypto::draw
