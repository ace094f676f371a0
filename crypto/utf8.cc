#include "crypto/utf8.h"

#include <cstdint>
#include <cstring>

namespace liuhen::crypto {

namespace {

// Eight bytes of ASCII, none of them below U+0020.
bool are_plain_ascii(const char* eight) {
  std::uint64_t word = 0;
  std::memcpy(&word, eight, sizeof word);
  constexpr std::uint64_t kOnes = 0x0101010101010101, kTops = 0x8080808080808080;
  return ((word | ((word - 0x20 * kOnes) & ~word)) & kTops) == 0;
}

// A code point of three bytes whose lead leaves no room for surrogates or longer forms.
bool is_plain_three(const char* three) {
  const auto byte = [three](int i) { return static_cast<unsigned char>(three[i]); };
  return byte(0) > 0xe0 && byte(0) < 0xf0 && byte(0) != 0xed && (byte(1) & 0xc0) == 0x80 &&
         (byte(2) & 0xc0) == 0x80;
}

}  // namespace

std::optional<char32_t> take_code_point(std::string_view& rest) {
  const auto lead = static_cast<unsigned char>(rest[0]);
  std::size_t size = 1;
  char32_t value = lead;
  char32_t least = 0;
  if (lead >= 0x80) {
    if ((lead & 0xe0) == 0xc0) {
      size = 2, value = lead & 0x1f, least = 0x80;
    } else if ((lead & 0xf0) == 0xe0) {
      size = 3, value = lead & 0x0f, least = 0x800;
    } else if ((lead & 0xf8) == 0xf0) {
      size = 4, value = lead & 0x07, least = 0x10000;
    } else {
      return std::nullopt;
    }
    if (rest.size() < size) return std::nullopt;
    for (std::size_t i = 1; i < size; ++i) {
      const auto next = static_cast<unsigned char>(rest[i]);
      if ((next & 0xc0) != 0x80) return std::nullopt;
      value = (value << 6) | (next & 0x3f);
    }
    const bool surrogate = value >= 0xd800 && value <= 0xdfff;
    if (value < least || value > 0x10ffff || surrogate) return std::nullopt;
  }
  rest.remove_prefix(size);
  return value;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    if (!take_code_point(text)) return false;
  }
  return true;
}

bool is_plain_text(std::string_view text, bool newline_allowed) {
  while (!text.empty()) {
    const auto lead = static_cast<unsigned char>(text[0]);
    if (lead < 0x80) {
      if (lead < 0x20 && !(newline_allowed && lead == '\n')) return false;
      text.remove_prefix(text.size() >= 8 && are_plain_ascii(text.data()) ? 8 : 1);
    } else if (text.size() >= 3 && is_plain_three(text.data())) {
      text.remove_prefix(3);
    } else if (!take_code_point(text)) {
      return false;
    }
  }
  return true;
}

bool is_unicode_space(char32_t c) {
  return (c >= 0x09 && c <= 0x0d) || c == 0x20 || c == 0x85 || c == 0xa0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f ||
         c == 0x3000;
}

}  // namespace liuhen::crypto
