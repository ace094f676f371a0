// Industries of the national economy, GB/T 4754-2017: 20 sections (门类) and 97 divisions (大类).
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace liuhen::api {

struct IndustrySection {
  char letter;            // A to T
  std::string_view name;  // Chinese, as in the standard
};

struct IndustryDivision {
  char section;
  std::string_view code;  // two digits
  std::string_view name;
};

// In the order of the standard.
std::span<const IndustrySection> industry_sections();
std::span<const IndustryDivision> industry_divisions();

// The division meant by "F52", "52", a group or class below it ("F521", "5211"), or the division's
// exact Chinese name; null if there is none, or if the letter is not that of its section.
const IndustryDivision* find_industry(std::string_view text);

// "F52".
std::string industry_code(const IndustryDivision& division);

}  // namespace liuhen::api
