// The address in a draw's QR code. That the code holds it is tested with another program's eyes
// (tests/programs/qr_test.py).
#include "api/server/draw_qr.h"

#include <gtest/gtest.h>

#include "tests/worked_example.h"

namespace liuhen::api::server {
namespace {

std::string code_of(std::string_view url) {
  const Outcome checked = check_public_url(url);
  return checked ? "" : checked.error().code;
}

TEST(DrawQr, TheAddressIsThatOfTheWorkedExample) {
  const auto example = tests::worked_example("docs/formats/draw-qr.md", "Worked example");
  ASSERT_TRUE(example.contains("text"));
  const std::string& text = example.at("text");
  const auto root = from_hex(text.substr(text.rfind('=') + 1));
  EXPECT_EQ(draw_link(example.at("url"), example.at("stream"), std::stoull(example.at("number")),
                      {.origin = "", .size = 4, .root = exactly<32>(*root).value()}),
            text);
}

TEST(DrawQr, AnAddressIsPlain) {
  for (const char* good : {"https://a.example", "http://127.0.0.1:8080", "https://a.example/ledger",
                           "https://[::1]:443/x%20y"})
    EXPECT_EQ(code_of(good), "") << good;
  for (const std::string& bad :
       {std::string(), std::string("a.example"), std::string("https://"), std::string("https:///x"),
        std::string("https://a.example/"), std::string("https://a.example?x"),
        std::string("https://a.example#x"), std::string("javascript://a"),
        std::string("https://a b"), std::string("https://甲.example"), std::string("https://a\"b"),
        "https://" + std::string(kPublicUrlBytesMax, 'a')})
    EXPECT_EQ(code_of(bad), "qr.url") << bad;
}

TEST(DrawQr, WhatFitsNoCodeIsRefused) {
  EXPECT_TRUE(qr_svg(std::string(2'331, 'a'), "x"));  // version 40 with correction M
  EXPECT_EQ(qr_svg(std::string(2'332, 'a'), "x").error().code, "qr.long");
}

TEST(DrawQr, TheTitleCannotLeaveItsAttribute) {
  const std::string svg = qr_svg("a", "\"><script>").value();
  EXPECT_EQ(svg.find("<script>"), std::string::npos);
}

}  // namespace
}  // namespace liuhen::api::server
