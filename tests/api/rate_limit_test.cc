// Token buckets: how many at once, how many in the long run, and that none pays for another.
#include "api/server/rate_limit.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>

namespace liuhen::api::server {
namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;

class ZeroEntropy final : public crypto::Entropy {
 public:
  void fill(std::span<std::uint8_t> out) override {
    for (std::uint8_t& byte : out) byte = 0;
  }
};

TEST(RateLimit, ABurstAtOnceAndThenTheRate) {
  ZeroEntropy entropy;
  RateLimit limit({.per_s = 10, .burst = 5}, entropy);
  const std::uint64_t start = 1'000 * kSecond;
  for (int i = 0; i < 5; ++i) EXPECT_EQ(limit.take("a", start), 0u) << i;
  EXPECT_EQ(limit.take("a", start), 1u);
  EXPECT_EQ(limit.take("a", start + kSecond / 10), 0u);
  EXPECT_EQ(limit.take("a", start + kSecond / 10), 1u);
  unsigned taken = 0;  // in ten seconds, however often one asks
  for (std::uint64_t ms = 100; ms <= 10'100; ++ms)
    taken += limit.take("a", start + ms * 1'000'000) == 0 ? 1 : 0;
  EXPECT_EQ(taken, 100u);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(limit.take("a", start + 60 * kSecond), 0u) << i;
  EXPECT_NE(limit.take("a", start + 60 * kSecond), 0u);
}

TEST(RateLimit, SaysHowLongToWait) {
  ZeroEntropy entropy;
  RateLimit limit({.per_s = 1, .burst = 1}, entropy);
  EXPECT_EQ(limit.wait_s("a", kSecond), 0u);
  for (int i = 0; i < 7; ++i) limit.count("a", kSecond);
  EXPECT_EQ(limit.wait_s("a", kSecond), 7u);
  EXPECT_EQ(limit.take("a", kSecond), 7u);
  EXPECT_EQ(limit.wait_s("a", 7 * kSecond + kSecond / 2), 1u);
  EXPECT_EQ(limit.take("a", 8 * kSecond), 0u);
}

TEST(RateLimit, ManyAtOnceCountAsMany) {
  ZeroEntropy entropy;
  RateLimit limit({.per_s = 10, .burst = 5}, entropy);
  limit.count("a", kSecond, 30);
  EXPECT_EQ(limit.wait_s("a", kSecond), 3u);  // 25 too many, and the one that is asked for
  EXPECT_EQ(limit.take("a", 4 * kSecond), 0u);
}

TEST(RateLimit, OneDoesNotPayForAnother) {
  ZeroEntropy entropy;
  RateLimit limit({.per_s = 1, .burst = 1}, entropy);
  EXPECT_EQ(limit.take("a", kSecond), 0u);
  EXPECT_EQ(limit.take("b", kSecond), 0u);
  EXPECT_NE(limit.take("a", kSecond), 0u);
}

TEST(RateLimit, EverybodyFitsIntoTheBucketsThereAre) {
  ZeroEntropy entropy;
  RateLimit limit({.per_s = 1, .burst = 1}, entropy, 8);
  unsigned passed = 0;
  for (int i = 0; i < 10'000; ++i)
    passed += limit.take("name" + std::to_string(i), kSecond) == 0 ? 1 : 0;
  EXPECT_EQ(passed, 8u);
}

TEST(RateLimit, ZeroIsNoLimit) {
  ZeroEntropy entropy;
  RateLimit limit({.per_s = 0, .burst = 1}, entropy);
  for (int i = 0; i < 1'000; ++i) EXPECT_EQ(limit.take("a", kSecond), 0u);
  limit.count("a", kSecond);
  EXPECT_EQ(limit.wait_s("a", kSecond), 0u);
}

TEST(RateLimit, ManyThreadsTakeNoMoreThanThereIs) {
  ZeroEntropy entropy;
  RateLimit limit({.per_s = 1, .burst = 1'000}, entropy);
  std::atomic<unsigned> passed = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 1'000; ++n) passed += limit.take("a", kSecond) == 0 ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(passed, 1'000u);
}

}  // namespace
}  // namespace liuhen::api::server
