#include "crypto/draw/visit_day.h"

#include "crypto/result.h"

namespace liuhen::crypto::draw {

namespace {

// 0 is Monday.
std::uint64_t day_of_week(std::uint64_t day) { return (day + 3) % 7; }

}  // namespace

bool is_weekday(std::uint64_t day) { return day_of_week(day) < 5; }

std::uint64_t visit_day(std::uint64_t first_day, std::uint64_t per_day, std::uint64_t visit) {
  LIUHEN_CHECK(is_weekday(first_day) && per_day != 0);
  const std::uint64_t weekdays = visit / per_day;
  return first_day + weekdays + 2 * ((day_of_week(first_day) + weekdays) / 5);
}

}  // namespace liuhen::crypto::draw
