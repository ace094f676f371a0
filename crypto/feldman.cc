#include "crypto/feldman.h"

#include <sodium/crypto_core_ed25519.h>

#include <algorithm>

#include "crypto/edwards25519.h"

namespace liuhen::crypto::feldman {

namespace {

using edwards25519::kIdentity;
using edwards25519::Point;
using edwards25519::Scalar;

Scalar scalar_of(std::uint64_t number) {
  Scalar out{};
  for (std::size_t i = 0; i < 8; ++i) out[i] = static_cast<std::uint8_t>(number >> (8 * i));
  return out;
}

Secret<32> random_coefficient(Entropy& entropy) {
  Secret<64> wide;
  entropy.fill(wide.writable());
  Secret<32> out;
  crypto_core_ed25519_scalar_reduce(out.data(), wide.data());
  LIUHEN_CHECK(sodium_is_zero(out.data(), out.size()) == 0);
  return out;
}

// The polynomial at x, by Horner's rule; `coefficients` from the constant one up.
Secret<32> value_at(const std::vector<Secret<32>>& coefficients, std::uint64_t x) {
  const Scalar at = scalar_of(x);
  Secret<32> value;
  for (std::size_t i = coefficients.size(); i-- > 0;) {
    crypto_core_ed25519_scalar_mul(value.data(), value.data(), at.data());
    crypto_core_ed25519_scalar_add(value.data(), value.data(), coefficients[i].data());
  }
  return value;
}

// The same polynomial times the base point: Horner's rule over the commitments. x is not 0.
Point commitment_at(const Commitments& commitments, std::uint64_t x) {
  const Scalar at = scalar_of(x);
  Point sum = kIdentity;
  for (std::size_t i = commitments.size(); i-- > 0;) {
    if (sum != kIdentity) sum = edwards25519::multiply(at.data(), sum);
    sum = edwards25519::add(sum, commitments[i]);
  }
  return sum;
}

// What a share is multiplied by to yield its part of the polynomial at 0: the product of j ÷ (j −
// i) over the other holders j.
Scalar lagrange_at_zero(std::span<const Share> shares, std::uint64_t i) {
  Scalar top = scalar_of(1);
  Scalar bottom = scalar_of(1);
  for (const Share& other : shares) {
    if (other.holder == i) continue;
    const Scalar j = scalar_of(other.holder);
    const Scalar own = scalar_of(i);
    Scalar difference;
    crypto_core_ed25519_scalar_sub(difference.data(), j.data(), own.data());
    crypto_core_ed25519_scalar_mul(top.data(), top.data(), j.data());
    crypto_core_ed25519_scalar_mul(bottom.data(), bottom.data(), difference.data());
  }
  Scalar out;
  LIUHEN_CHECK(crypto_core_ed25519_scalar_invert(out.data(), bottom.data()) == 0);
  crypto_core_ed25519_scalar_mul(out.data(), out.data(), top.data());
  return out;
}

}  // namespace

Result<Sharing> split(const vrf::SecretScalar& secret, std::uint64_t threshold,
                      std::uint64_t holders, Entropy& entropy) {
  if (threshold < kMinThreshold || threshold > holders || holders > kMaxHolders) {
    const std::string least = std::to_string(kMinThreshold);
    const std::string most = std::to_string(kMaxHolders);
    return fail("feldman.threshold",
                "门限与持有人数不成立：须 " + least + " ≤ 门限 ≤ 人数 ≤ " + most,
                "the threshold and the number of holders make no sense: " + least +
                    " ≤ threshold ≤ holders ≤ " + most);
  }
  LIUHEN_CHECK(edwards25519::is_canonical_scalar(secret.value.view()) &&
               sodium_is_zero(secret.value.data(), secret.value.size()) == 0);
  std::vector<Secret<32>> coefficients;
  coefficients.reserve(threshold);
  coefficients.push_back(secret.value.clone());
  while (coefficients.size() < threshold) coefficients.push_back(random_coefficient(entropy));

  Sharing sharing;
  for (const Secret<32>& coefficient : coefficients) {
    sharing.commitments.push_back(edwards25519::multiply_base(coefficient.data()));
  }
  for (std::uint64_t holder = 1; holder <= holders; ++holder) {
    sharing.shares.push_back({.holder = holder, .value = value_at(coefficients, holder)});
  }
  return sharing;
}

Outcome check_commitments(const KeyId& key, const Commitments& commitments) {
  if (commitments.size() >= kMinThreshold && commitments.size() <= kMaxHolders &&
      commitments[0] == key && std::all_of(commitments.begin(), commitments.end(), is_valid_key)) {
    return ok();
  }
  return fail("feldman.commitments",
              "密钥分享的承诺不成立：个数不对、含无效的点，或第一个不是所公告的密钥",
              "the commitments of the shared key fail: too few or too many, not points of the "
              "subgroup, or the first is not the announced key");
}

Outcome check_share(const Commitments& commitments, const Share& share) {
  if (share.holder >= 1 && share.holder <= kMaxHolders &&
      edwards25519::is_canonical_scalar(share.value.view()) &&
      edwards25519::multiply_base(share.value.data()) == commitment_at(commitments, share.holder)) {
    return ok();
  }
  const std::string holder = std::to_string(share.holder);
  return fail("feldman.share",
              "第 " + holder + " 号持有人的份额与承诺不符：请核对是否取错，不要用它",
              "the share of holder " + holder +
                  " is not what the commitments say: see whether it is the right one, and do not "
                  "use it");
}

Result<vrf::SecretScalar> recover(const KeyId& key, const Commitments& commitments,
                                  std::span<const Share> shares) {
  if (auto checked = check_commitments(key, commitments); !checked) return checked.error();
  for (std::size_t i = 0; i < shares.size(); ++i) {
    if (auto checked = check_share(commitments, shares[i]); !checked) return checked.error();
    for (std::size_t j = 0; j < i; ++j) {
      if (shares[j].holder != shares[i].holder) continue;
      const std::string holder = std::to_string(shares[i].holder);
      return fail("feldman.repeated", "第 " + holder + " 号持有人的份额给了两次",
                  "the share of holder " + holder + " is given twice");
    }
  }
  const std::size_t threshold = commitments.size();
  if (shares.size() < threshold) {
    return fail("feldman.few",
                "份额不足：需要 " + std::to_string(threshold) + " 份，只有 " +
                    std::to_string(shares.size()) + " 份",
                "too few shares: " + std::to_string(threshold) + " are needed, and there are " +
                    std::to_string(shares.size()));
  }
  const std::span<const Share> used = shares.first(threshold);
  vrf::SecretScalar secret;
  for (const Share& share : used) {
    const Scalar factor = lagrange_at_zero(used, share.holder);
    Secret<32> part;
    crypto_core_ed25519_scalar_mul(part.data(), factor.data(), share.value.data());
    crypto_core_ed25519_scalar_add(secret.value.data(), secret.value.data(), part.data());
  }
  LIUHEN_CHECK(vrf::public_key(secret) == key);
  return secret;
}

}  // namespace liuhen::crypto::feldman
