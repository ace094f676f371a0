// Drawings of a report: SVG in the page itself, each with its words for who cannot see it.
#pragma once

#include <string>
#include <vector>

#include "projections/verify.h"
#include "tools/verify_page.h"

namespace liuhen::tools {

// All draws along the log, by the position of their announcement; wrong ones stand out by shape and
// height too, and each leads to its draw.
std::string chart_of_draws(const std::vector<projections::DrawLine>& draws, std::uint64_t size,
                           const Page& page);

// One draw's steps along time, each leading to its entry. Empty for fewer than two.
std::string chart_of_steps(const projections::DrawTimeline& timeline, const Page& page);

// A share of 1, as a bar.
std::string meter(double share);

}  // namespace liuhen::tools
