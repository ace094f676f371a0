// What was looked at across draws, how, and what was found. None of it breaks a rule by itself: a
// finding says where to ask. (docs/findings.md)
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "projections/sentence.h"

namespace liuhen::projections {

// Positions of entries, the first few where there are many.
struct Evidence {
  static constexpr std::size_t kPositionsMax = 20;
  std::vector<std::uint64_t> positions;  // ascending
  std::uint64_t count = 0;               // of all of them

  void add(std::uint64_t position);
};

struct Finding {
  std::string about;  // "draw/P1/1", "Z0003", …; empty: not named, the evidence does not suffice
  Sentence what;
  Evidence evidence;               // empty where `about` is
  std::optional<double> p;         // of a test; absent for a plain fact
  std::optional<double> adjusted;  // Holm's, over all tests of the screen
};

// The chance to find something that is `ratio` times as frequent as usual, in a case of median
// size; or, if `tries`, that every draw was tried `ratio` times and the outcome with the lowest
// cut-off kept.
struct Power {
  double ratio = 3, chance = 0;
  bool tries = false;
};

struct Screen {
  std::string code;  // "recusals-inspector"; docs/findings.md lists them
  Sentence title, method, limits;
  std::uint64_t sample = 0;  // what was counted: draws, seats, decisions, …
  std::uint64_t tests = 0;   // hypotheses tested; 0: plain facts
  std::optional<Power> power;
  std::vector<Finding> findings;
};

}  // namespace liuhen::projections
