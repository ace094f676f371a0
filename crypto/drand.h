// drand beacons: public randomness that nobody can know before its round is due, and that anyone
// can check (docs/formats/beacon.md; design section 7). One scheme, that of quicknet. Pure and
// thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "crypto/bls.h"

namespace liuhen::crypto::drand {

// Unchained (a round's message is its number alone), keys in G2, signatures in G1.
inline constexpr std::string_view kScheme = "bls-unchained-g1-rfc9380";
inline constexpr std::size_t kMaxBeaconIdBytes = 64;

// What a chain says of itself once, and never changes.
struct BeaconChain {
  std::string scheme{kScheme};
  bls::PublicKey public_key{};
  std::uint64_t period_s = 0;
  std::uint64_t genesis_s = 0;  // Unix time of round 1
  Hash group_hash{};            // of drand's first group of nodes; enters the chain hash only
  std::string beacon_id;        // "quicknet"; "default" is the same as empty
};

// By which drand names the chain. It covers every field but the scheme.
Hash chain_hash(const BeaconChain& chain);

// Fails unless rounds of the chain can be checked: `beacon.scheme`, `beacon.key`; `beacon.chain` if
// the period is 0 or of more than 32 bits, the genesis 0 or of more than 63, or the id longer than
// kMaxBeaconIdBytes or not of letters, digits, '-', '_' and '.'.
Outcome check_chain(const BeaconChain& chain);
// And fails (`beacon.hash`) unless it is the chain of that name.
Outcome check_chain(const BeaconChain& chain, const Hash& named);

// The chain must be a checked one below; a period of 0 is a bug.

// When a round is due, in Unix seconds: genesis + (round − 1) · period. Fails (`beacon.round`) for
// round 0, which there is not, and past 2^64.
Result<std::uint64_t> round_time(const BeaconChain& chain, std::uint64_t round);

// The first round due at or after a Unix time. Fails (`beacon.round`) past 2^64.
Result<std::uint64_t> round_at_or_after(const BeaconChain& chain, std::uint64_t unix_s);

// The randomness of a round, SHA-256(signature), if that is the chain's signature of it. Fails:
// `beacon.round` for round 0; `beacon.signature` otherwise.
Result<Hash> verify_round(const BeaconChain& chain, std::uint64_t round,
                          const bls::Signature& signature);

}  // namespace liuhen::crypto::drand
