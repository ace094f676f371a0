// Proof files of the small city's draws: honest ones, and what a dishonest operator would put into
// one.
#pragma once

#include "projections/proof_text.h"
#include "tests/projections/beacon_town.h"

namespace liuhen::tests {

inline std::string proof_of(City& city, const projections::Draw& draw) {
  CityProofs proofs(city);
  return projections::build_proof_file(city.state(), draw, proofs).value();
}

// The proof with one more entry, which comes next in the log.
inline std::string with_entry(BeaconTown& town, projections::ProofText proof, Bytes next) {
  auto entries = town.city.entries();
  entries.push_back(std::move(next));
  proof.entries.push_back(
      {.position = entries.size() - 1, .bytes = entries.back(), .inclusion = {}});
  CityLog log(town.city, std::move(entries));
  for (auto& entry : proof.entries)
    entry.inclusion = log.tree().inclusion(entry.position, log.tree().size()).value();
  proof.checkpoint = log.note();
  return projections::format_proof(proof);
}

// The proof with one more entry, which no admission let in.
template <class Payload>
std::string with_forged(BeaconTown& town, projections::ProofText proof, Payload payload,
                        const City::Names& authors, const City::Tweak& tweak = {}) {
  return with_entry(town, std::move(proof),
                    forged_entry(town.city, std::move(payload), authors, tweak));
}

// The draw's proof file with such an entry.
template <class Payload>
std::string forged(BeaconTown& town, Payload payload, const City::Names& authors = {"platform"},
                   const City::Tweak& tweak = {}) {
  return with_forged(town, projections::parse_proof(proof_of(town.city, town.draw.draw())).value(),
                     std::move(payload), authors, tweak);
}

// The file of a draw whose announcement no admission let in, after that of an earlier one.
inline std::string forged_announcement(BeaconTown& town, const projections::Draw& earlier,
                                       ledger::schema::DrawAnnouncedT announced,
                                       const ledger::schema::RuleSetT* rule = nullptr) {
  projections::ProofText proof = projections::parse_proof(proof_of(town.city, earlier)).value();
  proof.draw = "draw/" + announced.plan + "/" + std::to_string(announced.attempt);
  auto pool =
      projections::pool_of(town.city.state(), announced,
                           rule == nullptr ? town.city.state().catalogue.rules.at("R1") : *rule)
          .value();
  proof.subjects = std::move(pool.subjects);
  proof.inspectors = std::move(pool.inspectors);
  return with_forged(town, std::move(proof), std::move(announced), {"clerk", "approver"});
}

}  // namespace liuhen::tests
