// The golden vectors of data/, made by reference/draw_reference.py, which shares nothing with the
// C++.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "crypto/draw/matching.h"
#include "crypto/draw/outcome.h"
#include "crypto/draw/pps.h"
#include "crypto/draw/selection.h"
#include "crypto/draw/substitute.h"

namespace liuhen::crypto::draw {
namespace {

using Words = std::vector<std::string>;

std::string unword(const std::string& word) { return word == "~" ? "" : word; }

Words list(const std::string& word) {
  Words items;
  std::istringstream in(unword(word));
  for (std::string item; std::getline(in, item, ',');) items.push_back(unword(item));
  return items;
}

// The lines of a file from "case" to "end", as words.
std::vector<std::vector<Words>> cases_of(const std::string& name) {
  std::ifstream file(std::string(LIUHEN_SOURCE_DIR) + "/tests/crypto/draw/data/" + name);
  EXPECT_TRUE(file) << name;
  std::vector<std::vector<Words>> cases;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("#")) continue;
    std::istringstream in(line);
    Words words;
    for (std::string word; in >> word;) words.push_back(word);
    if (words.at(0) == "case") cases.emplace_back();
    cases.back().push_back(words);
  }
  return cases;
}

template <std::size_t N>
std::array<std::uint8_t, N> hex(const std::string& text) {
  return exactly<N>(from_hex(text).value()).value();
}

SeatGroup group_from(const Words& w) {
  return {.qualification = unword(w[1]),
          .units = list(w[2]),
          .seats = std::stoull(w[3]),
          .unit_limit = std::stoull(w[4])};
}

// The minimum and the maximum may be left out.
StratumShare share_from(const Words& w) {
  return {.num = std::stoull(w[1]),
          .den = std::stoull(w[2]),
          .fixed = std::stoull(w[3]),
          .minimum = w.size() > 4 ? std::stoull(w[4]) : 0,
          .maximum = w.size() > 5 ? std::stoull(w[5]) : 0};
}

InspectorRow inspector_from(const Words& w) {
  return {.id = w[1],
          .unit = w[2],
          .qualifications = list(w[3]),
          .capacity = std::stoull(w[4]),
          .eligibility = std::stoull(w[5])};
}

void check_selections(const std::vector<std::vector<Words>>& cases) {
  for (const auto& lines : cases) {
    const Seed seed = hex<64>(lines[0][1]);
    Allocation allocation{.strata = {}, .total = std::stoull(lines[0][2])};
    std::vector<SubjectRow> rows;
    std::vector<StratumOutcome> outcomes;
    std::vector<std::pair<std::string, Hash>> drawn;
    Hash root{};
    for (const Words& w : lines) {
      if (w[0] == "stratum") {
        allocation.strata.push_back(share_from(w));
      }
      if (w[0] == "row") {
        rows.push_back({.id = w[1],
                        .stratum = std::stoull(w[2]),
                        .weight = 1,
                        .eligibility = std::stoull(w[3])});
      }
      if (w[0] == "root") root = hex<32>(w[1]);
      if (w[0] == "drawn") drawn.emplace_back(w[1], hex<32>(w[2]));
      if (w[0] != "outcome") continue;
      outcomes.push_back({.eligible = std::stoull(w[1]), .drawn = std::stoull(w[2]), .cutoff = {}});
      if (w[3] != "~") outcomes.back().cutoff = hex<32>(w[3]);
    }

    SubjectPool pool;
    for (const SubjectRow& row : rows) ASSERT_TRUE(pool.add(row));
    EXPECT_EQ(to_hex(pool.root()), to_hex(root));
    const auto selection = select(seed, allocation, rows);
    ASSERT_TRUE(selection) << selection.error().en;
    EXPECT_EQ(selection->strata, outcomes);
    ASSERT_EQ(selection->drawn.size(), drawn.size());
    for (std::size_t i = 0; i < drawn.size(); ++i) {
      const DrawnSubject& subject = selection->drawn[i];
      EXPECT_EQ(subject.id, drawn[i].first);
      EXPECT_EQ(subject.ticket, drawn[i].second);
      EXPECT_EQ(rows.at(subject.row).id, subject.id);
      EXPECT_EQ(ticket(seed, subject.stratum, subject.id), subject.ticket);
    }
  }
}

TEST(DrawVectors, Selection) {
  const auto cases = cases_of("selection.txt");
  ASSERT_GE(cases.size(), 100u);
  check_selections(cases);
}

TEST(DrawVectors, SelectionWithinBounds) {
  const auto cases = cases_of("bounded.txt");
  ASSERT_GE(cases.size(), 150u);
  check_selections(cases);
}

TEST(DrawVectors, Weighted) {
  const auto cases = cases_of("weighted.txt");
  ASSERT_GE(cases.size(), 200u);
  std::uint64_t certain = 0;
  for (const auto& lines : cases) {
    const Seed seed = hex<64>(lines[0][1]);
    Allocation allocation{.strata = {}, .total = std::stoull(lines[0][2])};
    std::vector<SubjectRow> rows;
    std::vector<std::vector<std::uint64_t>> outcomes;
    std::vector<std::pair<std::string, Hash>> drawn;
    for (const Words& w : lines) {
      if (w[0] == "stratum") {
        allocation.strata.push_back(share_from(w));
      }
      if (w[0] == "row") {
        rows.push_back({.id = w[1],
                        .stratum = std::stoull(w[2]),
                        .weight = std::stoull(w[3]),
                        .eligibility = std::stoull(w[4])});
      }
      if (w[0] == "drawn") drawn.emplace_back(w[1], hex<32>(w[2]));
      if (w[0] != "outcome") continue;
      outcomes.emplace_back();
      for (std::size_t i = 1; i < w.size(); ++i) outcomes.back().push_back(std::stoull(w[i]));
    }
    const auto chosen = select_weighted(seed, allocation, rows);
    ASSERT_TRUE(chosen) << chosen.error().en;
    ASSERT_EQ(chosen->strata.size(), outcomes.size());
    for (std::size_t s = 0; s < outcomes.size(); ++s) {
      const StratumOutcome& outcome = chosen->selection.strata[s];
      const PpsStratum& how = chosen->strata[s];
      EXPECT_EQ((std::vector{outcome.eligible, outcome.drawn, how.rest_drawn, how.rest_weight,
                             how.start}),
                outcomes[s]);
      EXPECT_FALSE(outcome.cutoff);
      EXPECT_EQ(how.certain + how.rest_drawn, outcome.drawn);
      certain += how.certain;
    }
    ASSERT_EQ(chosen->selection.drawn.size(), drawn.size());
    for (std::size_t i = 0; i < drawn.size(); ++i) {
      const DrawnSubject& subject = chosen->selection.drawn[i];
      EXPECT_EQ(subject.id, drawn[i].first);
      EXPECT_EQ(subject.ticket, drawn[i].second);
      EXPECT_EQ(rows.at(subject.row).id, subject.id);
    }
  }
  EXPECT_GT(certain, 100u);
}

TEST(DrawVectors, Matching) {
  const auto cases = cases_of("matching.txt");
  ASSERT_GE(cases.size(), 300u);
  for (const auto& lines : cases) {
    const Seed seed = hex<64>(lines[0][1]);
    std::vector<SeatGroup> groups;
    std::vector<InspectorRow> inspectors;
    std::vector<std::string> subjects;
    std::vector<Conflict> conflicts;
    std::vector<bool> taken;
    std::vector<VisitRecord> visits;
    Selection selection;
    Hash inspectors_root{}, root{};
    for (const Words& w : lines) {
      if (w[0] == "group") groups.push_back(group_from(w));
      if (w[0] == "inspector") inspectors.push_back(inspector_from(w));
      if (w[0] == "inspectors") inspectors_root = hex<32>(w[1]);
      if (w[0] == "subject") {
        subjects.push_back(w[1]);
        selection.drawn.push_back({.id = w[1], .stratum = 0, .row = 0, .ticket = hex<32>(w[2])});
      }
      if (w[0] == "conflict") conflicts.push_back({w[1], w[2]});
      if (w[0] == "root") root = hex<32>(w[1]);
      if (w[0] != "visit") continue;
      taken.push_back(w[2] == "1");
      visits.push_back({.subject = w[1], .ticket = {}, .team = list(w[3])});
    }

    InspectorPool pool;
    for (const InspectorRow& row : inspectors) ASSERT_TRUE(pool.add(row));
    EXPECT_EQ(pool.root(), inspectors_root);
    const auto matching = match(seed, groups, inspectors, subjects, conflicts);
    ASSERT_TRUE(matching) << matching.error().en;
    const auto records = visit_records(selection, *matching, inspectors);
    ASSERT_EQ(records.size(), visits.size());
    for (std::size_t v = 0; v < visits.size(); ++v) {
      EXPECT_EQ(records[v].subject, visits[v].subject);
      EXPECT_EQ(records[v].team, visits[v].team);
      EXPECT_EQ(matching->visits[v].taken, taken[v]);
    }
    EXPECT_EQ(to_hex(visits_root(records)), to_hex(root));
  }
}

TEST(DrawVectors, Substitute) {
  const auto cases = cases_of("substitute.txt");
  ASSERT_GE(cases.size(), 100u);
  std::size_t found = 0;
  for (const auto& lines : cases) {
    const Words& head = lines[0];
    std::vector<Hash> outputs;
    for (const std::string& output : list(head[6])) outputs.push_back(hex<32>(output));
    const SubstituteSeat seat{.seat = std::stoull(head[4]), .other_units = list(head[7])};
    const Hash seed = substitute_seed(hex<32>(head[1]), hex<64>(head[2]), head[3], seat.seat,
                                      std::stoull(head[5]), outputs);
    std::vector<SeatGroup> groups;
    std::vector<SubstituteCandidate> candidates;
    std::string chosen;
    for (const Words& w : lines) {
      if (w[0] == "group") groups.push_back(group_from(w));
      if (w[0] == "inspector") candidates.push_back({.row = inspector_from(w)});
      if (w[0] == "now") {
        candidates.back().eligible = w[1] == "1";
        candidates.back().conflict = w[2] == "1";
        candidates.back().held_seat = w[3] == "1";
        candidates.back().load = std::stoull(w[4]);
      }
      if (w[0] == "seed") {
        EXPECT_EQ(to_hex(seed), w[1]);
      }
      if (w[0] == "chosen") chosen = unword(w[1]);
    }
    const auto choice = choose_substitute(seed, head[3], groups, seat, candidates);
    ASSERT_TRUE(choice) << choice.error().en;
    EXPECT_EQ(*choice ? candidates[**choice].row.id : "", chosen);
    found += choice->has_value();
  }
  EXPECT_GT(found, 50u);
}

}  // namespace
}  // namespace liuhen::crypto::draw
