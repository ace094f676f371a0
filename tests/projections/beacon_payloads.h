// What people and the platform sign where a draw has a beacon.
#pragma once

#include "projections/draws.h"
#include "tests/test_beacon.h"

namespace liuhen::tests {

inline ledger::schema::BeaconChainSetT chain_set(const crypto::drand::BeaconChain& chain,
                                                 bool active = true) {
  ledger::schema::BeaconChainSetT out;
  const Hash hash = crypto::drand::chain_hash(chain);
  out.chain.assign(hash.begin(), hash.end());
  out.scheme = chain.scheme;
  out.public_key.assign(chain.public_key.begin(), chain.public_key.end());
  out.period_s = chain.period_s;
  out.genesis_s = chain.genesis_s;
  out.group_hash.assign(chain.group_hash.begin(), chain.group_hash.end());
  out.beacon_id = chain.beacon_id;
  out.active = active;
  return out;
}

// The first round that an announcement with these deadlines may name, the rule's margin being 60 s.
inline void name_beacon(ledger::schema::DrawAnnouncedT& announcement,
                        const crypto::drand::BeaconChain& chain) {
  const Hash hash = crypto::drand::chain_hash(chain);
  announcement.beacon_chain.assign(hash.begin(), hash.end());
  announcement.beacon_round =
      crypto::drand::round_at_or_after(chain, announcement.reveal_deadline + 60).value();
}

inline ledger::schema::BeaconRecordedT beacon_recorded(const projections::Draw& draw,
                                                       const crypto::bls::Signature& signature) {
  ledger::schema::BeaconRecordedT out;
  out.draw = draw.stream;
  out.round = draw.beacon->round;
  out.signature.assign(signature.begin(), signature.end());
  return out;
}

}  // namespace liuhen::tests
