#include "crypto/vrf.h"

#include <sodium/crypto_core_ed25519.h>
#include <sodium/crypto_hash_sha512.h>

#include <algorithm>

#include "crypto/edwards25519.h"

namespace liuhen::crypto::vrf {
namespace {

using edwards25519::kIdentity;
using edwards25519::multiply;
using edwards25519::multiply_base;
using edwards25519::Point;
using edwards25519::Scalar;
using edwards25519::subtract;
using Wide = std::array<std::uint8_t, 64>;  // a SHA-512 digest

constexpr std::uint8_t kSuite = 0x03;
constexpr std::uint8_t kEncodeToCurve = 0x01;
constexpr std::uint8_t kChallenge = 0x02;
constexpr std::uint8_t kProofToHash = 0x03;
constexpr std::uint8_t kBack = 0x00;
constexpr std::size_t kChallengeSize = 16;

class Sha512 {
 public:
  Sha512() { crypto_hash_sha512_init(&state_); }
  ~Sha512() { sodium_memzero(&state_, sizeof state_); }
  Sha512(const Sha512&) = delete;
  Sha512& operator=(const Sha512&) = delete;
  Sha512& add(View bytes) {
    crypto_hash_sha512_update(&state_, bytes.data(), bytes.size());
    return *this;
  }
  Sha512& add(std::uint8_t byte) { return add(View(&byte, 1)); }
  void finish(std::uint8_t* out64) { crypto_hash_sha512_final(&state_, out64); }

 private:
  crypto_hash_sha512_state state_;
};

// y < 2^255 - 19. The library accepts the other encodings too. (The two points with x = 0 may have
// a sign bit here; they are of small order, and every use below refuses or removes those.)
bool is_canonical(const Point& encoding) {
  if ((encoding[31] & 0x7f) != 0x7f || encoding[0] < 0xed) return true;
  return !std::all_of(encoding.begin() + 1, encoding.begin() + 31,
                      [](auto byte) { return byte == 0xff; });
}

// 8·P, or nothing if the encoding is of no point. P may be any point of the curve, for which the
// library's multiplication is of no use: it refuses points outside the prime-order subgroup.
bool clear_cofactor(Point& point) {
  for (int doubling = 0; doubling < 3; ++doubling) {
    Point doubled;
    if (crypto_core_ed25519_add(doubled.data(), point.data(), point.data()) != 0) return false;
    point = doubled;
  }
  return true;
}

// Section 5.4.1.1, try and increment; the salt is the public key. Fails once in 2^256 keys and
// inputs.
Point encode_to_curve(const KeyId& key, View alpha) {
  for (unsigned counter = 0; counter < 256; ++counter) {
    Wide digest;
    Sha512()
        .add(kSuite)
        .add(kEncodeToCurve)
        .add(key)
        .add(alpha)
        .add(static_cast<std::uint8_t>(counter))
        .add(kBack)
        .finish(digest.data());
    Point point;
    std::copy_n(digest.begin(), point.size(), point.begin());
    if (is_canonical(point) && clear_cofactor(point) && point != kIdentity) return point;
  }
  LIUHEN_CHECK(false);  // no input maps to no point
  return {};
}

// Section 5.4.3: sixteen bytes, little-endian, as a scalar.
Scalar challenge(const Point& key, const Point& h, const Point& gamma, const Point& u,
                 const Point& v) {
  Wide digest;
  Sha512()
      .add(kSuite)
      .add(kChallenge)
      .add(key)
      .add(h)
      .add(gamma)
      .add(u)
      .add(v)
      .add(kBack)
      .finish(digest.data());
  Scalar out{};
  std::copy_n(digest.begin(), kChallengeSize, out.begin());
  return out;
}

// Section 5.2.
Beta output_of(const Point& gamma) {
  Point cleared = gamma;
  LIUHEN_CHECK(clear_cofactor(cleared));
  Beta out;
  Sha512().add(kSuite).add(kProofToHash).add(cleared).add(kBack).finish(out.data());
  return out;
}

Error bad_proof() {
  return fail("vrf.proof", "可验证随机函数的证明不成立：随机种子不是由公告的密钥对该输入算出的",
              "the proof of the verifiable random function fails: the announced key did not make "
              "it for this input");
}

// RFC 8032 section 5.1.5: the secret scalar, and the prefix from which nonces are made.
struct ExpandedKey {
  explicit ExpandedKey(const SigningSeed& seed) {
    Secret<64> digest;
    Sha512().add(seed.view()).finish(digest.data());
    digest.data()[0] &= 248;
    digest.data()[31] &= 127;
    digest.data()[31] |= 64;
    std::copy_n(digest.data() + 32, 32, prefix.data());
    // The scalar modulo q does the same to every point of prime order.
    sodium_memzero(digest.data() + 32, 32);
    crypto_core_ed25519_scalar_reduce(scalar.value.data(), digest.data());
  }
  SecretScalar scalar;
  Secret<32> prefix;
};

// The prefix for whoever has no seed to make one of. Nonces under it and under the seed's are
// unrelated, so that both may be used for one input.
Secret<32> prefix_of(const SecretScalar& secret) {
  Secret<64> digest;
  Sha512().add(view_of("liuhen/vrf-nonce/v1")).add(secret.value.view()).finish(digest.data());
  Secret<32> prefix;
  std::copy_n(digest.data() + 32, 32, prefix.data());
  return prefix;
}

Proof prove_with(const SecretScalar& secret, const Secret<32>& prefix, const KeyId& key,
                 View alpha) {
  const Point h = encode_to_curve(key, alpha);
  const Point gamma = multiply(secret.value.data(), h);

  Secret<64> digest;  // section 5.4.2.2
  Sha512().add(prefix.view()).add(h).finish(digest.data());
  Secret<32> nonce;
  crypto_core_ed25519_scalar_reduce(nonce.data(), digest.data());

  const Scalar c = challenge(key, h, gamma, multiply_base(nonce.data()), multiply(nonce.data(), h));
  Secret<32> product;
  Scalar s;
  crypto_core_ed25519_scalar_mul(product.data(), c.data(), secret.value.data());
  crypto_core_ed25519_scalar_add(s.data(), nonce.data(), product.data());

  Proof proof;
  std::copy(gamma.begin(), gamma.end(), proof.begin());
  std::copy_n(c.begin(), kChallengeSize, proof.begin() + 32);
  std::copy(s.begin(), s.end(), proof.begin() + 48);
  return proof;
}

}  // namespace

KeyId public_key(const SigningSeed& seed) { return SigningKey(seed).public_key(); }

Proof prove(const SigningSeed& seed, View alpha) {
  const ExpandedKey secret(seed);
  return prove_with(secret.scalar, secret.prefix, public_key(seed), alpha);
}

SecretScalar secret_scalar(const SigningSeed& seed) { return ExpandedKey(seed).scalar; }

KeyId public_key(const SecretScalar& secret) { return multiply_base(secret.value.data()); }

Proof prove(const SecretScalar& secret, View alpha) {
  return prove_with(secret, prefix_of(secret), public_key(secret), alpha);
}

Outcome validate_key(const KeyId& key) {
  if (is_valid_key(key)) return ok();
  return fail("vrf.key",
              "可验证随机函数的公钥无效：不是规范编码，或不在素数阶子群内；请换用新生成的密钥",
              "not a valid key of the verifiable random function: not canonical, or outside the "
              "prime-order "
              "subgroup; use a newly made key");
}

Result<Beta> verify(const KeyId& key, View alpha, const Proof& proof) {
  if (auto valid = validate_key(key); !valid) return valid.error();
  Point gamma;
  Scalar c{};
  Scalar s;
  std::copy_n(proof.begin(), 32, gamma.begin());
  std::copy_n(proof.begin() + 32, kChallengeSize, c.begin());
  std::copy_n(proof.begin() + 48, 32, s.begin());
  if (crypto_core_ed25519_is_valid_point(gamma.data()) != 1 ||
      !edwards25519::is_canonical_scalar(s))
    return bad_proof();

  const Point h = encode_to_curve(key, alpha);
  const Point u = subtract(multiply_base(s.data()), multiply(c.data(), key));
  const Point v = subtract(multiply(s.data(), h), multiply(c.data(), gamma));
  if (challenge(key, h, gamma, u, v) != c) return bad_proof();
  return output_of(gamma);
}

}  // namespace liuhen::crypto::vrf
