#include "crypto/set_sum.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace liuhen::tests {
namespace {

using crypto::SetSum;
using Pairs = std::vector<std::pair<std::string, std::string>>;

SetSum sum_of(const crypto::SetKey& key, const Pairs& pairs) {
  SetSum sum(key);
  for (const auto& [name, value] : pairs) sum.add(name, value);
  return sum;
}

TEST(SetSum, DependsOnThePairsAndNotOnTheirOrder) {
  const crypto::SetKey key{1};
  const SetSum sum = sum_of(key, {{"a", "1"}, {"b", ""}, {"c", "3"}});
  EXPECT_EQ(sum, sum_of(key, {{"c", "3"}, {"a", "1"}, {"b", ""}}));
  const Pairs others[] = {
      {{"a", "1"}, {"b", ""}},                          // one fewer
      {{"a", "1"}, {"b", ""}, {"c", "3"}, {"c", "3"}},  // one twice
      {{"a", "1"}, {"b", ""}, {"c", "4"}},              // another value
      {{"a", "1"}, {"b", ""}, {"d", "3"}},              // another key
      {{"a", "3"}, {"b", ""}, {"c", "1"}},              // values changed over
      {{"a", ""}, {"b", "1"}, {"c", "3"}},              // a value moved
      {{"1", "a"}, {"b", ""}, {"c", "3"}},              // key and value changed over
  };
  for (const Pairs& other : others) EXPECT_FALSE(sum == sum_of(key, other));
}

// A sum carries over into its upper half.
TEST(SetSum, CarriesAtEverySize) {
  const crypto::SetKey key{1};
  SetSum forwards(key), backwards(key);
  for (int i = 0; i < 200; ++i) {
    EXPECT_FALSE(i > 0 && forwards == backwards);
    forwards.add(std::to_string(i), "");
    backwards.add(std::to_string(199 - i), "");
  }
  EXPECT_EQ(forwards, backwards);
}

TEST(SetSum, AnotherKeyGivesOtherFingerprints) {
  const crypto::SetKey one{1};
  const crypto::SetKey two{2};
  EXPECT_EQ(crypto::fingerprint(one, "x"), crypto::fingerprint(one, "x"));
  EXPECT_NE(crypto::fingerprint(one, "x"), crypto::fingerprint(one, "y"));
  EXPECT_NE(crypto::fingerprint(one, "x"), crypto::fingerprint(two, "x"));
}

}  // namespace
}  // namespace liuhen::tests
