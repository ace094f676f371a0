// Commitments and sealing: what restricted fields are protected with.
#include <gtest/gtest.h>

#include "crypto/aead.h"
#include "crypto/commitment.h"

namespace liuhen::crypto {
namespace {

TEST(Commitment, OpensWithItsSaltAndBytesOnly) {
  Salt salt{};
  salt[0] = 1;
  const Commitment commitment = commit(salt, view_of("bytes"));
  EXPECT_TRUE(opens(commitment, salt, view_of("bytes")));
  EXPECT_FALSE(opens(commitment, salt, view_of("byte")));
  EXPECT_FALSE(opens(commitment, Salt{}, view_of("bytes")));
}

TEST(Aead, OpensWithItsKeyAndAssociatedDataOnly) {
  SystemEntropy entropy;
  AeadKey key;
  entropy.fill(key.writable());
  for (const std::string& plain : {std::string(), std::string("x"), std::string(1000, 'y')}) {
    const Bytes sealed = seal(key, view_of("where"), view_of(plain), entropy);
    EXPECT_EQ(sealed.size(), plain.size() + kAeadOverhead);
    EXPECT_EQ(text_of(open(key, view_of("where"), sealed).value().view()), plain);
    EXPECT_EQ(open(key, view_of("there"), sealed).error().code, "aead.open");
    EXPECT_EQ(open(AeadKey(), view_of("where"), sealed).error().code, "aead.open");
    EXPECT_NE(sealed, seal(key, view_of("where"), view_of(plain), entropy));
  }
}

TEST(Aead, AnyChangedByteIsRefused) {
  SystemEntropy entropy;
  const AeadKey key;
  Bytes sealed = seal(key, {}, view_of("plain"), entropy);
  for (std::uint8_t& byte : sealed) {
    byte ^= 1;
    EXPECT_FALSE(open(key, {}, sealed));
    byte ^= 1;
  }
  for (std::size_t size = 0; size < sealed.size(); ++size)
    EXPECT_FALSE(open(key, {}, View(sealed).first(size)));
}

}  // namespace
}  // namespace liuhen::crypto
