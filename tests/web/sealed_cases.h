// Proof files of sealed draws (tests/web/proof_cases.cc).
#pragma once

#include <functional>

#include "tests/projections/approved_conflict.h"
#include "tests/projections/sealed_steps.h"
#include "tests/web/forged_proofs.h"
#include "tests/web/voided_cases.h"

namespace liuhen::tests {

// Sealed on the beacon, and attested; one supervisor objected.
struct SealedTown {
  explicit SealedTown(BeaconTown& town) : town(town) {
    town.city.must(steps.sealed(town.announcement()), {"clerk", "approver"});
    town.draw.contribute();
    town.city.now = town.round_time();
    town.city.must(town.recorded(), {"platform"});
    steps.execute();
  }
  std::string proof() const { return proof_of(town.city, town.draw.draw()); }

  BeaconTown& town;
  SealedSteps steps{town.city, town.draw};
};
inline std::string still_sealed(BeaconTown& town) {
  SealedTown at(town);
  town.city.must(at.steps.attestation(false), {"supervisor2"});
  at.steps.attest();
  return at.proof();
}
inline std::string opened(BeaconTown& town) {
  SealedTown at(town);
  at.steps.attest();
  at.steps.disclose();
  town.recuse();
  town.substitute();
  return at.proof();
}
// A conflict is in force, which the platform opened for the matching, and one supervisor objected.
inline std::string opened_with_conflict(BeaconTown& town) {
  const auto content = projections::ConflictContent{
      .subject = City::code(1), .inspector = "Z0001", .kind = "kinship", .evidence = ""};
  Hash commitment;
  commitment.fill(7);
  town.city.must(declared_conflict(commitment), {"registrar"});
  approve_conflict(town.city, commitment);
  SealedSteps steps(town.city, town.draw);
  steps.ready();
  town.city.must(steps.execution([&](const Hash&) { return std::optional(content); }),
                 {"platform"});
  town.city.must(steps.attestation(false), {"supervisor2"});
  steps.attest();
  steps.disclose();
  return proof_of(town.city, town.draw.draw());
}
inline std::string opened_in_between(BeaconTown& town) {
  SealedTown at(town);
  at.steps.attest();
  at.steps.disclose();
  discard(town, town.draw);
  CityDraw second(town.city, 2);
  redraw_after(town, second);
  return proof_of(town.city, second.draw());
}
inline std::string disclosed_late(BeaconTown& town) {
  SealedTown at(town);
  at.steps.attest();
  town.city.now = town.draw.draw().announcement.disclosure_deadline + 1;
  at.steps.disclose();
  return at.proof();
}
inline std::string unattested(BeaconTown& town) {
  SealedTown at(town);
  town.city.must(at.steps.attestation(false), {"supervisor"});
  return forged(town, at.steps.opening());
}
inline std::string attested_blindly(BeaconTown& town) {
  SealedTown at(town);
  at.steps.attest("supervisor2");  // so that both keys are in the file
  const std::uint64_t before = *town.draw.draw().executed_at;
  return forged(town, at.steps.attestation(), {"supervisor"},
                [&](ledger::schema::IntentT& intent) { intent.seen_size = before; });
}
inline std::string other_pi(BeaconTown& town) {
  SealedTown at(town);
  at.steps.attest();
  auto opening = at.steps.opening();
  opening.pi[79] ^= 1;
  return forged(town, std::move(opening));
}
inline std::string other_cutoff(BeaconTown& town) {
  SealedTown at(town);
  at.steps.attest();
  auto opening = at.steps.opening();
  opening.strata[0]->cutoff[0] ^= 1;
  return forged(town, std::move(opening));
}
inline std::string other_list(BeaconTown& town) {
  SealedTown at(town);
  at.steps.attest();
  town.city.must(at.steps.opening(), {"platform"});
  auto list = at.steps.list();
  std::swap(list.visits[0], list.visits[1]);
  return forged(town, std::move(list));
}
// Opened by the proof of what was drawn, which is not what was committed to.
inline std::string sealed_otherwise(
    BeaconTown& town, const std::function<void(ledger::schema::DrawExecutedT&)>& change) {
  SealedSteps steps(town.city, town.draw);
  town.city.must(steps.sealed(town.announcement()), {"clerk", "approver"});
  town.draw.contribute();
  town.city.now = town.round_time();
  town.city.must(town.recorded(), {"platform"});
  auto execution = steps.execution();
  change(execution);
  town.city.must(std::move(execution), {"platform"});
  steps.attest();
  return forged(town, steps.opening());
}
inline std::string other_root(BeaconTown& town) {
  return sealed_otherwise(town, [](auto& execution) { execution.visits_root[0] ^= 1; });
}
inline std::string other_seed(BeaconTown& town) {
  return sealed_otherwise(town, [](auto& execution) { execution.seed_hash[0] ^= 1; });
}
inline std::string shown_and_sealed(BeaconTown& town) {
  SealedSteps steps(town.city, town.draw);
  steps.ready();
  auto execution = steps.execution();
  execution.pi = steps.opening().pi;
  return forged(town, std::move(execution));
}
inline std::string counts_of_another(BeaconTown& town) {
  SealedSteps steps(town.city, town.draw);
  steps.ready();
  auto execution = steps.execution();
  ++execution.strata[0]->drawn;
  return forged(town, std::move(execution));
}
inline std::string supervisors_none(BeaconTown& town) {
  town.draw.whole();
  CityDraw second(town.city, 2);
  SealedSteps steps(town.city, second);
  auto announced = steps.sealed(second.announcement());
  const KeyId clerk = town.city.id("clerk");
  std::copy(clerk.begin(), clerk.end(), announced.supervisors.begin());
  return forged_announcement(town, town.draw.draw(), std::move(announced));
}

}  // namespace liuhen::tests
