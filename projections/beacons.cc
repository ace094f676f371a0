#include "projections/beacons.h"

#include "projections/fields.h"
#include "projections/state.h"

namespace liuhen::projections {

namespace {

Result<crypto::drand::BeaconChain> chain_of(const ledger::schema::BeaconChainSet& payload) {
  const auto key = exactly<96>(raw(payload.public_key()));
  if (!key) return key.error();
  const auto group_hash = exactly<32>(raw(payload.group_hash()));
  if (!group_hash) return group_hash.error();
  return crypto::drand::BeaconChain{.scheme = std::string(text(payload.scheme())),
                                    .public_key = *key,
                                    .period_s = payload.period_s(),
                                    .genesis_s = payload.genesis_s(),
                                    .group_hash = *group_hash,
                                    .beacon_id = std::string(text(payload.beacon_id()))};
}

}  // namespace

const RegisteredChain* Beacons::find(const Hash& chain) const {
  const auto found = chains.find(chain);
  return found == chains.end() ? nullptr : &found->second;
}

Outcome admit(const State& state, const ledger::Event& event,
              const ledger::schema::BeaconChainSet& payload) {
  if (auto checked = check_trustees(state, event); !checked) return checked;
  const auto named = exactly<32>(raw(payload.chain()));
  if (!named) return named.error();
  const auto chain = chain_of(payload);
  if (!chain) return chain.error();
  if (auto checked = check_chain(*chain, *named); !checked) return checked;
  const RegisteredChain* present = state.beacons.find(*named);
  if ((present != nullptr && present->active) != payload.active()) return ok();
  return fail("beacon.known", "信标链 " + to_hex(*named) + " 的登记与此相同，没有可更改的",
              "the beacon chain " + to_hex(*named) +
                  " is registered, or not, as this says: nothing would change");
}

void apply(State& state, const ledger::Event& event,
           const ledger::schema::BeaconChainSet& payload) {
  state.beacons.chains[exactly<32>(raw(payload.chain())).value()] = {
      .chain = chain_of(payload).value(), .active = payload.active(), .set_at = event.position()};
}

}  // namespace liuhen::projections
