#include "projections/uscc_check.h"

#include <array>
#include <chrono>
#include <cstddef>

namespace liuhen::projections {

bool is_uscc(std::string_view code) {
  constexpr std::string_view kCharacters = "0123456789ABCDEFGHJKLMNPQRTUWXY";
  if (code.size() != 18) return false;
  std::size_t sum = 0, weight = 1;
  for (std::size_t i = 0; i < 17; ++i) {
    const std::size_t value = kCharacters.find(code[i]);
    if (value == std::string_view::npos) return false;
    sum += value * weight;
    weight = weight * 3 % 31;
  }
  return code[17] == kCharacters[(31 - sum % 31) % 31];
}

bool is_resident_id(std::string_view code) {
  constexpr std::array<int, 17> kWeights = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
  if (code.size() != 18) return false;
  int sum = 0;
  for (std::size_t i = 0; i < 17; ++i) {
    if (code[i] < '0' || code[i] > '9') return false;
    sum += (code[i] - '0') * kWeights[i];
  }
  if (code[17] != "10X98765432"[sum % 11]) return false;
  const auto number = [&](std::size_t from, std::size_t size) {
    unsigned value = 0;
    for (const char c : code.substr(from, size))
      value = value * 10 + static_cast<unsigned>(c - '0');
    return value;
  };
  const std::chrono::year_month_day born{std::chrono::year(static_cast<int>(number(6, 4))),
                                         std::chrono::month(number(10, 2)),
                                         std::chrono::day(number(12, 2))};
  return born.ok() && number(6, 4) >= 1800;
}

}  // namespace liuhen::projections
