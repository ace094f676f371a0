// Resident identity numbers (GB 11643). Recognised here so that they are refused as public ids.
#pragma once

#include <optional>
#include <string_view>

namespace liuhen::api {

enum class ResidentIdLikeness {
  no,          // not of that form
  looks_like,  // the form and a real date inside, but the check character is wrong, or the 15-digit
               // form of before 1999
  valid,       // 18 characters, known province, real date, right check character
};

// Takes the number as it stands; a lower-case x counts as X. Pure.
ResidentIdLikeness resident_id_likeness(std::string_view text);

// Character 18 for the first 17 digits; nothing if they are not 17 digits.
std::optional<char> resident_id_check_character(std::string_view first17);

}  // namespace liuhen::api
