#include "crypto/bytes.h"

#include <gtest/gtest.h>
#include <sodium/utils.h>

namespace liuhen {
namespace {

std::string decoded(std::string_view base64) {
  auto bytes = from_base64(base64);
  return bytes ? std::string(text_of(*bytes)) : bytes.error().code;
}

TEST(Bytes, HexRoundTrips) {
  const Bytes bytes = {0x00, 0x7f, 0x80, 0xff};
  EXPECT_EQ(to_hex(bytes), "007f80ff");
  EXPECT_EQ(from_hex("007F80fF").value(), bytes);
  EXPECT_TRUE(from_hex("").value().empty());
  EXPECT_EQ(to_hex({}), "");
}

TEST(Bytes, HexRefusesWhatIsNotHex) {
  for (const char* text : {"0", "0g", "0x00", "00 ", " 00", "00:11", "0 0 "}) {
    EXPECT_FALSE(from_hex(text)) << text;
  }
  EXPECT_FALSE(from_hex(std::string_view("\0\0", 2)));
}

TEST(Bytes, Base64FollowsRfc4648Section10) {
  const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
  for (auto [plain, encoded] : vectors) {
    EXPECT_EQ(to_base64(view_of(plain)), encoded);
    EXPECT_EQ(decoded(encoded), plain);
  }
}

TEST(Bytes, Base64GoesThroughInPieces) {
  Bytes bytes((std::size_t{12} << 20) + 5);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i * 31 >> 3);
  const std::string text = to_base64(bytes);
  EXPECT_EQ(text.size(), (bytes.size() + 2) / 3 * 4);
  EXPECT_EQ(from_base64(text).value(), bytes);
  std::string expected(sodium_base64_ENCODED_LEN(bytes.size(), sodium_base64_VARIANT_ORIGINAL),
                       '\0');
  sodium_bin2base64(expected.data(), expected.size(), bytes.data(), bytes.size(),
                    sodium_base64_VARIANT_ORIGINAL);
  expected.pop_back();
  EXPECT_EQ(text, expected);
}

TEST(Bytes, Base64AcceptsOneTextPerValue) {
  for (const char* text :
       {"Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Zm9v\n", " Zm9v", "Zm-_", "Zg==Zg==", "Zm9v Zm9",
        "Zm9vZm9\n", "Zm9=Zm9v", "Zm9v====", "====", "Z===", "=", "Zm9vA"}) {
    EXPECT_EQ(decoded(text), "encoding.base64") << text;
  }
}

TEST(Bytes, ExactlyChecksTheSize) {
  const Bytes three = {1, 2, 3};
  EXPECT_EQ(exactly<3>(three).value(), (std::array<std::uint8_t, 3>{1, 2, 3}));
  EXPECT_EQ(exactly<4>(three).error().code, "encoding.size");
}

}  // namespace
}  // namespace liuhen
