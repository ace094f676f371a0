// When each visit of a full inspection is due (docs/formats/draw.md, "Forms"): the order of visits
// fixes the days.
#pragma once

#include <cstdint>

namespace liuhen::crypto::draw {

// Days are counted from 1970-01-01, which is 0 and a Thursday.
bool is_weekday(std::uint64_t day);  // Monday to Friday

// The day of visit number `visit`, from 0: so many a day, on Mondays to Fridays from `first_day`
// on, which is one of them. `per_day` is not 0, and days fit 2^60.
std::uint64_t visit_day(std::uint64_t first_day, std::uint64_t per_day, std::uint64_t visit);

}  // namespace liuhen::crypto::draw
