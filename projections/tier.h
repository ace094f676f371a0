// What a draw's randomness rests on, by the reader's policy (docs/verify.md, "Tiers"). Never
// declared by anyone: computed from the log.
#pragma once

#include "crypto/policy.h"
#include "projections/sentence.h"
#include "projections/state.h"
#include "projections/witnessed.h"

namespace liuhen::projections {

// Whether a tier is reached, and why, or why not.
struct TierPart {
  bool holds = false;
  Sentence why;
};

// Tier A: the chain of the beacon is one that the policy lists, its round is recorded, the draw is
// executed, and RevealsClosed, and with it all that came earlier, is before the round by the
// policy's quorum, as recorded before BeaconRecorded. Null: no policy.
TierPart beacon_part(const Draw& draw, const crypto::Policy* policy, const WitnessedAt& witnessed);

// Tier B: the policy's quorum cosigned every checkpoint that a commitment or a reveal named as last
// seen, a proof of the announcement is recorded before CommitmentsClosed and one of
// CommitmentsClosed before RevealsClosed, every announced contributor revealed, and two persons at
// least among them are independent by the policy. Null: no policy.
TierPart witness_part(const State& state, const Draw& draw, const crypto::Policy* policy,
                      const WitnessedAt& witnessed);

// "A+B", "A", "B" or "C".
std::string tier_of(bool beacon_holds, bool witnesses_hold);

}  // namespace liuhen::projections
