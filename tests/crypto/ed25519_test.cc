#include "crypto/ed25519.h"

#include <gtest/gtest.h>
#include <sodium/crypto_core_ed25519.h>
#include <sodium/crypto_hash_sha512.h>

namespace liuhen::crypto {
namespace {

template <std::size_t N>
std::array<std::uint8_t, N> bytes(const char* hex) {
  return exactly<N>(from_hex(hex).value()).value();
}
SigningSeed seed_of(const char* hex) { return SigningSeed(bytes<32>(hex)); }

// Encodings of the points of order 1, 2, 4 and 8, canonical and not.
const char* const kSmallOrder[] = {
    "0100000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
};

TEST(Ed25519, Rfc8032Section7_1) {
  struct Vector {
    const char *seed, *key, *message, *signature;
  };
  const Vector vectors[] = {
      {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
       "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
       "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf"
       "9b46bd25bf5f0"
       "595bbe24655141438e7a100b"},
      {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
       "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
       "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f"
       "11d8c387b2eae"
       "b4302aeeb00d291612bb0c00"},
      {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
       "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
       "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984"
       "dc6594a7c15e9"
       "716ed28dc027beceea1ec40a"},
      {"833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
       "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
       "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3f"
       "eebbd454d4423"
       "643ce80e2a9ac94fa54ca49f",
       "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c6643"
       "1e0303dca179c"
       "138ac17ad9bef1177331a704"}};
  for (const Vector& vector : vectors) {
    const SigningKey key(seed_of(vector.seed));
    const Bytes message = from_hex(vector.message).value();
    EXPECT_EQ(to_hex(key.public_key()), vector.key);
    EXPECT_EQ(to_hex(key.sign(message)), vector.signature);
    EXPECT_TRUE(verify(bytes<32>(vector.key), message, bytes<64>(vector.signature)));
  }
}

TEST(Ed25519, RefusesAnyChangedByte) {
  const SigningKey key(seed_of("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"));
  Bytes message = {'a', 'b', 'c'};
  Signature signature = key.sign(message);
  KeyId id = key.public_key();
  ASSERT_TRUE(verify(id, message, signature));
  const auto refuses_changes_in = [&](std::span<std::uint8_t> place) {
    for (std::uint8_t& byte : place) {
      byte ^= 1;
      EXPECT_FALSE(verify(id, message, signature));
      byte ^= 1;
    }
  };
  refuses_changes_in(message);
  refuses_changes_in(signature);
  refuses_changes_in(id);
  EXPECT_TRUE(verify(id, message, signature));
}

TEST(Ed25519, RefusesASecondScalarForTheSameSignature) {
  const SigningKey key(seed_of("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"));
  Signature signature = key.sign(view_of("message"));
  const auto q = bytes<32>("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
  unsigned carry = 0;
  for (std::size_t i = 0; i < 32; ++i) {
    carry += signature[32 + i] + static_cast<unsigned>(q[i]);
    signature[32 + i] = static_cast<std::uint8_t>(carry);
    carry >>= 8;
  }
  EXPECT_FALSE(verify(key.public_key(), view_of("message"), signature));
}

// With s = 1 and R = B the equation s·B = R + h·A holds for A = identity and any message.
TEST(Ed25519, RefusesKeysOfSmallOrder) {
  Signature signature{};
  const auto base = bytes<32>("5866666666666666666666666666666666666666666666666666666666666666");
  std::copy(base.begin(), base.end(), signature.begin());
  signature[32] = 1;
  for (const char* point : kSmallOrder) {
    EXPECT_FALSE(is_valid_key(bytes<32>(point))) << point;
    for (std::uint8_t message = 0; message < 16; ++message) {  // some h is a multiple of the order
      EXPECT_FALSE(verify(bytes<32>(point), View(&message, 1), signature)) << point;
    }
  }
}

// The holder of the key a can make the equation hold for R = identity: s = h·a.
TEST(Ed25519, RefusesNoncePointsOfSmallOrder) {
  const SigningSeed seed =
      seed_of("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
  const SigningKey key(seed);
  std::array<std::uint8_t, 64> wide{};
  crypto_hash_sha512(wide.data(), seed.data(), 32);
  wide[0] &= 248;
  wide[31] = static_cast<std::uint8_t>((wide[31] & 127) | 64);
  std::fill(wide.begin() + 32, wide.end(), std::uint8_t{0});
  std::array<std::uint8_t, 32> secret, h;
  crypto_core_ed25519_scalar_reduce(secret.data(), wide.data());

  Signature signature{};
  signature[0] = 1;
  Bytes hashed(signature.begin(), signature.begin() + 32);
  hashed.insert(hashed.end(), key.public_key().begin(), key.public_key().end());
  hashed.push_back('m');
  crypto_hash_sha512(wide.data(), hashed.data(), hashed.size());
  crypto_core_ed25519_scalar_reduce(h.data(), wide.data());
  crypto_core_ed25519_scalar_mul(signature.data() + 32, h.data(), secret.data());
  EXPECT_FALSE(verify(key.public_key(), view_of("m"), signature));
}

TEST(Ed25519, ValidKeysAreThoseOfThePrimeOrderSubgroup) {
  const auto key = bytes<32>("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
  EXPECT_TRUE(is_valid_key(key));
  KeyId mixed;
  ASSERT_EQ(crypto_core_ed25519_add(mixed.data(), key.data(), bytes<32>(kSmallOrder[6]).data()), 0);
  EXPECT_FALSE(is_valid_key(mixed));
  EXPECT_FALSE(
      is_valid_key(bytes<32>("0200000000000000000000000000000000000000000000000000000000000000")));
}

class CountingEntropy final : public Entropy {
 public:
  void fill(std::span<std::uint8_t> out) override {
    for (std::uint8_t& byte : out) byte = next_++;
  }

 private:
  std::uint8_t next_ = 0;
};

TEST(Ed25519, GeneratesFromTheEntropyGiven) {
  CountingEntropy entropy;
  const SigningKey key = SigningKey::generate(entropy);
  EXPECT_EQ(to_hex(key.seed().view()),
            "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
  SystemEntropy system;
  EXPECT_NE(SigningKey::generate(system).public_key(), SigningKey::generate(system).public_key());
}

}  // namespace
}  // namespace liuhen::crypto
