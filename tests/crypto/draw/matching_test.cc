#include "crypto/draw/matching.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <random>

#include "crypto/draw/protocol.h"
#include "crypto/sha256.h"

namespace liuhen::crypto::draw {
namespace {

struct Case {
  Seed seed{};
  std::vector<SeatGroup> groups;
  std::vector<InspectorRow> inspectors;
  std::vector<std::string> subjects;
  std::vector<Conflict> conflicts;
};

using Teams = std::vector<std::vector<std::size_t>>;  // by visit, in visit order

// The definition of section 7 taken literally: every assignment is looked at. Only for tiny cases.
class Exhaustive {
 public:
  explicit Exhaustive(const Case& c) : c_(c) {
    for (const std::string& subject : c.subjects) order_.emplace_back(visit_order(c.seed, subject), subject);
    std::sort(order_.begin(), order_.end());
    for (const InspectorRow& row : c.inspectors) {
      const auto group = group_of_inspector(c.groups, row);
      group_.push_back(row.eligibility == 0 && group ? static_cast<int>(*group) : -1);
      capacity_.push_back(row.capacity);
    }
    for (std::size_t g = 0; g < c.groups.size(); ++g) {
      for (std::uint64_t s = 0; s < c.groups[g].seats; ++s) seat_group_.push_back(static_cast<int>(g));
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
      if (team[s] != kVacant && seat_group_[s] == g && c_.inspectors[team[s]].unit == c_.inspectors[i].unit) ++same_unit;
    }
    const std::uint64_t limit = c_.groups[static_cast<std::size_t>(g)].unit_limit;
    if (limit != 0 && same_unit >= limit) return false;
    return std::none_of(c_.conflicts.begin(), c_.conflicts.end(), [&](const Conflict& conflict) {
      return conflict.subject == order_[v].second && conflict.inspector == c_.inspectors[i].id;
    });
  }

  // The most seats that visits from v on can fill with the capacity left; negative if their officers cannot.
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

  // The first team of v, seat by seat, with which `wanted` seats are filled in all; leaves its capacity used.
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

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}
  std::uint64_t below(std::uint64_t n) { return engine_() % n; }
  bool chance(std::uint64_t percent) { return below(100) < percent; }

 private:
  std::mt19937_64 engine_;
};

Case random_case(Dice& dice, std::size_t most_visits, std::size_t most_inspectors, std::uint64_t most_capacity) {
  Case c;
  for (auto& byte : c.seed) byte = static_cast<std::uint8_t>(dice.below(256));
  const std::size_t units = 1 + dice.below(3);
  const auto unit = [](std::size_t u) { return "UNIT" + std::to_string(u); };
  const std::size_t groups = 1 + dice.below(3) / 2;
  for (std::size_t g = 0; g < groups; ++g) {
    SeatGroup group{.qualification = dice.chance(30) ? "" : (g == 0 ? "OFFICER" : "EXPERT"),
                    .units = {}, .seats = g == 0 ? 2 + dice.below(4) / 3 : 1 + dice.below(2),
                    .unit_limit = dice.below(3)};
    for (std::size_t u = 0; u < units; ++u) {
      if (u == 0 || dice.chance(80)) group.units.push_back(unit(u));
    }
    c.groups.push_back(group);
  }
  const std::size_t inspectors = dice.below(most_inspectors + 1);
  for (std::size_t i = 0; i < inspectors; ++i) {
    InspectorRow row{.id = "I" + std::to_string(1000 + i), .unit = unit(dice.below(units)), .qualifications = {},
                     .capacity = dice.below(most_capacity + 1), .eligibility = dice.chance(8) ? 3u : 0u};
    if (dice.chance(40)) row.qualifications.push_back("EXPERT");
    if (dice.chance(80)) row.qualifications.push_back("OFFICER");
    c.inspectors.push_back(row);
  }
  const std::size_t visits = 1 + dice.below(most_visits);
  const std::uint64_t conflict_percent = dice.below(3) * 20;
  for (std::size_t v = 0; v < visits; ++v) {
    c.subjects.push_back("S" + std::to_string(v));
    for (const InspectorRow& row : c.inspectors) {
      if (dice.chance(conflict_percent)) c.conflicts.push_back({c.subjects.back(), row.id});
    }
  }
  return c;
}

Matching match_case(const Case& c) {
  auto matching = match(c.seed, c.groups, c.inspectors, c.subjects, c.conflicts);
  EXPECT_TRUE(matching) << matching.error().en;
  return *matching;
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
      for (const Seat& seat : visit.team) passed += seat.inspector != kVacant && seat.passed_over != 0;
    }
  }
  // All the kinds of case that matter were there.
  EXPECT_GT(whole, 2000u);
  EXPECT_GT(aside, 5000u);
  EXPECT_GT(vacant, 2000u);
  EXPECT_GT(passed, 1500u);
}

}  // namespace
}  // namespace liuhen::crypto::draw
