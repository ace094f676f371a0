#include "crypto/draw/digits.h"

#include <gtest/gtest.h>

#include "crypto/bytes.h"

namespace liuhen::crypto::draw {
namespace {

std::string code(std::string_view source, std::string_view issue, std::string_view digits) {
  const auto bits = digit_bits(source, issue, digits);
  return bits ? std::to_string(*bits) : bits.error().code;
}

TEST(Digits, BitsOfOutcomes) {
  EXPECT_EQ(code("ssq", "2026137", "03081219273106"), "240");
  EXPECT_EQ(code("dlt", "26137", "01020304350112"), "243");
  EXPECT_EQ(code("fc3d", "2026001", "007"), "99");
  EXPECT_EQ(code("pl3", "26001", "999"), "99");
  EXPECT_EQ(code("pl5", "26001", "00000"), "166");
  EXPECT_EQ(code("qxc", "26001", "12345614"), "238");
  EXPECT_EQ(code("qxc", "26001", "12345600"), "238");
  EXPECT_EQ(code("dice", "", "6"), "25");
  EXPECT_EQ(code("dice", "", "1234561234"), "258");
  EXPECT_EQ(code("dice", "", std::string(24, '6')), "620");
}

TEST(Digits, WhatIsNoOutcome) {
  for (const char* digits :
       {"", "030812192731", "0308121927310", "030812192731066", "03081219273117", "00081219273106",
        "03081219273406", "08031219273106", "03031219273106", "0308121927310a", "-3081219273106"})
    EXPECT_EQ(code("ssq", "2026137", digits), "digits.form") << digits;
  for (const char* digits : {"01020304351201", "01020304350101", "01020304350113"})
    EXPECT_EQ(code("dlt", "26137", digits), "digits.form") << digits;
  for (const char* digits : {"12345615", "1234561", "123456"})
    EXPECT_EQ(code("qxc", "26001", digits), "digits.form") << digits;
  for (const std::string& digits :
       {std::string(), std::string("0"), std::string("127"), std::string(25, '1')})
    EXPECT_EQ(code("dice", "", digits), "digits.form") << digits;
}

TEST(Digits, IssuesAndSources) {
  EXPECT_EQ(code("ssq", "", "03081219273106"), "digits.issue");
  EXPECT_EQ(code("ssq", "2026", "03081219273106"), "digits.issue");
  EXPECT_EQ(code("ssq", "202613700", "03081219273106"), "digits.issue");
  EXPECT_EQ(code("ssq", "2026:37", "03081219273106"), "digits.issue");
  EXPECT_EQ(code("dice", "26001", "123"), "digits.issue");
  EXPECT_EQ(code("kl8", "26001", "123"), "digits.source");
  EXPECT_EQ(code("", "", ""), "digits.source");
  EXPECT_EQ(digit_sources().size(), 7U);
  EXPECT_EQ(find_digit_source("pl5")->zh, "排列5");
  EXPECT_EQ(find_digit_source("kl8"), nullptr);
}

TEST(Digits, WhatEntersAlpha) {
  const auto text = [](const Bytes& item) { return std::string(item.begin(), item.end()); };
  EXPECT_EQ(text(digit_item("ssq", "2026137", "03081219273106")), "ssq:2026137:03081219273106");
  EXPECT_EQ(text(digit_item("dice", "", "41526")), "dice::41526");
  // The digits of one lottery are not those of another.
  EXPECT_NE(digit_item("fc3d", "2026137", "123"), digit_item("pl3", "2026137", "123"));
}

}  // namespace
}  // namespace liuhen::crypto::draw
