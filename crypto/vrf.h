// ECVRF-EDWARDS25519-SHA512-TAI (RFC 9381, suite 0x03; docs/formats/vrf.md): a number that only the
// holder of a key can compute, one for each input, and that anyone can check.
#pragma once

#include "crypto/ed25519.h"

namespace liuhen::crypto::vrf {

using Proof = std::array<std::uint8_t, 80>;  // pi: Gamma[32] ‖ c[16] ‖ s[32]
using Beta = std::array<std::uint8_t, 64>;   // the output

// The public key of a seed; the same as that of the Ed25519 key of the seed.
KeyId public_key(const SigningSeed& seed);

// RFC 9381 section 5.1. Deterministic; the time it takes depends on alpha and the public key only.
Proof prove(const SigningSeed& seed, View alpha);

// What a seed comes down to: the number below the group's order, little-endian, by which the base
// point is multiplied. It is what is shared among holders (crypto/feldman.h).
struct SecretScalar {
  Secret<32> value;
};
SecretScalar secret_scalar(const SigningSeed& seed);
// Equal to that of the seed. The scalar must be below the group's order, and not 0.
KeyId public_key(const SecretScalar& secret);
// As above, for those who have the scalar and no seed: another proof, since its nonce comes of the
// scalar (docs/formats/vrf.md), and the same beta. Deterministic.
Proof prove(const SecretScalar& secret, View alpha);

// Section 5.4.5, and stricter: canonical, and in the prime-order subgroup but not its identity.
// Fails with `vrf.key`.
Outcome validate_key(const KeyId& key);

// Section 5.3 with the key validated, and stricter: Gamma too must be canonical and in the
// prime-order subgroup. Fails with `vrf.key` or, without saying more, `vrf.proof`. Compare the beta
// of two proofs, never the proofs: one beta can have many.
Result<Beta> verify(const KeyId& key, View alpha, const Proof& proof);

}  // namespace liuhen::crypto::vrf
