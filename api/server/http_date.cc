#include "api/server/http_date.h"

#include <chrono>
#include <cstdio>
#include <ctime>

namespace liuhen::api::server {

std::string http_date(std::uint64_t unix_s) {
  static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto seconds = static_cast<std::int64_t>(unix_s);
  const std::chrono::sys_days day{std::chrono::days{seconds / 86'400}};
  const std::chrono::year_month_day date{day};
  char out[64];
  std::snprintf(out, sizeof out, "%s, %02u %s %04d %02d:%02d:%02d GMT",
                kDays[std::chrono::weekday{day}.c_encoding()], static_cast<unsigned>(date.day()),
                kMonths[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                static_cast<int>(seconds % 86'400 / 3'600), static_cast<int>(seconds % 3'600 / 60),
                static_cast<int>(seconds % 60));
  return out;
}

std::string_view http_date_now() {
  thread_local std::uint64_t second = 0;
  thread_local std::string text;
  const auto now = static_cast<std::uint64_t>(::time(nullptr));
  if (text.empty() || now != second) text = http_date(second = now);
  return text;
}

}  // namespace liuhen::api::server
