#include "crypto/utf8.h"

#include <gtest/gtest.h>

#include <string>

namespace liuhen::tests {
namespace {

// One code point after another, without the short cuts.
bool plain_by_code_points(std::string_view text, bool newline_allowed) {
  while (!text.empty()) {
    const auto code_point = crypto::take_code_point(text);
    if (!code_point) return false;
    if (*code_point < 0x20 && !(newline_allowed && *code_point == '\n')) return false;
  }
  return true;
}

void agree(const std::string& text) {
  for (const bool newline_allowed : {false, true}) {
    ASSERT_EQ(crypto::is_plain_text(text, newline_allowed),
              plain_by_code_points(text, newline_allowed))
        << ::testing::PrintToString(text);
  }
}

TEST(Utf8, PlainTextWhereverAByteStands) {
  for (int byte = 0; byte < 256; ++byte) {
    for (std::size_t at = 0; at < 17; ++at) {
      std::string text = "registry of firms";
      text[at] = static_cast<char>(byte);
      agree(text);
    }
  }
}

TEST(Utf8, PlainTextOfThreeBytesAtTheEdges) {
  const int edges[] = {0x00, 0x1f, 0x20, 0x7f, 0x80, 0x9f, 0xa0, 0xbf, 0xc0, 0xff};
  for (int lead = 0xdf; lead <= 0xf1; ++lead) {
    for (const int second : edges) {
      for (const int third : edges) {
        const std::string three{static_cast<char>(lead), static_cast<char>(second),
                                static_cast<char>(third)};
        for (const char* before : {"", "青岛", "seven b", "eight by"}) agree(before + three + "路");
        agree(three);
        agree(three.substr(0, 2));
      }
    }
  }
}

}  // namespace
}  // namespace liuhen::tests
