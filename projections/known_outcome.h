// From the VRF's proof on everybody knows who is drawn: what admission compares then, and what the
// state takes in. At DrawExecuted or, of a sealed draw, at the first part of its disclosure.
#pragma once

#include "projections/outcome.h"

namespace liuhen::projections {

// What was recorded. `visits_root` and `vacancies` are compared where no conflict was in force.
struct RecordedOutcome {
  View pi;
  const flatbuffers::Vector<flatbuffers::Offset<ledger::schema::StratumOutcome>>& strata;
  View visits_root;
  std::uint64_t visits = 0;
  std::optional<std::uint64_t> vacancies;  // absent: not recorded
};

// S, which the proof of the VRF gives. Codes: `draw.vrf`; `draw.seed_hash`, if the execution of a
// sealed draw committed to another.
Result<crypto::draw::Seed> seed_of(const Draw& draw, View pi);

// Codes: those of seed_of, `draw.selection`, `draw.visits_root`, and those of visits_of.
Outcome check_outcome(const State& state, const Draw& draw, const RecordedOutcome& recorded);

// Of an admitted event. Draw::outcome has been taken over before.
void make_known(State& state, Draw& draw, const ledger::Event& event, View pi);

}  // namespace liuhen::projections
