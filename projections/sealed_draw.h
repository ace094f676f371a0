// Sealed draws: executed, with the outcome known to named supervisors only until it is disclosed
// (docs/formats/draw.md section 11).
#pragma once

#include "crypto/ed25519.h"
#include "projections/outcome.h"

namespace liuhen::projections {

inline constexpr std::size_t kSupervisorsMin = 2, kSupervisorsMax = 8;
inline constexpr std::size_t kSealedPiBytes = 128;  // pi for one supervisor

// When the platform discloses by itself: an hour before the deadline, or half of the time between
// the deadlines of execution and disclosure where that is less.
std::uint64_t seal_opens_at(const ledger::schema::DrawAnnouncedT& announcement);

// What admission asks of the announcement's seal. Codes: `draw.sealed`, `draw.deadlines`,
// `draw.supervisors`.
Outcome check_sealing(const State& state, const ledger::Event& event,
                      const ledger::schema::DrawAnnouncedT& announcement);

// Of the execution of a sealed draw: what follows from the pool alone is right, and nothing else is
// said. Codes: `draw.sealed`, `draw.selection`.
Outcome check_sealed_execution(const State& state, const Draw& draw,
                               const ledger::schema::DrawExecuted& payload);

// Of an attestation to a sealed draw by one of its supervisors: he has seen the execution. Anybody
// else's are not looked at. Codes: `attest.early`, `attest.unseen`.
Outcome check_seal_attestation(const Draw& draw, const ledger::Event& event);

// Only the first part of a sealed draw's disclosure does.
bool brings_strata(const ledger::schema::DrawDisclosed& payload);

// Of the first part of a sealed draw's disclosure, before what pi gives is looked at. Codes:
// `draw.unattested`, `draw.sealed`.
Outcome check_opening(const Draw& draw, const ledger::schema::DrawDisclosed& payload);

// `draw.still_sealed`: who was drawn cannot be told yet.
Error still_sealed(std::uint64_t until_s);

// What is recorded of a sealed execution: the seed by its hash, and pi for each supervisor. Fails
// as crypto::seal does.
Result<ledger::schema::DrawExecutedT> sealed_execution_of(const Draw& draw,
                                                          const crypto::vrf::Proof& pi,
                                                          const crypto::draw::Seed& seed,
                                                          const Visits& visits,
                                                          crypto::Entropy& entropy);

// The first part of its disclosure.
ledger::schema::DrawDisclosedT opening_of(const Draw& draw, const crypto::vrf::Proof& pi,
                                          const Visits& visits);

// The seed, by one of the supervisors' keys. Fails with `seal.not_named`, `seal.open`, or as
// seed_of if pi is not of the announced key or its seed not what was committed to. To be wiped by
// the caller.
Result<crypto::draw::Seed> opened_seed(const Draw& draw, const crypto::SigningKey& key);

}  // namespace liuhen::projections
