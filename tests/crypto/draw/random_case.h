// Small draws to be matched, made at random: few inspectors, conflicts, limits, and often too
// little capacity.
#pragma once

#include <gtest/gtest.h>

#include <random>

#include "crypto/draw/matching.h"

namespace liuhen::tests {

using crypto::draw::Conflict;
using crypto::draw::InspectorRow;
using crypto::draw::Matching;
using crypto::draw::SeatGroup;

struct Case {
  crypto::draw::Seed seed{};
  std::vector<SeatGroup> groups;
  std::vector<InspectorRow> inspectors;
  std::vector<std::string> subjects;
  std::vector<Conflict> conflicts;
};

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}
  std::uint64_t below(std::uint64_t n) { return engine_() % n; }
  bool chance(std::uint64_t percent) { return below(100) < percent; }

 private:
  std::mt19937_64 engine_;
};

inline Case random_case(Dice& dice, std::size_t most_visits, std::size_t most_inspectors,
                        std::uint64_t most_capacity) {
  Case c;
  for (auto& byte : c.seed) byte = static_cast<std::uint8_t>(dice.below(256));
  const std::size_t units = 1 + dice.below(3);
  const auto unit = [](std::size_t u) { return "UNIT" + std::to_string(u); };
  const std::size_t groups = 1 + dice.below(3) / 2;
  for (std::size_t g = 0; g < groups; ++g) {
    SeatGroup group{.qualification = dice.chance(30) ? "" : (g == 0 ? "OFFICER" : "EXPERT"),
                    .units = {},
                    .seats = g == 0 ? 2 + dice.below(4) / 3 : 1 + dice.below(2),
                    .unit_limit = dice.below(3)};
    for (std::size_t u = 0; u < units; ++u) {
      if (u == 0 || dice.chance(80)) group.units.push_back(unit(u));
    }
    c.groups.push_back(group);
  }
  const std::size_t inspectors = dice.below(most_inspectors + 1);
  for (std::size_t i = 0; i < inspectors; ++i) {
    InspectorRow row{.id = "I" + std::to_string(1000 + i),
                     .unit = unit(dice.below(units)),
                     .qualifications = {},
                     .capacity = dice.below(most_capacity + 1),
                     .eligibility = dice.chance(8) ? 3u : 0u};
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

inline Matching match_case(const Case& c) {
  auto matching = crypto::draw::match(c.seed, c.groups, c.inspectors, c.subjects, c.conflicts);
  EXPECT_TRUE(matching) << matching.error().en;
  return *matching;
}

}  // namespace liuhen::tests
