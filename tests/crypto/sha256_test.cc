#include "crypto/sha256.h"

#include <gtest/gtest.h>
#include <sodium/crypto_hash_sha256.h>

namespace liuhen::crypto {
namespace {

TEST(Sha256, Fips180Examples) {
  EXPECT_EQ(to_hex(sha256(View())),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(to_hex(sha256(view_of("abc"))),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(to_hex(sha256(view_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"))),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST(Sha256, AgreesWithAnotherImplementationAtEveryLength) {
  Bytes message;
  for (unsigned size = 0; size < 300; ++size) {
    Hash expected;
    crypto_hash_sha256(expected.data(), message.data(), message.size());
    const View all(message);
    EXPECT_EQ(sha256(all), expected);
    EXPECT_EQ(sha256({all.first(size / 3), all.subspan(size / 3)}), expected);
    message.push_back(static_cast<std::uint8_t>(size * 7));
  }
}

TEST(Sha256, ACopyContinuesOnItsOwn) {
  Sha256 prefix;
  prefix.update(view_of("a"));
  Sha256 copy = prefix;
  EXPECT_EQ(copy.update(view_of("bc")).finish(), sha256(view_of("abc")));
  EXPECT_EQ(prefix.update(view_of("d")).finish(), sha256(view_of("ad")));
}

}  // namespace
}  // namespace liuhen::crypto
