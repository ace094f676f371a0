// Full bundles kept compressed: which make room, and how much is kept at most.
#include "api/server/bundle_cache.h"

#include <gtest/gtest.h>

namespace liuhen::api::server {
namespace {

constexpr std::size_t kQuarter = kBundlesKeptBytesMax / 4;

std::shared_ptr<const ZippedBundle> bundle(std::size_t size) {
  return std::make_shared<const ZippedBundle>(
      ZippedBundle{.tag = std::to_string(size), .bytes = std::string(size, 'x')});
}

TEST(BundleCache, WhoWasAskedForLongestAgoMakesRoom) {
  BundleCache cache;
  EXPECT_EQ(cache.find(1), nullptr);
  for (std::uint64_t index = 1; index <= 4; ++index) cache.keep(index, bundle(kQuarter));
  for (std::uint64_t index = 2; index <= 4; ++index) EXPECT_NE(cache.find(index), nullptr);
  ASSERT_NE(cache.find(1), nullptr);
  EXPECT_EQ(cache.find(1)->tag, std::to_string(kQuarter));
  cache.keep(5, bundle(kQuarter + 1));  // two have to go
  EXPECT_EQ(cache.find(2), nullptr);
  EXPECT_EQ(cache.find(3), nullptr);
  for (const std::uint64_t index : {1, 4, 5}) EXPECT_NE(cache.find(index), nullptr) << index;
}

TEST(BundleCache, WhatIsOverTheLimitIsNotKept) {
  BundleCache cache;
  cache.keep(1, bundle(kQuarter));
  cache.keep(2, bundle(kBundlesKeptBytesMax + 1));
  EXPECT_EQ(cache.find(2), nullptr);
  EXPECT_NE(cache.find(1), nullptr);
  cache.keep(1, bundle(1));  // the same bundle, by another thread
  EXPECT_EQ(cache.find(1)->tag, std::to_string(kQuarter));
  cache.keep(3, bundle(kBundlesKeptBytesMax));
  EXPECT_NE(cache.find(3), nullptr);
  EXPECT_EQ(cache.find(1), nullptr);
}

}  // namespace
}  // namespace liuhen::api::server
