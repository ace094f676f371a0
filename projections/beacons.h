// Beacon chains as ledger data: which drand chains draws may name (docs/formats/beacon.md).
#pragma once

#include <map>

#include "crypto/drand.h"
#include "ledger/event.h"

namespace liuhen::projections {

struct State;

struct RegisteredChain {
  crypto::drand::BeaconChain chain;
  bool active = false;       // a draw may be announced on it
  std::uint64_t set_at = 0;  // position of the last BeaconChainSet
};

struct Beacons {
  std::map<Hash, RegisteredChain> chains;  // by chain hash

  const RegisteredChain* find(const Hash& chain) const;  // inactive ones too; null if unknown
};

// Codes: those of crypto::drand::check_chain, `beacon.known` where nothing would change,
// `role.signatures` and `role.outside`.
Outcome admit(const State& state, const ledger::Event& event,
              const ledger::schema::BeaconChainSet& payload);
void apply(State& state, const ledger::Event& event, const ledger::schema::BeaconChainSet& payload);

}  // namespace liuhen::projections
