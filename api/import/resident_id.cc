#include "api/import/resident_id.h"

#include <algorithm>
#include <array>

namespace liuhen::api {
namespace {

constexpr std::array<int, 17> kWeights = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
constexpr std::string_view kChecks = "10X98765432";
constexpr std::string_view kProvinces =
    "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 "
    "71 81 82 83";

bool digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

int number(std::string_view text) {
  int value = 0;
  for (const char c : text) value = value * 10 + (c - '0');
  return value;
}

bool real_date(int year, int month, int day) {
  if (year < 1850 || year > 2050 || month < 1 || month > 12 || day < 1) return false;
  constexpr std::array<int, 12> days = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return day <= days[static_cast<std::size_t>(month - 1)] + (leap && month == 2 ? 1 : 0);
}

// Foreigners' permanent residence numbers have a 9 before the province.
bool known_province(std::string_view text) {
  return kProvinces.find(text.substr(text.front() == '9' ? 1 : 0, 2)) != std::string_view::npos;
}

bool fifteen_digits(std::string_view text) {
  return digits(text) && known_province(text) &&
         real_date(1900 + number(text.substr(6, 2)), number(text.substr(8, 2)),
                   number(text.substr(10, 2)));
}

}  // namespace

std::optional<char> resident_id_check_character(std::string_view first17) {
  if (first17.size() != kWeights.size() || !digits(first17)) return {};
  int sum = 0;
  for (std::size_t i = 0; i < kWeights.size(); ++i) sum += (first17[i] - '0') * kWeights[i];
  return kChecks[static_cast<std::size_t>(sum % 11)];
}

ResidentIdLikeness resident_id_likeness(std::string_view text) {
  if (text.size() == 15)
    return fifteen_digits(text) ? ResidentIdLikeness::looks_like : ResidentIdLikeness::no;
  if (text.size() != 18 || !digits(text.substr(0, 17)) || !known_province(text))
    return ResidentIdLikeness::no;
  const char last = text[17] == 'x' ? 'X' : text[17];
  if (last != 'X' && (last < '0' || last > '9')) return ResidentIdLikeness::no;
  if (!real_date(number(text.substr(6, 4)), number(text.substr(10, 2)),
                 number(text.substr(12, 2)))) {
    return ResidentIdLikeness::no;
  }
  return resident_id_check_character(text.substr(0, 17)) == last ? ResidentIdLikeness::valid
                                                                 : ResidentIdLikeness::looks_like;
}

}  // namespace liuhen::api
