// Where the matching is uniform and where it is not: the table of docs/formats/draw.md section 10,
// computed again. What it prints is the table.
#include <cstdio>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>

#include "crypto/sha256.h"
#include "crypto/tuple.h"
#include "tests/crypto/draw/random_case.h"

namespace liuhen::crypto::draw {
namespace {

using tests::Case;

constexpr std::uint64_t kSeeds = 20'000;

// Two hashes side by side, for the i-th of the seeds.
Seed seed_of(std::uint64_t i) {
  Seed seed{};
  for (std::uint64_t half = 0; half < 2; ++half) {
    TupleWriter writer;
    writer.item("liuhen/table/v1").u64(i).u64(half);
    std::ranges::copy(sha256(writer.view()), seed.begin() + static_cast<std::ptrdiff_t>(32 * half));
  }
  return seed;
}

// For each subject, in the order given, who goes; empty where it was put aside.
using Teams = std::vector<std::vector<std::size_t>>;
using Event = std::function<bool(const Teams&)>;

// Inspectors I1, I2, … and subjects S1, S2, …, all of one visit each and two seats.
Case small(std::size_t inspectors, std::size_t subjects, std::uint64_t capacity = 1) {
  Case c;
  c.groups = {{.qualification = "", .units = {"U", "W"}, .seats = 2, .unit_limit = 0}};
  for (std::size_t i = 1; i <= inspectors; ++i) {
    c.inspectors.push_back({.id = "I" + std::to_string(i),
                            .unit = "U",
                            .qualifications = {},
                            .capacity = capacity,
                            .eligibility = 0});
  }
  for (std::size_t s = 1; s <= subjects; ++s) c.subjects.push_back("S" + std::to_string(s));
  return c;
}
Case with_conflicts(Case c, const std::vector<std::pair<unsigned, unsigned>>& pairs) {
  for (const auto& [inspector, subject] : pairs)
    c.conflicts.push_back(
        {.subject = "S" + std::to_string(subject), .inspector = "I" + std::to_string(inspector)});
  return c;
}
Event goes(std::size_t inspector, std::size_t subject) {
  return [=](const Teams& teams) {
    return std::ranges::count(teams[subject - 1], inspector - 1) != 0;
  };
}
Event aside(std::size_t subject) {
  return [=](const Teams& teams) { return teams[subject - 1].empty(); };
}

Teams matched(const Case& c, const Seed& seed) {
  const auto matching = match(seed, c.groups, c.inspectors, c.subjects, c.conflicts);
  LIUHEN_CHECK(matching.has_value());
  Teams teams(c.subjects.size());
  for (const Visit& visit : matching->visits) {
    if (!visit.taken) continue;
    for (const Seat& seat : visit.team) teams[visit.subject].push_back(seat.inspector);
  }
  return teams;
}

// Every way to send two, or nobody, to each subject; `visit` is told of each that is allowed.
void every_way(const Case& c, Teams& teams, std::vector<std::uint64_t>& capacity,
               const std::function<void(const Teams&)>& visit) {
  const std::size_t subject = teams.size();
  if (subject == c.subjects.size()) return visit(teams);
  const auto may = [&](std::size_t i) {
    return capacity[i] != 0 && std::ranges::none_of(c.conflicts, [&](const Conflict& conflict) {
             return conflict.subject == c.subjects[subject] &&
                    conflict.inspector == c.inspectors[i].id;
           });
  };
  teams.emplace_back();
  every_way(c, teams, capacity, visit);
  for (std::size_t i = 0; i < c.inspectors.size(); ++i) {
    for (std::size_t j = i + 1; j < c.inspectors.size(); ++j) {
      const bool one_unit = c.inspectors[i].unit == c.inspectors[j].unit;
      if (!may(i) || !may(j) || (c.groups[0].unit_limit == 1 && one_unit)) continue;
      --capacity[i], --capacity[j];
      teams.back() = {i, j};
      every_way(c, teams, capacity, visit);
      ++capacity[i], ++capacity[j];
    }
  }
  teams.pop_back();
}

// The share of the ways with the most teams in which it happens.
double if_all_alike(const Case& c, const Event& event) {
  std::map<std::size_t, std::pair<std::uint64_t, std::uint64_t>> by_teams;
  Teams teams;
  std::vector<std::uint64_t> capacity;
  for (const InspectorRow& row : c.inspectors) capacity.push_back(row.capacity);
  every_way(c, teams, capacity, [&](const Teams& way) {
    auto& [all, happens] = by_teams[c.subjects.size() - static_cast<std::size_t>(std::ranges::count(
                                                            way, std::vector<std::size_t>{}))];
    ++all;
    happens += event(way);
  });
  const auto& [all, happens] = by_teams.rbegin()->second;
  return static_cast<double>(happens) / static_cast<double>(all);
}

double by_the_method(const Case& c, const Event& event) {
  std::uint64_t happens = 0;
  for (std::uint64_t i = 0; i < kSeeds; ++i) happens += event(matched(c, seed_of(i)));
  return static_cast<double>(happens) / static_cast<double>(kSeeds);
}

std::string row_of(const std::string& who, const std::string& what, const Case& c,
                   const Event& event) {
  char figures[64];
  std::snprintf(figures, sizeof figures, "%.4f | %.4f", by_the_method(c, event),
                if_all_alike(c, event));
  return "| " + who + " | " + what + " | " + figures + " |";
}

std::vector<std::string> table() {
  std::vector<std::string> rows;
  const auto add = [&](const std::string& who, const Case& c,
                       const std::vector<std::pair<std::string, Event>>& events) {
    for (const auto& [what, event] : events) rows.push_back(row_of(who, what, c, event));
  };
  add("6 who may go once, 1 visit", small(6, 1), {{"I1 goes to S1", goes(1, 1)}});
  add("6 who may go once, 3 visits: no slack", small(6, 3), {{"I1 goes to S1", goes(1, 1)}});
  add("6 who may go 3 times, 3 visits; I1 may not go to S1",
      with_conflicts(small(6, 3, 3), {{1, 1}}),
      {{"I2 goes to S1", goes(2, 1)}, {"I1 goes to S2", goes(1, 2)}});
  add("6 who may go once, 3 visits; I1 may not go to S1 and S2, I2 not to S1",
      with_conflicts(small(6, 3), {{1, 1}, {1, 2}, {2, 1}}),
      {{"I2 goes to S2", goes(2, 2)},
       {"I3 goes to S2", goes(3, 2)},
       {"I3 goes to S3", goes(3, 3)}});
  Case limited = small(6, 1);
  limited.groups[0].unit_limit = 1;
  limited.inspectors[4].unit = limited.inspectors[5].unit = "W";
  add("6 who may go once, 1 visit, one of each unit: I1 to I4, and I5 and I6", limited,
      {{"I1 goes to S1", goes(1, 1)}, {"I5 goes to S1", goes(5, 1)}});
  add("4 who may go once, 3 visits: one too many", small(4, 3), {{"S1 is put aside", aside(1)}});
  add("the same; I1 and I2 may not go to S1 and S2",
      with_conflicts(small(4, 3), {{1, 1}, {1, 2}, {2, 1}, {2, 2}}),
      {{"S1 is put aside", aside(1)}, {"S3 is put aside", aside(3)}});
  return rows;
}

TEST(MatchingChances, AreThoseOfTheTable) {
  std::vector<std::string> written;
  std::ifstream page(std::string(LIUHEN_SOURCE_DIR) + "/docs/formats/draw.md");
  bool in_table = false;
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("| who may go | ")) in_table = true;
    if (in_table && !line.starts_with("|")) break;
    if (in_table && !line.starts_with("| who may go") && !line.starts_with("| ---"))
      written.push_back(line);
  }
  const auto computed = table();
  for (const std::string& row : computed) std::cout << row << "\n";
  EXPECT_EQ(written, computed);
}

}  // namespace
}  // namespace liuhen::crypto::draw
