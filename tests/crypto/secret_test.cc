#include "crypto/secret.h"

#include <gtest/gtest.h>

#include <new>

namespace liuhen::crypto {
namespace {

static_assert(!std::is_copy_constructible_v<Secret<32>> && !std::is_copy_assignable_v<Secret<32>>);
static_assert(!std::is_copy_constructible_v<SecretBytes> &&
              !std::is_copy_assignable_v<SecretBytes>);

TEST(Secret, MovingWipesTheSource) {
  Secret<4> source(std::array<std::uint8_t, 4>{1, 2, 3, 4});
  Secret<4> target = std::move(source);
  EXPECT_EQ(to_hex(target.view()), "01020304");
  EXPECT_EQ(to_hex(View(source.data(), 4)), "00000000");
  Secret<4> other;
  other = std::move(target);
  EXPECT_EQ(to_hex(other.view()), "01020304");
  EXPECT_EQ(to_hex(View(target.data(), 4)), "00000000");
}

TEST(Secret, DestructionWipes) {
  alignas(Secret<4>) std::uint8_t memory[sizeof(Secret<4>)];
  auto* secret = new (memory) Secret<4>(std::array<std::uint8_t, 4>{1, 2, 3, 4});
  const volatile std::uint8_t* bytes = memory;
  EXPECT_EQ(bytes[0], 1);
  secret->~Secret<4>();
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(bytes[i], 0);
}

TEST(Secret, FromChecksTheSizeAndShowsNothing) {
  const Bytes five = {11, 22, 33, 44, 55};
  EXPECT_EQ(Secret<4>::from(five).error().code, "encoding.size");
  EXPECT_EQ(to_hex(Secret<5>::from(five).value().view()), to_hex(five));
}

TEST(SecretBytes, MovesWithoutCopying) {
  SecretBytes source(view_of("secret"));
  const std::uint8_t* place = source.view().data();
  SecretBytes target = std::move(source);
  EXPECT_EQ(target.view().data(), place);
  EXPECT_EQ(source.size(), 0u);
}

}  // namespace
}  // namespace liuhen::crypto
