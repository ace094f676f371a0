#include "crypto/derived_salt.h"

#include <gtest/gtest.h>

namespace liuhen::crypto {
namespace {

TEST(DerivedSalt, IsHmacSha256UnderTheSeed) {
  // python3: hmac.new(bytes([7]*32), b"liuhen/import-salt/v1\0abc", "sha256").hexdigest()
  std::array<std::uint8_t, 32> seven{};
  seven.fill(7);
  const auto salt = derived_salt(SigningSeed(seven), "liuhen/import-salt/v1", view_of("abc"));
  EXPECT_EQ(to_hex(salt), "712d6cbf5909a127fdc71c71c5173320b5fe56b10dec30fe81572704f75c49b4");
}

TEST(DerivedSalt, DependsOnSeedContextAndContent) {
  std::array<std::uint8_t, 32> seven{}, eight{};
  seven.fill(7);
  eight.fill(8);
  const auto salt = derived_salt(SigningSeed(seven), "a", view_of("b"));
  EXPECT_NE(salt, derived_salt(SigningSeed(eight), "a", view_of("b")));
  EXPECT_NE(salt, derived_salt(SigningSeed(seven), "c", view_of("b")));
  EXPECT_NE(salt, derived_salt(SigningSeed(seven), "a", view_of("c")));
}

}  // namespace
}  // namespace liuhen::crypto
