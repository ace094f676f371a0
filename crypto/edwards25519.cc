#include "crypto/edwards25519.h"

#include <sodium/crypto_core_ed25519.h>
#include <sodium/crypto_scalarmult_ed25519.h>

#include <algorithm>

#include "crypto/secret.h"

namespace liuhen::crypto::edwards25519 {

// A scalar that reduction leaves as it is.
bool is_canonical_scalar(std::span<const std::uint8_t, 32> s) {
  Secret<64> wide;
  std::copy(s.begin(), s.end(), wide.data());
  Secret<32> reduced;
  crypto_core_ed25519_scalar_reduce(reduced.data(), wide.data());
  return sodium_memcmp(reduced.data(), s.data(), s.size()) == 0;
}

// The library reports an identity result as an error; it can only come of n = 0 here, as P is of
// prime order and n below it.
Point multiply(const std::uint8_t* scalar, const Point& point) {
  Point out;
  if (crypto_scalarmult_ed25519_noclamp(out.data(), scalar, point.data()) == 0) return out;
  LIUHEN_CHECK(sodium_is_zero(scalar, 32) == 1);
  return kIdentity;
}

Point multiply_base(const std::uint8_t* scalar) {
  Point out;
  if (crypto_scalarmult_ed25519_base_noclamp(out.data(), scalar) == 0) return out;
  LIUHEN_CHECK(sodium_is_zero(scalar, 32) == 1);
  return kIdentity;
}

Point add(const Point& a, const Point& b) {
  Point out;
  LIUHEN_CHECK(crypto_core_ed25519_add(out.data(), a.data(), b.data()) == 0);
  return out;
}

Point subtract(const Point& a, const Point& b) {
  Point out;
  LIUHEN_CHECK(crypto_core_ed25519_sub(out.data(), a.data(), b.data()) == 0);
  return out;
}

}  // namespace liuhen::crypto::edwards25519
