#include "crypto/draw/matching.h"

#include <algorithm>
#include <numeric>
#include <string_view>
#include <utility>

#include "crypto/draw/group_matching.h"
#include "crypto/draw/ticket.h"

namespace liuhen::crypto::draw {

namespace {

using Index = GroupMatching::Index;

// The eligible inspectors of one group; a member's number is his place in `rows`, so numbers go by
// id.
struct Group {
  std::vector<std::size_t> rows;
  GroupMatching seats;
};

// Indices of visits (in visit order) and of inspectors.
using ConflictPairs = std::vector<std::pair<std::size_t, std::size_t>>;

Outcome check_inspectors(std::span<const InspectorRow> inspectors) {
  std::string_view last;
  for (const InspectorRow& row : inspectors) {
    if (auto checked = check(row); !checked) return checked.error();
    if (auto checked = check_order(last, row.id); !checked) return checked.error();
    last = row.id;
  }
  return ok();
}

std::vector<Group> make_groups(std::span<const SeatGroup> groups,
                               std::span<const InspectorRow> inspectors) {
  std::vector<std::string_view> units;
  for (const InspectorRow& row : inspectors) units.push_back(row.unit);
  std::sort(units.begin(), units.end());
  units.erase(std::unique(units.begin(), units.end()), units.end());

  std::vector<std::vector<std::size_t>> rows(groups.size());
  std::vector<std::vector<GroupMatching::Member>> members(groups.size());
  for (std::size_t i = 0; i < inspectors.size(); ++i) {
    const InspectorRow& row = inspectors[i];
    if (row.eligibility != 0) continue;
    const auto group = group_of_inspector(groups, row);
    if (!group) continue;
    const auto unit = std::lower_bound(units.begin(), units.end(), row.unit) - units.begin();
    rows[*group].push_back(i);
    members[*group].push_back({.unit = static_cast<Index>(unit), .capacity = row.capacity});
  }
  std::vector<Group> made;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    made.push_back(
        {.rows = std::move(rows[g]),
         .seats = GroupMatching(std::move(members[g]), static_cast<Index>(groups[g].seats),
                                groups[g].unit_limit)});
  }
  return made;
}

// The subjects in visit order: by hash, then by id.
Result<std::vector<Visit>> order_visits(const Seed& seed, std::span<const std::string> subjects) {
  std::vector<Visit> visits(subjects.size());
  for (std::size_t i = 0; i < subjects.size(); ++i) {
    if (auto checked = check_id(subjects[i]); !checked) return checked.error();
    visits[i].subject = i;
    visits[i].order = visit_order(seed, subjects[i]);
  }
  std::sort(visits.begin(), visits.end(), [&](const Visit& a, const Visit& b) {
    return a.order != b.order ? a.order < b.order : subjects[a.subject] < subjects[b.subject];
  });
  for (std::size_t i = 1; i < visits.size(); ++i) {
    const std::string& id = subjects[visits[i].subject];
    if (id != subjects[visits[i - 1].subject]) continue;
    return fail("draw.duplicate", "检查对象“" + id + "”出现两次",
                "subject \"" + id + "\" is there twice");
  }
  return visits;
}

// The conflicts of which both sides are in the draw, by visit and inspector, each once.
ConflictPairs conflict_pairs(std::span<const Conflict> conflicts,
                             std::span<const InspectorRow> inspectors,
                             std::span<const std::string> subjects, std::span<const Visit> visits) {
  std::vector<std::pair<std::string_view, std::size_t>> by_subject;
  for (std::size_t v = 0; v < visits.size(); ++v)
    by_subject.emplace_back(subjects[visits[v].subject], v);
  std::sort(by_subject.begin(), by_subject.end());
  ConflictPairs pairs;
  for (const Conflict& conflict : conflicts) {
    const auto visit =
        std::lower_bound(by_subject.begin(), by_subject.end(),
                         std::pair<std::string_view, std::size_t>(conflict.subject, 0));
    const auto row =
        std::lower_bound(inspectors.begin(), inspectors.end(), conflict.inspector,
                         [](const InspectorRow& a, const std::string& id) { return a.id < id; });
    if (visit == by_subject.end() || visit->first != conflict.subject) continue;
    if (row == inspectors.end() || row->id != conflict.inspector) continue;
    pairs.emplace_back(visit->second, row - inspectors.begin());
  }
  std::sort(pairs.begin(), pairs.end());
  pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
  return pairs;
}

// Those of a visit's conflicts that concern a group, as member numbers, ascending.
std::vector<Index> conflicts_in(const Group& group, const ConflictPairs& pairs, std::size_t visit) {
  std::vector<Index> members;
  auto pair =
      std::lower_bound(pairs.begin(), pairs.end(), std::pair<std::size_t, std::size_t>(visit, 0));
  for (; pair != pairs.end() && pair->first == visit; ++pair) {
    const auto row = std::lower_bound(group.rows.begin(), group.rows.end(), pair->second);
    if (row == group.rows.end() || *row != pair->second) continue;
    members.push_back(static_cast<Index>(row - group.rows.begin()));
  }
  return members;
}

// A visit's inspectors, one after another in its order; those without capacity left are not hashed.
class VisitOrder {
  struct Entry {
    std::uint64_t head;
    Index member;
  };

 public:
  VisitOrder(const Group& group, std::span<const InspectorRow> inspectors, const Hash& key)
      : group_(group), inspectors_(inspectors), hasher_(key) {
    entries_.reserve(group.rows.size());
    for (Index member = 0; member < group.rows.size(); ++member) {
      if (!group.seats.has_capacity(member)) continue;
      entries_.push_back({.head = hasher_.head(id_of(member)), .member = member});
    }
    std::make_heap(entries_.begin(), entries_.end(),
                   [this](const Entry& a, const Entry& b) { return is_later(a, b); });
  }

  bool empty() const { return entries_.empty(); }
  Index next() {
    std::pop_heap(entries_.begin(), entries_.end(),
                  [this](const Entry& a, const Entry& b) { return is_later(a, b); });
    const Index member = entries_.back().member;
    entries_.pop_back();
    return member;
  }

 private:
  const std::string& id_of(Index member) const { return inspectors_[group_.rows[member]].id; }
  bool is_later(const Entry& a, const Entry& b) const {
    if (a.head != b.head) return a.head > b.head;
    if (a.member == b.member) return false;
    const Hash left = hasher_.of(id_of(a.member));
    const Hash right = hasher_.of(id_of(b.member));
    return left != right ? left > right : a.member > b.member;
  }

  const Group& group_;
  std::span<const InspectorRow> inspectors_;
  TicketHasher hasher_;
  std::vector<Entry> entries_;
};

// Fixes all seats of one group of one visit, appending them to its team.
void fix_seats(Group& group, Index taken, std::span<const InspectorRow> inspectors, const Hash& key,
               std::uint64_t seats, std::vector<Seat>& team) {
  VisitOrder order(group, inspectors, key);
  std::uint64_t passed_over = 0;
  for (std::uint64_t seat = 0; seat < seats; ++seat) {
    std::size_t chosen = kVacant;
    while (chosen == kVacant && !order.empty()) {
      const Index member = order.next();
      const GroupMatching::Fit fit = group.seats.offer(taken, member);
      if (fit == GroupMatching::Fit::too_dear) ++passed_over;
      if (fit == GroupMatching::Fit::fixed) chosen = group.rows[member];
    }
    if (chosen == kVacant) group.seats.leave_vacant(taken);
    team.push_back({.inspector = chosen, .passed_over = passed_over});
  }
}

}  // namespace

Result<Matching> match(const Seed& seed, std::span<const SeatGroup> groups,
                       std::span<const InspectorRow> inspectors,
                       std::span<const std::string> subjects, std::span<const Conflict> conflicts) {
  if (auto checked = check_groups(groups); !checked) return checked.error();
  if (auto checked = check_inspectors(inspectors); !checked) return checked.error();
  auto ordered = order_visits(seed, subjects);
  if (!ordered) return ordered.error();
  Matching matching{.visits = std::move(*ordered)};
  const ConflictPairs pairs = conflict_pairs(conflicts, inspectors, subjects, matching.visits);

  // Every inspector belongs to one group, so once it is settled which visits are taken, the groups
  // have nothing to do with one another.
  std::vector<Group> parts = make_groups(groups, inspectors);
  for (std::size_t v = 0; v < matching.visits.size(); ++v) {
    Visit& visit = matching.visits[v];
    visit.taken = parts.front().seats.add_if_filled(conflicts_in(parts.front(), pairs, v));
    if (!visit.taken) ++matching.put_aside;
    for (std::size_t g = 1; visit.taken && g < parts.size(); ++g) {
      parts[g].seats.add_as_filled(conflicts_in(parts[g], pairs, v));
    }
  }
  for (Group& part : parts) part.seats.begin_fixing();

  Index taken = 0;
  for (Visit& visit : matching.visits) {
    if (visit.taken) {
      const Hash key = pair_key(seed, subjects[visit.subject]);
      for (std::size_t g = 0; g < parts.size(); ++g) {
        fix_seats(parts[g], taken, inspectors, key, groups[g].seats, visit.team);
      }
      ++taken;
    } else {
      visit.team.resize(seats_of(groups));
    }
    for (const Seat& seat : visit.team) {
      if (seat.inspector == kVacant) ++matching.vacancies;
    }
  }
  return matching;
}

}  // namespace liuhen::crypto::draw
