#include "crypto/block_entropy.h"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

namespace liuhen::crypto {
namespace {

// Counts on, and what it was asked for.
class Counting final : public Entropy {
 public:
  void fill(std::span<std::uint8_t> out) override {
    ++asked;
    std::iota(out.begin(), out.end(), next);
    next = static_cast<std::uint8_t>(next + out.size());
  }
  unsigned asked = 0;
  std::uint8_t next = 1;
};

TEST(BlockEntropy, GivesEveryByteOfItsSourceOnceAndInOrder) {
  Counting source;
  BlockEntropy entropy(source);
  std::vector<std::uint8_t> given;
  for (const std::size_t some : {1U, 24U, 32U, 0U, 4'000U, 100U, 9'000U}) {
    std::vector<std::uint8_t> out(some);
    entropy.fill(out);
    given.insert(given.end(), out.begin(), out.end());
  }
  std::vector<std::uint8_t> expected(given.size());
  std::iota(expected.begin(), expected.end(), 1);
  EXPECT_EQ(given, expected);
  EXPECT_EQ(source.asked, 4U) << "13,157 bytes are four blocks of 4,096";
}

}  // namespace
}  // namespace liuhen::crypto
