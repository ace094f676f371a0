// From p-values to findings: many are looked at, few are shown, and a person is named only where
// even one false name among all those looked at is unlikely.
#pragma once

#include <functional>
#include <vector>

#include "projections/findings/screen.h"

namespace liuhen::projections {

inline constexpr double kFalseDiscoveryRate = 0.01;  // Benjamini–Hochberg: what is shown at all
inline constexpr double kNamingLevel = 0.01;         // Holm: who is named

struct Suspect {
  std::string about;
  Sentence what;       // names him
  Sentence anonymous;  // does not
  Evidence evidence;
  double p = 1;
};

// Adds to `screen` what passes. `tests`: all hypotheses, those whose p is 1 and that are not given
// too.
void screen_suspects(std::vector<Suspect> suspects, std::uint64_t tests, Screen& screen);

}  // namespace liuhen::projections
