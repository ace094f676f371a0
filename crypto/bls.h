// BLS signatures on the curve BLS12-381 with keys in G2 and signatures in G1, as the beacons that
// draws use sign (docs/formats/beacon.md; draft-irtf-cfrg-bls-signature, minimal-signature-size;
// hash to curve: RFC 9380 section 8.8.1). Verification only. Pure and thread-safe.
#pragma once

#include <array>

#include "crypto/bytes.h"

namespace liuhen::crypto::bls {

// Compressed points, big-endian with three flag bits, as ZCash and the draft have them.
using PublicKey = std::array<std::uint8_t, 96>;  // in G2
using Signature = std::array<std::uint8_t, 48>;  // in G1

// The ciphersuite, and the tag under which messages are hashed to G1.
inline constexpr std::string_view kDomain = "BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_";

// Whether the bytes can be anyone's public key: the one encoding of a point of the prime-order
// subgroup, and not infinity.
[[nodiscard]] bool is_valid_key(const PublicKey& key);

// Whether the signature of the message by the key is good. The key must be valid, and the signature
// the one encoding of a point of the prime-order subgroup that is not infinity. A message has one
// signature under a key.
[[nodiscard]] bool verify(const PublicKey& key, View message, const Signature& signature);

}  // namespace liuhen::crypto::bls
