#include "crypto/vrf.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>

namespace liuhen::crypto::vrf {
namespace {

template <std::size_t N>
std::array<std::uint8_t, N> bytes(const std::string& hex) {
  return exactly<N>(from_hex(hex).value()).value();
}

// The vectors of RFC 9381 appendix B.3; the file is flat enough to be read by its quotes.
std::vector<std::map<std::string, std::string>> rfc_vectors() {
  std::ifstream file(LIUHEN_SOURCE_DIR "/tests/crypto/data/ecvrf_edwards25519_sha512_tai.json");
  std::vector<std::map<std::string, std::string>> vectors;
  for (std::string line; std::getline(file, line);) {
    std::istringstream in(line);
    std::string rest, name, value;
    if (!(std::getline(in, rest, '"') && std::getline(in, name, '"') &&
          std::getline(in, rest, '"') && std::getline(in, value, '"'))) {
      continue;
    }
    if (name == "sk") vectors.emplace_back();
    if (!vectors.empty()) vectors.back()[name] = value;
  }
  return vectors;
}

TEST(Vrf, Rfc9381AppendixB3) {
  const auto vectors = rfc_vectors();
  ASSERT_EQ(vectors.size(), 2u);
  for (const auto& vector : vectors) {
    const SigningSeed seed(bytes<32>(vector.at("sk")));
    const KeyId key = bytes<32>(vector.at("pk"));
    const Bytes alpha = from_hex(vector.at("alpha")).value();
    EXPECT_EQ(public_key(seed), key);
    const Proof proof = prove(seed, alpha);
    EXPECT_EQ(to_hex(proof), vector.at("pi"));
    EXPECT_EQ(to_hex(verify(key, alpha, proof).value()), vector.at("beta"));
  }
}

TEST(Vrf, ProvesAndVerifiesManyInputs) {
  for (std::uint8_t i = 0; i < 40; ++i) {
    std::array<std::uint8_t, 32> seed_bytes{};
    seed_bytes[5] = static_cast<std::uint8_t>(i / 8);
    const SigningSeed seed(seed_bytes);
    const Bytes alpha(i, i);
    EXPECT_TRUE(verify(public_key(seed), alpha, prove(seed, alpha)));
  }
}

TEST(Vrf, RefusesAnyChangedByte) {
  const SigningSeed seed(std::array<std::uint8_t, 32>{7});
  KeyId key = public_key(seed);
  Bytes alpha = {'a', 'l', 'p', 'h', 'a'};
  Proof proof = prove(seed, alpha);
  ASSERT_TRUE(verify(key, alpha, proof));
  const auto refuses_changes_in = [&](std::span<std::uint8_t> place) {
    for (std::uint8_t& byte : place) {
      for (const std::uint8_t bit : {std::uint8_t{0x01}, std::uint8_t{0x80}}) {
        byte = static_cast<std::uint8_t>(byte ^ bit);
        EXPECT_FALSE(verify(key, alpha, proof));
        byte = static_cast<std::uint8_t>(byte ^ bit);
      }
    }
  };
  refuses_changes_in(proof);
  refuses_changes_in(alpha);
  refuses_changes_in(key);
  EXPECT_TRUE(verify(key, alpha, proof));
}

TEST(Vrf, RefusesASecondScalarForTheSameProof) {
  const SigningSeed seed(std::array<std::uint8_t, 32>{7});
  Proof proof = prove(seed, {});
  const auto q = bytes<32>("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
  unsigned carry = 0;
  for (std::size_t i = 0; i < 32; ++i) {
    carry += proof[48 + i] + static_cast<unsigned>(q[i]);
    proof[48 + i] = static_cast<std::uint8_t>(carry);
    carry >>= 8;
  }
  EXPECT_EQ(verify(public_key(seed), {}, proof).error().code, "vrf.proof");
}

TEST(Vrf, RefusesKeysThatAreNone) {
  const Proof proof = prove(SigningSeed(), {});
  for (const char* key : {"0100000000000000000000000000000000000000000000000000000000000000",
                          "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
                          "0200000000000000000000000000000000000000000000000000000000000000",
                          "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"}) {
    EXPECT_EQ(validate_key(bytes<32>(key)).error().code, "vrf.key") << key;
    EXPECT_EQ(verify(bytes<32>(key), {}, proof).error().code, "vrf.key") << key;
  }
  EXPECT_TRUE(validate_key(public_key(SigningSeed())));
}

}  // namespace
}  // namespace liuhen::crypto::vrf
