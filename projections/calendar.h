// Calendar dates of recorded times, as people in the city reckon them: Asia/Shanghai, UTC+8 all
// year.
#pragma once

#include <chrono>
#include <cstdint>

namespace liuhen::projections {

inline std::uint32_t calendar_year(std::uint64_t time_s) {
  const std::chrono::sys_seconds local{std::chrono::seconds(time_s) + std::chrono::hours(8)};
  const std::chrono::year_month_day date{std::chrono::floor<std::chrono::days>(local)};
  return static_cast<std::uint32_t>(static_cast<int>(date.year()));
}

}  // namespace liuhen::projections
