// Erasure of what is restricted, and the digests by which replays compare themselves.
#pragma once

#include "projections/state.h"

namespace liuhen::projections {

// Codes: `erasure.commitments` (none, or not a multiple of 32 bytes), `erasure.known`,
// `erasure.ground`.
Outcome admit(const State& state, const ledger::Event& event,
              const ledger::schema::RecordsErased& payload);
void apply(State& state, const ledger::Event& event, const ledger::schema::RecordsErased& payload);

// The digest of the state after the entry just before. Codes: `state.position`, `state.digest`.
Outcome admit(const State& state, const ledger::Event& event,
              const ledger::schema::StateDigested& payload);
void apply(State& state, const ledger::Event& event, const ledger::schema::StateDigested& payload);

}  // namespace liuhen::projections
