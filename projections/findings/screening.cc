#include "projections/findings/screening.h"

#include <algorithm>

#include "projections/findings/statistics.h"

namespace liuhen::projections {

void Evidence::add(std::uint64_t position) {
  ++count;
  const auto at = std::ranges::lower_bound(positions, position);
  if (at != positions.end() && *at == position) return;
  positions.insert(at, position);
  if (positions.size() > kPositionsMax) positions.pop_back();
}

void screen_suspects(std::vector<Suspect> suspects, std::uint64_t tests, Screen& screen) {
  screen.tests = tests;
  std::vector<double> p;
  p.reserve(suspects.size());
  for (const Suspect& suspect : suspects) p.push_back(suspect.p);
  const auto discovery = benjamini_hochberg(p, tests), naming = holm(p, tests);
  for (std::size_t i = 0; i < suspects.size(); ++i) {
    if (discovery[i] > kFalseDiscoveryRate) continue;
    const bool named = naming[i] <= kNamingLevel;
    Finding finding;
    finding.what = named ? suspects[i].what : suspects[i].anonymous;
    finding.p = p[i];
    finding.adjusted = naming[i];
    if (named) {
      finding.about = suspects[i].about;
      finding.evidence = std::move(suspects[i].evidence);
    }
    screen.findings.push_back(std::move(finding));
  }
  std::ranges::stable_sort(screen.findings,
                           [](const Finding& a, const Finding& b) { return *a.p < *b.p; });
}

}  // namespace liuhen::projections
