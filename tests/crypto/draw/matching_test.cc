#include "crypto/draw/matching.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include "crypto/draw/protocol.h"
#include "crypto/sha256.h"
#include "tests/crypto/draw/random_case.h"

namespace liuhen::crypto::draw {
namespace {

using tests::Case;
using tests::Dice;
using tests::match_case;
using tests::random_case;

using Teams = std::vector<std::vector<std::size_t>>;  // by visit, in visit order

// The definition of section 7 taken literally: every assignment is looked at. Only for tiny cases.
class Exhaustive {
 public:
  explicit Exhaustive(const Case& c) : c_(c) {
    for (const std::string& subject : c.subjects)
      order_.emplace_back(visit_order(c.seed, subject), subject);
    std::sort(order_.begin(), order_.end());
    for (const InspectorRow& row : c.inspectors) {
      const auto group = group_of_inspector(c.groups, row);
      group_.push_back(row.eligibility == 0 && group ? static_cast<int>(*group) : -1);
      capacity_.push_back(row.capacity);
    }
    for (std::size_t g = 0; g < c.groups.size(); ++g) {
      for (std::uint64_t s = 0; s < c.groups[g].seats; ++s)
        seat_group_.push_back(static_cast<int>(g));
    }
    for (const auto& [hash, subject] : order_) prefer_.push_back(preference(subject));
    taken_.assign(order_.size(), false);
  }

  Teams solve() {
    for (std::size_t v = 0; v < order_.size(); ++v) {
      taken_[v] = true;
      memo_.clear();
      if (best(0) < 0) taken_[v] = false;
    }
    memo_.clear();
    Teams teams;
    int wanted = best(0);
    for (std::size_t v = 0; v < order_.size(); ++v) {
      std::vector<std::size_t> team;
      if (!taken_[v]) {
        teams.emplace_back(seat_group_.size(), kVacant);
        continue;
      }
      EXPECT_TRUE(first_team(v, team, wanted));
      for (std::size_t i : team) wanted -= i != kVacant;
      teams.push_back(team);
    }
    return teams;
  }

 private:
  std::vector<std::size_t> preference(const std::string& subject) const {
    const Hash key = pair_key(c_.seed, subject);
    std::vector<std::pair<Hash, std::size_t>> hashed;
    for (std::size_t i = 0; i < c_.inspectors.size(); ++i) {
      hashed.emplace_back(sha256({key, view_of(c_.inspectors[i].id)}), i);
    }
    std::sort(hashed.begin(), hashed.end());
    std::vector<std::size_t> out;
    for (const auto& [hash, i] : hashed) out.push_back(i);
    return out;
  }

  bool may_sit(std::size_t v, const std::vector<std::size_t>& team, std::size_t i) const {
    const int g = seat_group_[team.size()];
    if (group_[i] != g || capacity_[i] == 0) return false;
    std::uint64_t same_unit = 0;
    for (std::size_t s = 0; s < team.size(); ++s) {
      if (team[s] == i) return false;
      if (team[s] != kVacant && seat_group_[s] == g &&
          c_.inspectors[team[s]].unit == c_.inspectors[i].unit)
        ++same_unit;
    }
    const std::uint64_t limit = c_.groups[static_cast<std::size_t>(g)].unit_limit;
    if (limit != 0 && same_unit >= limit) return false;
    return std::none_of(c_.conflicts.begin(), c_.conflicts.end(), [&](const Conflict& conflict) {
      return conflict.subject == order_[v].second && conflict.inspector == c_.inspectors[i].id;
    });
  }

  // The most seats that visits from v on can fill with the capacity left; negative if their
  // officers cannot.
  int best(std::size_t v) {
    if (v == order_.size()) return 0;
    if (!taken_[v]) return best(v + 1);
    const auto key = std::make_pair(v, capacity_);
    if (auto known = memo_.find(key); known != memo_.end()) return known->second;
    std::vector<std::size_t> team;
    const int most = best_team(v, team);
    memo_[key] = most;
    return most;
  }
  int best_team(std::size_t v, std::vector<std::size_t>& team) {
    if (team.size() == seat_group_.size()) return best(v + 1);
    int most = -1000;
    for (std::size_t i = 0; i < c_.inspectors.size(); ++i) {
      if (!may_sit(v, team, i)) continue;
      --capacity_[i];
      team.push_back(i);
      most = std::max(most, 1 + best_team(v, team));
      team.pop_back();
      ++capacity_[i];
    }
    if (seat_group_[team.size()] != 0) {
      team.push_back(kVacant);
      most = std::max(most, best_team(v, team));
      team.pop_back();
    }
    return most;
  }

  // The first team of v, seat by seat, with which `wanted` seats are filled in all; leaves its
  // capacity used.
  bool first_team(std::size_t v, std::vector<std::size_t>& team, int wanted) {
    if (team.size() == seat_group_.size()) return best(v + 1) == wanted;
    for (const std::size_t i : prefer_[v]) {
      if (!may_sit(v, team, i)) continue;
      --capacity_[i];
      team.push_back(i);
      if (first_team(v, team, wanted - 1)) return true;
      team.pop_back();
      ++capacity_[i];
    }
    if (seat_group_[team.size()] == 0) return false;
    team.push_back(kVacant);
    if (first_team(v, team, wanted)) return true;
    team.pop_back();
    return false;
  }

  const Case& c_;
  std::vector<std::pair<Hash, std::string>> order_;
  std::vector<int> group_, seat_group_;
  std::vector<std::uint64_t> capacity_;
  std::vector<std::vector<std::size_t>> prefer_;
  std::vector<bool> taken_;
  std::map<std::pair<std::size_t, std::vector<std::uint64_t>>, int> memo_;
};

Teams teams_of(const Matching& matching) {
  Teams teams;
  for (const Visit& visit : matching.visits) {
    teams.emplace_back();
    for (const Seat& seat : visit.team) teams.back().push_back(seat.inspector);
  }
  return teams;
}

TEST(Matching, AgreesWithLookingAtEveryAssignment) {
  Dice dice(20261124);
  std::size_t whole = 0, aside = 0, vacant = 0, passed = 0;
  for (int round = 0; round < 40000; ++round) {
    const Case c = random_case(dice, 6, 7, 3);
    const Matching matching = match_case(c);
    ASSERT_EQ(teams_of(matching), Exhaustive(c).solve()) << "round " << round;
    whole += matching.vacancies == 0;
    aside += matching.put_aside != 0;
    vacant += matching.vacancies > matching.put_aside * seats_of(c.groups);
    for (const Visit& visit : matching.visits) {
      for (const Seat& seat : visit.team)
        passed += seat.inspector != kVacant && seat.passed_over != 0;
    }
  }
  // All the kinds of case that matter were there.
  EXPECT_GT(whole, 2000u);
  EXPECT_GT(aside, 5000u);
  EXPECT_GT(vacant, 2000u);
  EXPECT_GT(passed, 1500u);
}

// The definition again, for cases too large to look at every assignment: each question is a maximum
// flow computed from nothing. One group at a time, since an inspector belongs to one.
class FromNothing {
 public:
  explicit FromNothing(const Case& c) : c_(c) {
    for (const std::string& subject : c.subjects)
      order_.emplace_back(visit_order(c.seed, subject), subject);
    std::sort(order_.begin(), order_.end());
    for (const Conflict& conflict : c.conflicts)
      conflicts_.emplace(conflict.subject, conflict.inspector);
    teams_.resize(order_.size());
    taken_.assign(order_.size(), false);
  }

  // For each seat, as Seat::passed_over has it.
  const std::vector<std::vector<std::uint64_t>>& passed_over() const { return passed_over_; }

  Teams solve() {
    passed_over_.assign(order_.size(), {});
    for (std::size_t g = 0; g < c_.groups.size(); ++g) {
      begin(g);
      for (std::size_t v = 0; g == 0 && v < order_.size(); ++v) {
        const auto before =
            static_cast<std::uint64_t>(std::count(taken_.begin(), taken_.end(), true));
        taken_[v] = true;
        wanted_[v] = c_.groups[0].seats;
        if (most() == (before + 1) * c_.groups[0].seats) continue;
        taken_[v] = false;
        wanted_[v] = 0;
      }
      fix();
    }
    return teams_;
  }

 private:
  void begin(std::size_t g) {
    group_ = &c_.groups[g];
    members_.clear();
    for (std::size_t i = 0; i < c_.inspectors.size(); ++i) {
      if (c_.inspectors[i].eligibility == 0 && group_of_inspector(c_.groups, c_.inspectors[i]) == g)
        members_.push_back(i);
    }
    capacity_.clear();
    for (const InspectorRow& row : c_.inspectors) capacity_.push_back(row.capacity);
    wanted_.assign(order_.size(), 0);
    for (std::size_t v = 0; v < order_.size(); ++v) wanted_[v] = taken_[v] ? group_->seats : 0;
    members_of_.assign(order_.size(), {});
  }

  bool allowed(std::size_t v, std::size_t i) const {
    const auto& team = members_of_[v];
    return !conflicts_.contains({order_[v].second, c_.inspectors[i].id}) &&
           std::find(team.begin(), team.end(), i) == team.end();
  }
  std::uint64_t room(std::size_t v, const std::string& unit) const {
    std::uint64_t used = 0;
    for (std::size_t i : members_of_[v]) used += c_.inspectors[i].unit == unit;
    return group_->unit_limit == 0 ? 1000 : group_->unit_limit - std::min(used, group_->unit_limit);
  }

  // Arcs of a small network, each with its reverse beside it (index ^ 1).
  struct Arc {
    std::size_t to;
    std::uint64_t left;
  };
  void arc(std::size_t from, std::size_t to, std::uint64_t capacity) {
    out_[from].push_back(arcs_.size());
    arcs_.push_back({to, capacity});
    out_[to].push_back(arcs_.size());
    arcs_.push_back({from, 0});
  }
  bool push(std::size_t node, std::size_t sink, std::vector<bool>& seen) {
    if (node == sink) return true;
    seen[node] = true;
    for (const std::size_t a : out_[node]) {
      if (arcs_[a].left == 0 || seen[arcs_[a].to] || !push(arcs_[a].to, sink, seen)) continue;
      --arcs_[a].left;
      ++arcs_[a ^ 1].left;
      return true;
    }
    return false;
  }
  // The most seats that can be filled beside those fixed.
  std::uint64_t most() {
    const std::size_t sink = 1, first_visit = 2, first_member = first_visit + order_.size();
    arcs_.clear();
    out_.assign(first_member + c_.inspectors.size(), {});
    for (std::size_t i : members_) arc(first_member + i, sink, capacity_[i]);
    for (std::size_t v = 0; v < order_.size(); ++v) {
      if (wanted_[v] == 0) continue;
      arc(0, first_visit + v, wanted_[v]);
      std::map<std::string, std::size_t> units;
      for (std::size_t i : members_) {
        const std::string& unit = c_.inspectors[i].unit;
        if (!allowed(v, i)) continue;
        if (!units.contains(unit)) {
          units[unit] = out_.size();
          out_.emplace_back();
          arc(first_visit + v, units[unit], room(v, unit));
        }
        arc(units[unit], first_member + i, 1);
      }
    }
    std::uint64_t flow = 0;
    for (std::vector<bool> seen(out_.size()); push(0, sink, seen); seen.assign(out_.size(), false))
      ++flow;
    return flow;
  }

  void fix() {
    std::uint64_t left = most();
    for (std::size_t v = 0; v < order_.size(); ++v) {
      const Hash key = pair_key(c_.seed, order_[v].second);
      std::vector<std::pair<Hash, std::size_t>> order;
      for (std::size_t i : members_)
        order.emplace_back(sha256({key, view_of(c_.inspectors[i].id)}), i);
      std::sort(order.begin(), order.end());
      std::set<std::size_t> too_dear;
      for (std::uint64_t seat = 0; seat < group_->seats; ++seat) {
        std::size_t chosen = kVacant;
        if (taken_[v]) --wanted_[v];
        for (const auto& [hash, i] : order) {
          if (!taken_[v] || capacity_[i] == 0 || !allowed(v, i) ||
              room(v, c_.inspectors[i].unit) == 0)
            continue;
          --capacity_[i];
          members_of_[v].push_back(i);
          if (most() == left - 1) {
            chosen = i;
            --left;
            break;
          }
          members_of_[v].pop_back();
          ++capacity_[i];
          too_dear.insert(i);
        }
        teams_[v].push_back(chosen);
        passed_over_[v].push_back(too_dear.size());
      }
    }
  }

  const Case& c_;
  const SeatGroup* group_ = nullptr;
  std::vector<std::pair<Hash, std::string>> order_;
  std::set<std::pair<std::string, std::string>> conflicts_;
  std::vector<bool> taken_;
  std::vector<std::uint64_t> wanted_, capacity_;
  std::vector<std::size_t> members_;
  std::vector<std::vector<std::size_t>> members_of_, out_;
  std::vector<Arc> arcs_;
  Teams teams_;
  std::vector<std::vector<std::uint64_t>> passed_over_;
};

TEST(Matching, AgreesWithFlowsComputedFromNothing) {
  Dice dice(7);
  std::size_t passed = 0;
  for (int round = 0; round < 250; ++round) {
    const Case c = random_case(dice, 22, 14, 2 + dice.below(6));
    const Matching matching = match_case(c);
    FromNothing reference(c);
    ASSERT_EQ(teams_of(matching), reference.solve()) << "round " << round;
    for (std::size_t v = 0; v < matching.visits.size(); ++v) {
      const Visit& visit = matching.visits[v];
      for (std::size_t s = 0; s < visit.team.size(); ++s) {
        if (!visit.taken) continue;
        ASSERT_EQ(visit.team[s].passed_over, reference.passed_over()[v][s])
            << "round " << round << ", seat " << s << " of visit " << v;
        passed += visit.team[s].inspector != kVacant && visit.team[s].passed_over != 0;
      }
    }
  }
  EXPECT_GT(passed, 50u);
}

TEST(Matching, OrderOfSubjectsAndConflictsDoesNotMatter) {
  Dice dice(11);
  for (int round = 0; round < 50; ++round) {
    Case c = random_case(dice, 12, 9, 4);
    const Matching before = match_case(c);
    std::vector<std::string> ids;
    for (const Visit& visit : before.visits) ids.push_back(c.subjects[visit.subject]);
    std::reverse(c.subjects.begin(), c.subjects.end());
    std::reverse(c.conflicts.begin(), c.conflicts.end());
    c.conflicts.push_back({"NOT-DRAWN", "I1000"});
    c.conflicts.push_back({"S0", "NOBODY"});
    const Matching after = match_case(c);
    EXPECT_EQ(teams_of(before), teams_of(after));
    for (std::size_t v = 0; v < ids.size(); ++v)
      EXPECT_EQ(ids[v], c.subjects[after.visits[v].subject]);
  }
}

TEST(Matching, RefusesWhatIsNoTeamOrNoPool) {
  Dice dice(3);
  const Case c = random_case(dice, 3, 4, 2);
  const auto code = [](const Result<Matching>& result) {
    return result ? std::string() : result.error().code;
  };
  std::vector<SeatGroup> groups = c.groups;
  groups[0].seats = 1;
  EXPECT_EQ(code(match(c.seed, groups, c.inspectors, c.subjects, {})), "draw.team");
  EXPECT_EQ(code(match(c.seed, {}, c.inspectors, c.subjects, {})), "draw.team");
  const std::vector<std::string> twice{"S0", "S1", "S0"};
  EXPECT_EQ(code(match(c.seed, c.groups, c.inspectors, twice, {})), "draw.duplicate");
  const std::vector<InspectorRow> unsorted{
      {.id = "B", .unit = "U", .qualifications = {}, .capacity = 1, .eligibility = 0},
      {.id = "A", .unit = "U", .qualifications = {}, .capacity = 1, .eligibility = 0}};
  EXPECT_EQ(code(match(c.seed, c.groups, unsorted, c.subjects, {})), "draw.order");
}

// A city's size, with capacity exactly enough and then too little: the invariants hold, in
// reasonable time.
TEST(Matching, FillsThousandsOfVisits) {
  for (const std::uint64_t capacity : {20u, 15u}) {
    Case c;
    c.groups = {{.qualification = "", .units = {"U0", "U1", "U2"}, .seats = 2, .unit_limit = 1}};
    for (std::size_t i = 0; i < 300; ++i) {
      c.inspectors.push_back({.id = "I" + std::to_string(1000 + i),
                              .unit = "U" + std::to_string(i % 3),
                              .qualifications = {},
                              .capacity = capacity,
                              .eligibility = 0});
    }
    for (std::size_t v = 0; v < 3000; ++v) c.subjects.push_back("S" + std::to_string(v));
    const Matching matching = match_case(c);
    EXPECT_EQ(matching.put_aside, 3000 - 150 * capacity);
    EXPECT_EQ(matching.vacancies, 2 * matching.put_aside);
    std::vector<std::uint64_t> load(c.inspectors.size());
    for (const Visit& visit : matching.visits) {
      if (!visit.taken) continue;
      EXPECT_NE(c.inspectors[visit.team[0].inspector].unit,
                c.inspectors[visit.team[1].inspector].unit);
      for (const Seat& seat : visit.team) ++load[seat.inspector];
    }
    for (const std::uint64_t visits : load) EXPECT_EQ(visits, capacity);
  }
}

}  // namespace
}  // namespace liuhen::crypto::draw
