#include "crypto/bls.h"

#include <blst.h>
#include <gtest/gtest.h>

#include <optional>

#include "tests/test_beacon.h"

namespace liuhen::crypto::bls {
namespace {

template <std::size_t N>
std::array<std::uint8_t, N> hex(const std::string& text) {
  return exactly<N>(from_hex(text).value()).value();
}

const std::string kPrime =
    "1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaa"
    "ab";
const std::string kOrder = "73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001";

// The message that the chain of the tests signs for a round.
Hash message_of(std::uint8_t round) { return sha256(Bytes{0, 0, 0, 0, 0, 0, 0, round}); }

blst_p1_affine point_of(const Signature& signature) {
  blst_p1_affine point;
  EXPECT_EQ(blst_p1_uncompress(&point, signature.data()), BLST_SUCCESS);
  return point;
}

// n·P one bit at a time, right for every point of the curve; `n` is big-endian.
blst_p1 times(View n, const blst_p1& point) {
  blst_p1 sum{};  // infinity
  for (const std::uint8_t byte : n) {
    for (int bit = 7; bit >= 0; --bit) {
      blst_p1_add_or_double(&sum, &sum, &sum);
      if ((byte >> bit & 1) != 0) blst_p1_add_or_double(&sum, &sum, &point);
    }
  }
  return sum;
}

// A point of the curve outside the subgroup, by trying small coordinates.
blst_p1 stray_point() {
  for (std::uint8_t x = 1;; ++x) {
    Signature encoding{0x80};
    encoding.back() = x;
    blst_p1_affine point;
    if (blst_p1_uncompress(&point, encoding.data()) != BLST_SUCCESS) continue;
    if (blst_p1_affine_in_g1(&point)) continue;
    blst_p1 out;
    blst_p1_from_affine(&out, &point);
    return out;
  }
}

// The equation of the scheme, e(signature, g2) = e(H(message), key), and nothing else.
bool equation_holds(const PublicKey& key, View message, const Signature& signature) {
  blst_p2_affine key_point;
  EXPECT_EQ(blst_p2_uncompress(&key_point, key.data()), BLST_SUCCESS);
  const blst_p1_affine signature_point = point_of(signature);
  blst_p1 hashed;
  blst_hash_to_g1(&hashed, message.data(), message.size(), view_of(kDomain).data(), kDomain.size());
  blst_p1_affine hashed_point;
  blst_p1_to_affine(&hashed_point, &hashed);
  blst_fp12 left, right;
  blst_miller_loop(&left, blst_p2_affine_generator(), &signature_point);
  blst_miller_loop(&right, &key_point, &hashed_point);
  return blst_fp12_finalverify(&left, &right);
}

TEST(Bls, RefusesEveryFlippedBit) {
  const tests::TestBeacon beacon;
  const PublicKey key = beacon.chain().public_key;
  const Hash message = message_of(7);
  const Signature signature = beacon.sign(7);
  ASSERT_TRUE(verify(key, message, signature));
  const auto flipped = [](auto bytes, std::size_t bit) {
    bytes[bit / 8] = static_cast<std::uint8_t>(bytes[bit / 8] ^ (1u << bit % 8));
    return bytes;
  };
  for (std::size_t bit = 0; bit < 8 * signature.size(); ++bit)
    EXPECT_FALSE(verify(key, message, flipped(signature, bit))) << bit;
  for (std::size_t bit = 0; bit < 8 * key.size(); ++bit)
    EXPECT_FALSE(verify(flipped(key, bit), message, signature)) << bit;
  for (std::size_t bit = 0; bit < 8 * message.size(); ++bit)
    EXPECT_FALSE(verify(key, flipped(message, bit), signature)) << bit;
}

TEST(Bls, OfAnotherKeyOrMessageIsRefused) {
  const tests::TestBeacon beacon;
  const tests::TestBeacon other("another");
  EXPECT_TRUE(verify(other.chain().public_key, message_of(7), other.sign(7)));
  EXPECT_FALSE(verify(beacon.chain().public_key, message_of(7), other.sign(7)));
  EXPECT_FALSE(verify(beacon.chain().public_key, message_of(8), beacon.sign(7)));
  EXPECT_FALSE(verify(beacon.chain().public_key, {}, beacon.sign(7)));
}

// With the key at infinity, the signature at infinity would satisfy the equation for any message.
TEST(Bls, InfinityIsNeitherKeyNorSignature) {
  PublicKey key{0xc0};
  Signature signature{0xc0};
  EXPECT_FALSE(is_valid_key(key));
  EXPECT_FALSE(verify(key, message_of(1), signature));
  EXPECT_FALSE(verify(tests::TestBeacon().chain().public_key, message_of(1), signature));
}

// A point of the cofactor's order added to a signature: the pairing cannot see it.
TEST(Bls, OnlyTheSubgroupMakesASignatureUnique) {
  const tests::TestBeacon beacon;
  const PublicKey key = beacon.chain().public_key;
  const blst_p1_affine signature = point_of(beacon.sign(3));
  blst_p1 sum = times(from_hex(kOrder).value(), stray_point());
  ASSERT_FALSE(blst_p1_is_inf(&sum));
  blst_p1_add_or_double_affine(&sum, &sum, &signature);
  Signature second;
  blst_p1_compress(second.data(), &sum);
  ASSERT_NE(second, beacon.sign(3));
  EXPECT_TRUE(equation_holds(key, message_of(3), beacon.sign(3)));
  EXPECT_TRUE(equation_holds(key, message_of(3), second));
  EXPECT_FALSE(equation_holds(key, message_of(4), second));
  EXPECT_FALSE(verify(key, message_of(3), second));
}

TEST(Bls, AKeyOutsideTheSubgroupIsNone) {
  unsigned tried = 0;
  for (std::uint8_t x = 1; x < 40; ++x) {
    PublicKey encoding{0x80};
    encoding.back() = x;
    blst_p2_affine point;
    if (blst_p2_uncompress(&point, encoding.data()) != BLST_SUCCESS) continue;
    ++tried;
    EXPECT_FALSE(is_valid_key(encoding)) << int{x};
  }
  EXPECT_GT(tried, 5u);
  EXPECT_TRUE(is_valid_key(tests::TestBeacon().chain().public_key));
}

// The coordinate x written as x + p: the same point to a careless reader.
TEST(Bls, ACoordinateHasOneSpelling) {
  const tests::TestBeacon beacon;
  const Signature prime = hex<48>(kPrime);
  unsigned tried = 0;
  for (std::uint8_t round = 1; round < 60; ++round) {
    Signature signature = beacon.sign(round);
    if ((signature[0] & 0x1f) >= 0x05) continue;  // x + p would not fit
    unsigned carry = 0;
    for (std::size_t i = 48; i-- > 0;) {
      carry += signature[i] + static_cast<unsigned>(prime[i]);
      signature[i] = static_cast<std::uint8_t>(carry);
      carry >>= 8;
    }
    ++tried;
    EXPECT_FALSE(verify(beacon.chain().public_key, message_of(round), signature)) << int{round};
  }
  EXPECT_GT(tried, 3u);
}

TEST(Bls, UncompressedFlagsAreRefused) {
  const tests::TestBeacon beacon;
  for (const int flags : {0x00, 0x20, 0x40, 0x60, 0xc0, 0xe0}) {
    Signature signature = beacon.sign(1);
    signature[0] = static_cast<std::uint8_t>((signature[0] & 0x1f) | flags);
    EXPECT_FALSE(verify(beacon.chain().public_key, message_of(1), signature)) << flags;
  }
}

}  // namespace
}  // namespace liuhen::crypto::bls
