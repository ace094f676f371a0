// Feldman's verifiable secret sharing of a VRF key's scalar (docs/formats/feldman.md; design
// section 7, step 4): any `threshold` of the holders can make it again, fewer learn nothing of it,
// and each can check his share against commitments that everyone sees. Secrets are wiped when they
// go. Thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "crypto/vrf.h"

namespace liuhen::crypto::feldman {

inline constexpr std::uint64_t kMinThreshold = 2;  // one holder alone would have the key
inline constexpr std::uint64_t kMaxHolders = 32;

// What a holder keeps.
struct Share {
  std::uint64_t holder = 0;  // 1 to kMaxHolders, the same for nobody else
  Secret<32> value;          // a scalar, little-endian
};

// For each coefficient of the polynomial its multiple of the base point: as many as the threshold;
// the first is the VRF key. Public.
using Commitments = std::vector<std::array<std::uint8_t, 32>>;

struct Sharing {
  Commitments commitments;
  std::vector<Share> shares;  // of holders 1, 2, …
};

// Shares out a scalar, 1 to q − 1. Fails (`feldman.threshold`) unless kMinThreshold ≤ threshold ≤
// holders ≤ kMaxHolders.
Result<Sharing> split(const vrf::SecretScalar& secret, std::uint64_t threshold,
                      std::uint64_t holders, Entropy& entropy);

// Fails (`feldman.commitments`) unless they are kMinThreshold to kMaxHolders valid points of which
// the first is the key. Without this check a share says nothing about the key.
Outcome check_commitments(const KeyId& key, const Commitments& commitments);

// Fails (`feldman.share`, naming the holder) unless the share is what the commitments, which must
// be checked ones, say it is.
Outcome check_share(const Commitments& commitments, const Share& share);

// The scalar of the key. Every share given is checked. Fails as check_commitments and check_share
// do; `feldman.repeated` if two are one holder's; `feldman.few` if there are fewer than the
// threshold.
Result<vrf::SecretScalar> recover(const KeyId& key, const Commitments& commitments,
                                  std::span<const Share> shares);

}  // namespace liuhen::crypto::feldman
