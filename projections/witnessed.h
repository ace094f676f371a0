// Checkpoints of this log that witnesses cosigned, as the log itself records them
// (docs/formats/events.md, CheckpointWitnessed). Such an event proves itself: whom to believe is
// each reader's policy, so admission looks at positions and shape alone.
#pragma once

#include <set>

#include "crypto/policy.h"
#include "projections/state.h"

namespace liuhen::projections {

inline constexpr std::size_t kCosignaturesMax = 64;  // in one event

// Codes: `witnessed.size` (0, or more than the log had), `witnessed.lines` (none, too many, twice
// by one key, or not a cosignature/v1 line).
Outcome admit(const State& state, const ledger::Event& event,
              const ledger::schema::CheckpointWitnessed& payload);
void apply(State& state, const ledger::Event& event,
           const ledger::schema::CheckpointWitnessed& payload);

// That the root is the one the log had at that size. Code: `witnessed.root`.
Outcome admit_witnessed_root(const ledger::Event& event, const crypto::TreeHistory& tree);

// Whether a quorum of the policy's witnesses cosigned the checkpoint. A quorum of none proves
// nothing, nor does a line that claims to be a listed witness's and is not good.
bool is_witnessed(const crypto::Policy& policy, const std::string& origin,
                  const ledger::schema::CheckpointWitnessed& payload);

// Positions that a checkpoint recorded as witnessed has yet to cover: of each draw under way, the
// event that its next step answers to. In ascending order.
std::set<std::uint64_t> positions_to_witness(const State& state);
// Sizes that contributors to draws not yet listed named as last seen.
std::set<std::uint64_t> sizes_named(const State& state);

}  // namespace liuhen::projections
