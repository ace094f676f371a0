// Points and scalars of the prime-order group that signatures, the VRF and its key's shares have in
// common (RFC 8032 section 5.1; docs/formats/vrf.md). Thread-safe.
#pragma once

#include "crypto/bytes.h"

namespace liuhen::crypto::edwards25519 {

using Point = std::array<std::uint8_t, 32>;   // a canonical encoding (RFC 8032 section 5.1.2)
using Scalar = std::array<std::uint8_t, 32>;  // little-endian, below the group's order q

inline constexpr Point kIdentity = {1};

// s < q. The time it takes does not depend on s.
bool is_canonical_scalar(std::span<const std::uint8_t, 32> s);

// n·P and n·B for n < q (32 bytes), in a time that does not depend on n; P has to be of the
// prime-order subgroup and not its identity.
Point multiply(const std::uint8_t* scalar, const Point& point);
Point multiply_base(const std::uint8_t* scalar);

// a + b and a − b; both have to be points of the curve.
Point add(const Point& a, const Point& b);
Point subtract(const Point& a, const Point& b);

}  // namespace liuhen::crypto::edwards25519
