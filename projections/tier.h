// What a draw's randomness rests on, by the reader's policy (docs/formats/draw.md, "Tiers"). Never
// declared by anyone: computed from the log.
#pragma once

#include <set>

#include "crypto/policy.h"
#include "projections/sentence.h"
#include "projections/state.h"

namespace liuhen::projections {

// Tier B: whether it is reached, and why, or why not.
struct WitnessPart {
  bool holds = false;
  Sentence why;
};

// The policy's quorum cosigned every checkpoint that a commitment or a reveal named as last seen,
// every announced contributor revealed, and two persons at least among them are independent by the
// policy. `witnessed`: the sizes of which the log holds such a quorum. Null: no policy.
WitnessPart witness_part(const State& state, const Draw& draw, const crypto::Policy* policy,
                         const std::set<std::uint64_t>& witnessed);

}  // namespace liuhen::projections
