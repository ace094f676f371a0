// Calendar dates of recorded times, as people in the city reckon them: Asia/Shanghai, UTC+8 all
// year.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>

namespace liuhen::projections {

// Days since 1970-01-01.
inline std::uint64_t day_of(std::uint64_t time_s) { return (time_s + 8 * 3600) / 86'400; }

inline std::chrono::year_month_day date_of(std::uint64_t day) {
  return std::chrono::sys_days{std::chrono::days{day}};
}

// 2026-11-30.
inline std::string date_text(std::uint64_t day) {
  const std::chrono::year_month_day date = date_of(day);
  char out[32];
  std::snprintf(out, sizeof out, "%04d-%02u-%02u", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  return out;
}

inline constexpr std::uint64_t kLastDatedS = 253'402'271'999;  // the end of the year 9999

// 2026-11-30 09:30:00; beyond the year 9999 the Unix second as it is.
inline std::string time_text(std::uint64_t time_s) {
  if (time_s > kLastDatedS) return "Unix " + std::to_string(time_s);
  const auto second = static_cast<unsigned>((time_s + 8 * 3600) % 86'400);
  char out[32];
  std::snprintf(out, sizeof out, " %02u:%02u:%02u", second / 3600, second / 60 % 60, second % 60);
  return date_text(day_of(time_s)) + out;
}

// For sentences: "北京时间 2026-11-30 09:30:00" and "2026-11-30 09:30:00 UTC+8".
inline std::string time_zh(std::uint64_t time_s) { return "北京时间 " + time_text(time_s); }
inline std::string time_en(std::uint64_t time_s) { return time_text(time_s) + " UTC+8"; }

inline std::uint32_t calendar_year(std::uint64_t time_s) {
  return static_cast<std::uint32_t>(static_cast<int>(date_of(day_of(time_s)).year()));
}

}  // namespace liuhen::projections
