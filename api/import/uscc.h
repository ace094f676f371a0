// The unified social credit code (GB 32100) and the organisation code inside it (GB 11714).
#pragma once

#include <optional>
#include <string_view>

namespace liuhen::api {

enum class UsccFault {
  none,
  length,    // not 18 bytes
  alphabet,  // a character outside 0-9 A-H J-N P-R T U W X Y
  division,  // characters 3-8 are not digits
  check,     // character 18 is wrong (GB 32100)
};

struct UsccVerdict {
  UsccFault fault = UsccFault::none;
  std::size_t position = 0;  // of the offending character, from 1, for `alphabet` and `division`
  char expected = 0;         // for `check`: what character 18 should be
  bool body_right = true;    // characters 9-17 satisfy GB 11714; codes issued in the field may not
  bool category_known = true;  // characters 1-2 stand for a registering authority and kind
};

// Judges the code as it stands: upper case, no blanks. Pure.
UsccVerdict check_uscc(std::string_view code);

// Character 18 for the first 17; nothing if one of them is outside the alphabet or there are
// not 17.
std::optional<char> uscc_check_character(std::string_view first17);

// Character 9 of an organisation code for its first 8 (0-9 A-Z); nothing if they are not that.
std::optional<char> organisation_check_character(std::string_view first8);

// Character 15 of a 15-digit business registration number for its first 14 (GS 15, ISO 7064 MOD
// 11,10): what firms had before unified codes, and what those struck off earlier still have.
std::optional<char> registration_check_digit(std::string_view first14);

// What characters 1-2 stand for, such as "企业" for 91; empty if unknown.
std::string_view uscc_category(std::string_view code);

}  // namespace liuhen::api
