#include "crypto/feldman.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "crypto/sha256.h"

namespace liuhen::crypto::feldman {
namespace {

// Bytes that look random and are the same every time.
class HashEntropy final : public Entropy {
 public:
  explicit HashEntropy(std::uint8_t stream) : stream_(stream) {}
  void fill(std::span<std::uint8_t> out) override {
    for (std::uint8_t& byte : out) {
      const Bytes at{stream_, static_cast<std::uint8_t>(next_ >> 8),
                     static_cast<std::uint8_t>(next_)};
      byte = sha256(at)[0];
      ++next_;
    }
  }

 private:
  std::uint8_t stream_;
  unsigned next_ = 0;
};

SigningSeed seed_of(std::uint8_t number) { return SigningSeed(Hash{number, 42}); }

std::vector<Share> pick(const Sharing& sharing, unsigned members) {
  std::vector<Share> out;
  for (const Share& share : sharing.shares) {
    if ((members >> (share.holder - 1) & 1) == 0) continue;
    out.push_back({.holder = share.holder, .value = share.value.clone()});
  }
  return out;
}

std::string code(const auto& result) { return result ? "" : result.error().code; }

// Every threshold for up to five holders, and every set of holders.
TEST(Feldman, AnySetOfEnoughHoldersRecoversAndNoOther) {
  for (std::uint8_t holders = 2; holders <= 5; ++holders) {
    for (std::uint8_t threshold = 2; threshold <= holders; ++threshold) {
      HashEntropy entropy(static_cast<std::uint8_t>(16 * holders + threshold));
      const SigningSeed seed = seed_of(holders);
      const KeyId key = vrf::public_key(seed);
      const vrf::SecretScalar secret = vrf::secret_scalar(seed);
      const Sharing sharing = split(secret, threshold, holders, entropy).value();
      ASSERT_EQ(sharing.commitments.size(), threshold);
      ASSERT_EQ(sharing.shares.size(), holders);
      ASSERT_TRUE(check_commitments(key, sharing.commitments));
      for (const Share& share : sharing.shares)
        EXPECT_TRUE(check_share(sharing.commitments, share));
      for (unsigned members = 0; members < 1u << holders; ++members) {
        const auto shares = pick(sharing, members);
        const auto recovered = recover(key, sharing.commitments, shares);
        if (shares.size() < threshold) {
          EXPECT_EQ(code(recovered), "feldman.few");
        } else {
          ASSERT_TRUE(recovered);
          EXPECT_EQ(to_hex(recovered->value.view()), to_hex(secret.value.view()));
        }
      }
    }
  }
}

TEST(Feldman, TheOrderOfSharesDoesNotMatter) {
  HashEntropy entropy(1);
  const SigningSeed seed = seed_of(1);
  const Sharing sharing = split(vrf::secret_scalar(seed), 3, 5, entropy).value();
  auto shares = pick(sharing, 0b11010);
  std::reverse(shares.begin(), shares.end());
  EXPECT_TRUE(recover(vrf::public_key(seed), sharing.commitments, shares));
}

// Whoever recovered the scalar executes the draw: another proof, the same beta, the same key.
TEST(Feldman, TheVrfOfARecoveredScalarIsTheKeys) {
  for (std::uint8_t i = 0; i < 10; ++i) {
    HashEntropy entropy(i);
    const SigningSeed seed = seed_of(i);
    const KeyId key = vrf::public_key(seed);
    const Sharing sharing = split(vrf::secret_scalar(seed), 2, 3, entropy).value();
    const auto secret = recover(key, sharing.commitments, pick(sharing, 0b110)).value();
    EXPECT_EQ(vrf::public_key(secret), key);
    const Bytes alpha(i, i);
    const vrf::Proof by_seed = vrf::prove(seed, alpha);
    const vrf::Proof by_holders = vrf::prove(secret, alpha);
    EXPECT_NE(by_seed, by_holders);
    EXPECT_EQ(by_holders, vrf::prove(secret, alpha));
    EXPECT_EQ(vrf::verify(key, alpha, by_holders).value(),
              vrf::verify(key, alpha, by_seed).value());
  }
}

// Nor do they get by with commitments cut down to their number: their shares do not fit those.
TEST(Feldman, AShareLessIsOfNoUse) {
  HashEntropy entropy(9);
  const SigningSeed seed = seed_of(9);
  const KeyId key = vrf::public_key(seed);
  const Sharing sharing = split(vrf::secret_scalar(seed), 3, 4, entropy).value();
  Commitments shorter = sharing.commitments;
  shorter.pop_back();
  for (unsigned members = 0; members < 16; ++members) {
    if (__builtin_popcount(members) != 2) continue;
    EXPECT_EQ(code(recover(key, shorter, pick(sharing, members))), "feldman.share");
  }
}

TEST(Feldman, ForgedSharesAreDetectedAndNamed) {
  HashEntropy entropy(3);
  const SigningSeed seed = seed_of(3);
  const KeyId key = vrf::public_key(seed);
  const Sharing sharing = split(vrf::secret_scalar(seed), 3, 5, entropy).value();
  for (std::size_t bit = 0; bit < 256; ++bit) {
    auto shares = pick(sharing, 0b01101);
    shares[1].value.data()[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
    const auto recovered = recover(key, sharing.commitments, shares);
    ASSERT_EQ(code(recovered), "feldman.share") << bit;
    EXPECT_NE(recovered.error().en.find("holder 3"), std::string::npos);
  }
  // Another holder's, under this one's number; a surplus one; of another sharing of the same key.
  auto shares = pick(sharing, 0b00111);
  shares[2].value = sharing.shares[3].value.clone();
  EXPECT_EQ(code(recover(key, sharing.commitments, shares)), "feldman.share");
  shares = pick(sharing, 0b01111);
  shares[3].value.data()[0] ^= 1;
  EXPECT_EQ(code(recover(key, sharing.commitments, shares)), "feldman.share");
  const Sharing second = split(vrf::secret_scalar(seed), 3, 5, entropy).value();
  EXPECT_EQ(code(recover(key, sharing.commitments, pick(second, 0b111))), "feldman.share");
  EXPECT_TRUE(recover(key, second.commitments, pick(second, 0b111)));
}

TEST(Feldman, AShareHasOneSpellingAndOneHolder) {
  HashEntropy entropy(4);
  const SigningSeed seed = seed_of(4);
  const KeyId key = vrf::public_key(seed);
  const Sharing sharing = split(vrf::secret_scalar(seed), 2, 3, entropy).value();
  const auto q =
      from_hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010").value();
  auto shares = pick(sharing, 0b011);
  unsigned carry = 0;
  for (std::size_t i = 0; i < 32; ++i) {
    carry += shares[0].value.data()[i] + static_cast<unsigned>(q[i]);
    shares[0].value.data()[i] = static_cast<std::uint8_t>(carry);
    carry >>= 8;
  }
  EXPECT_EQ(code(recover(key, sharing.commitments, shares)), "feldman.share");

  shares = pick(sharing, 0b001);
  shares.push_back({.holder = 1, .value = shares[0].value.clone()});
  EXPECT_EQ(code(recover(key, sharing.commitments, shares)), "feldman.repeated");
  for (const std::uint64_t holder : {std::uint64_t{0}, kMaxHolders + 1, ~std::uint64_t{0}}) {
    shares = pick(sharing, 0b011);
    shares[0].holder = holder;
    EXPECT_EQ(code(recover(key, sharing.commitments, shares)), "feldman.share");
  }
  shares = pick(sharing, 0b011);
  shares[0].value.wipe();
  EXPECT_EQ(code(recover(key, sharing.commitments, shares)), "feldman.share");
}

// The scalar itself, at holder 0, would fit the commitments; nobody is holder 0.
TEST(Feldman, NobodyHoldsTheKeyItself) {
  HashEntropy entropy(5);
  const vrf::SecretScalar secret = vrf::secret_scalar(seed_of(5));
  const Sharing sharing = split(secret, 2, 2, entropy).value();
  EXPECT_FALSE(check_share(sharing.commitments, {.holder = 0, .value = secret.value.clone()}));
}

TEST(Feldman, CommitmentsAreOfTheKey) {
  HashEntropy entropy(6);
  const SigningSeed seed = seed_of(6);
  const KeyId key = vrf::public_key(seed);
  const Commitments good = split(vrf::secret_scalar(seed), 3, 4, entropy).value().commitments;
  ASSERT_TRUE(check_commitments(key, good));
  EXPECT_EQ(code(check_commitments(vrf::public_key(seed_of(7)), good)), "feldman.commitments");
  EXPECT_EQ(code(check_commitments(key, {})), "feldman.commitments");
  EXPECT_EQ(code(check_commitments(key, {key})), "feldman.commitments");
  EXPECT_EQ(code(check_commitments(key, Commitments(kMaxHolders + 1, key))), "feldman.commitments");
  for (const KeyId& point :
       {KeyId{1}, KeyId{2},  // the identity; no point
        exactly<32>(
            from_hex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05").value())
            .value()}) {  // of order 8
    Commitments bad = good;
    bad[2] = point;
    EXPECT_EQ(code(check_commitments(key, bad)), "feldman.commitments");
    EXPECT_EQ(code(recover(key, bad, {})), "feldman.commitments");
  }
}

// Commitments whose polynomial passes through 0: the sum on the way is the identity.
TEST(Feldman, ASumThatVanishesIsNoFault) {
  const KeyId key = vrf::public_key(seed_of(8));
  KeyId negative = key;
  negative[31] ^= 0x80;
  const Commitments commitments{key, negative};  // x − x·z, which is 0 at holder 1
  ASSERT_TRUE(check_commitments(key, commitments));
  EXPECT_TRUE(check_share(commitments, {.holder = 1, .value = {}}));
  EXPECT_FALSE(check_share(commitments, {.holder = 2, .value = {}}));
}

TEST(Feldman, TheLargestSharing) {
  HashEntropy entropy(10);
  const SigningSeed seed = seed_of(10);
  const KeyId key = vrf::public_key(seed);
  const Sharing sharing =
      split(vrf::secret_scalar(seed), kMaxHolders, kMaxHolders, entropy).value();
  EXPECT_TRUE(recover(key, sharing.commitments, sharing.shares));
  EXPECT_EQ(
      code(recover(key, sharing.commitments, std::span(sharing.shares).first(kMaxHolders - 1))),
      "feldman.few");
}

TEST(Feldman, ThresholdsThatMakeNoSense) {
  HashEntropy entropy(11);
  const vrf::SecretScalar secret = vrf::secret_scalar(seed_of(11));
  EXPECT_EQ(code(split(secret, 0, 3, entropy)), "feldman.threshold");
  EXPECT_EQ(code(split(secret, 1, 3, entropy)), "feldman.threshold");
  EXPECT_EQ(code(split(secret, 4, 3, entropy)), "feldman.threshold");
  EXPECT_EQ(code(split(secret, 2, kMaxHolders + 1, entropy)), "feldman.threshold");
}

}  // namespace
}  // namespace liuhen::crypto::feldman
