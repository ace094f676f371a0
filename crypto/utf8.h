// UTF-8 as RFC 3629 has it: no surrogates, nothing above U+10FFFF, no longer form than needed.
#pragma once

#include <optional>
#include <string_view>

namespace liuhen::crypto {

// Takes the first code point off `rest`, which is not empty; nothing if the bytes there are not
// UTF-8.
std::optional<char32_t> take_code_point(std::string_view& rest);

bool is_utf8(std::string_view text);

// Whether the text is UTF-8 without code points below U+0020 (other than, if allowed, the newline).
bool is_plain_text(std::string_view text, bool newline_allowed);

// White_Space of the Unicode standard.
bool is_unicode_space(char32_t code_point);

}  // namespace liuhen::crypto
