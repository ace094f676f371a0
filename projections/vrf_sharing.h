// The shares of a VRF key: who has them, and what a holder may do that else only the platform may
// (docs/formats/feldman.md).
#pragma once

#include "projections/sentence.h"
#include "projections/state.h"

namespace liuhen::projections {

// Codes: `vrf.unknown` (not registered, or retired), `vrf.shared` (already), `feldman.commitments`,
// `feldman.threshold`, `vrf.holders` (not valid keys of distinct persons outside the operator with
// the role holder).
Outcome admit(const State& state, const ledger::Event& event,
              const ledger::schema::VrfKeyShared& payload);
void apply(State& state, const ledger::Event& event, const ledger::schema::VrfKeyShared& payload);

// Codes: `vrf.unknown`, `vrf.not_shared`, `vrf.holder` (none of its), `vrf.confirmed` (already),
// `vrf.unseen` (the checkpoint that the intent names does not cover VrfKeyShared).
Outcome admit(const State& state, const ledger::Event& event,
              const ledger::schema::VrfShareConfirmed& payload);
void apply(State& state, const ledger::Event& event,
           const ledger::schema::VrfShareConfirmed& payload);

// Whether the announced key of the draw is shared, as the state has it.
bool is_shared(const State& state, const Draw& draw);
// Whom the draw depends on for its execution: the operator alone, or holders too, and how many of
// them have confirmed their shares.
Sentence sharing_words(const State& state, const Draw& draw);

// Whether the first author of a DrawExecuted, or of a DrawDisclosed, signs as a holder: no other
// role of his may execute.
bool executes_as_holder(const State& state, const ledger::Event& event);
// Then his has to be one of the shares of the key announced. Code: `vrf.holder`.
Outcome check_executor(const State& state, const ledger::Event& event, const Draw& draw);
// And the key is retired from then on: holders have put it together.
void retire_if_by_holder(State& state, const ledger::Event& event, const Draw& draw);

}  // namespace liuhen::projections
