// Checkpoints of this log that witnesses cosigned, as the log itself records them
// (docs/formats/events.md, CheckpointWitnessed). Such an event proves itself: whom to believe is
// each reader's policy, so admission looks at positions and shape alone.
#pragma once

#include <map>
#include <optional>
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

// That each line is a good cosignature of that checkpoint by a witness of the policy. Whoever has a
// policy asks it before he writes, and nobody on replay: that policy is in no log. Codes:
// `witnessed.signature`, `witnessed.unknown` (by nobody whom the policy lists).
Outcome check_cosignatures(const crypto::Policy& policy, const std::string& origin,
                           const ledger::schema::CheckpointWitnessed& payload);

// When a quorum of the policy's witnesses had cosigned the checkpoint, in Unix seconds: the
// earliest time such that the cosignatures dated at or before it are one. Absent if they never are.
// A quorum of none proves nothing, nor does a line that claims to be a listed witness's and is not
// good.
std::optional<std::uint64_t> witnessed_time(const crypto::Policy& policy, const std::string& origin,
                                            const ledger::schema::CheckpointWitnessed& payload);

// One CheckpointWitnessed whose lines are a quorum's.
struct Witnessing {
  std::uint64_t recorded_at = 0;  // position of the event
  std::uint64_t time_s = 0;       // its witnessed_time
};
// By the size of the checkpoint.
using WitnessedAt = std::multimap<std::uint64_t, Witnessing>;

// Whether a checkpoint that covers the entry at `position` was recorded as witnessed before the
// entry at `serves`. A proof that was recorded later does not serve it.
bool is_recorded_before(const WitnessedAt& witnessed, std::uint64_t position, std::uint64_t serves);

// Whether the entry at a position is *before* a time (docs/formats/draw.md, "Before"): a checkpoint
// that covers it was witnessed at or before the time less the margin, and recorded so before the
// entry at `serves`; with none, whenever.
bool is_before(const WitnessedAt& witnessed, std::uint64_t position, std::uint64_t time_s,
               std::uint64_t margin_s, std::optional<std::uint64_t> serves);

// Positions that a checkpoint recorded as witnessed has yet to cover, in ascending order: of each
// draw under way, the event that its next step answers to; where it has a beacon, also a void that
// may have come before the round, and the decisions that substitutes wait for.
std::set<std::uint64_t> positions_to_witness(const State& state);
// Sizes that contributors to draws not yet listed named as last seen.
std::set<std::uint64_t> sizes_named(const State& state);

}  // namespace liuhen::projections
