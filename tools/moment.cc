#include "tools/moment.h"

#include <CLI/CLI.hpp>
#include <charconv>
#include <chrono>
#include <string>

namespace liuhen::tools {
namespace {

// The digits at a place, all of which have to be digits.
std::optional<unsigned> digits(std::string_view text, std::size_t at, std::size_t count) {
  if (text.size() < at + count) return std::nullopt;
  unsigned value = 0;
  const char* const begin = text.data() + at;
  const auto [end, problem] = std::from_chars(begin, begin + count, value);
  if (problem != std::errc() || end != begin + count) return std::nullopt;
  return value;
}

std::optional<std::uint64_t> unix_second(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool good = !text.empty() && problem == std::errc() && end == text.data() + text.size();
  return good ? std::optional(value) : std::nullopt;
}

}  // namespace

std::optional<std::uint64_t> parse_moment(std::string_view text) {
  if (const auto second = unix_second(text)) return second;
  const bool with_seconds = text.size() == 19;
  if (text.size() != 16 && !with_seconds) return std::nullopt;
  if (text[4] != '-' || text[7] != '-' || (text[10] != ' ' && text[10] != 'T') || text[13] != ':' ||
      (with_seconds && text[16] != ':'))
    return std::nullopt;
  const auto year = digits(text, 0, 4), month = digits(text, 5, 2), day = digits(text, 8, 2),
             hour = digits(text, 11, 2), minute = digits(text, 14, 2),
             second = with_seconds ? digits(text, 17, 2) : std::optional(0u);
  if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(*month), std::chrono::day(*day)};
  if (!date.ok() || *year < 1970 || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  const std::int64_t at = days * 86'400 + *hour * 3'600 + *minute * 60 + *second - 8 * 3'600;
  return at < 0 ? std::nullopt : std::optional(static_cast<std::uint64_t>(at));
}

CLI::Option* takes_moment(CLI::Option* option, Language language) {
  const std::string words =
      language == Language::zh
          ? "应为北京时间如 \"2026-12-01 09:00\"，或 Unix 秒"
          : "expected a time such as \"2026-12-01 09:00\" (UTC+8), or a Unix second";
  return option->type_name("TIME")->transform(CLI::Validator(
      [words](std::string& typed) {
        const auto moment = parse_moment(typed);
        if (!moment) return words;
        typed = std::to_string(*moment);
        return std::string();
      },
      ""));
}

}  // namespace liuhen::tools
