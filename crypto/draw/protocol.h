// What is hashed between the announcement of a draw and its seed (docs/formats/draw.md sections 4,
// 6, 7 and 9). Pure and thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "crypto/bytes.h"

namespace liuhen::crypto::draw {

using Nonce = std::array<std::uint8_t, 32>;
using Seed = std::array<std::uint8_t, 64>;  // S: the beta of the VRF over alpha

// H(tuple("liuhen/commit/v1", announcement leaf hash, key id, nonce)): what a contributor publishes
// first.
Hash commitment(const Hash& announcement, const KeyId& contributor, const Nonce& nonce);

// tuple("liuhen/draw/v1", announcement leaf hash, [contributions], [outputs]): what the VRF is
// computed over. `contributions`: for each announced contributor, in order, the nonce, or empty if
// forfeited; then the digits of lotteries and dice, in the order recorded. `outputs`: of the
// beacon, 32 bytes each; none yet.
Bytes alpha(const Hash& announcement, std::span<const Bytes> contributions,
            std::span<const Hash> outputs);

// H(tuple("liuhen/sealed/v1", announcement leaf hash, S)): what the execution of a sealed draw says
// of its seed.
Hash sealed_hash(const Hash& announcement, const Seed& seed);

// K of a stratum: H(tuple("liuhen/stratum/v1", S, stratum)).
Hash stratum_key(const Seed& seed, std::uint64_t stratum);

// The place of a subject's visit among the visits: H(tuple("liuhen/visit/v1", S, subject)),
// ascending.
Hash visit_order(const Seed& seed, std::string_view subject);

// H(tuple("liuhen/pair/v1", seed, subject)): the key of the order in which inspectors are
// considered for a visit. `seed` is S (64 bytes), or S' (32 bytes) for a substitute; the tuple
// tells them apart.
Hash pair_key(View seed, std::string_view subject);

// S' = H(tuple("liuhen/substitute/v1", announcement leaf hash, S, subject, seat, ordinal,
// [outputs])). `seat` counts all seats of the visit from 0, the groups in order; `ordinal` counts
// substitutions of that seat from 1.
Hash substitute_seed(const Hash& announcement, const Seed& seed, std::string_view subject,
                     std::uint64_t seat, std::uint64_t ordinal, std::span<const Hash> outputs);

}  // namespace liuhen::crypto::draw
