#include "projections/state_digest.h"

#include <algorithm>

namespace liuhen::projections {

namespace {

namespace schema = ledger::schema;

constexpr const char* kVersion = "liuhen/state/v1";

void list_keys(const Keys& keys, Listing& listing) {
  for (const auto& [id, key] : keys.keys) {
    listing.row("key", id, key.person, key.name, key.roles, key.department, key.inspector,
                key.outside, key.granted_at, key.revoked_at);
  }
  for (const auto& [tag, permission] : keys.permissions)
    listing.row("permission", tag, permission.first, permission.second);
  for (const VrfKey& key : keys.vrf) {
    listing.row("vrf", key.id, key.registered_at);
    if (key.sharing)
      listing.row("vrf_shared", key.id, key.sharing->shared_at, key.sharing->commitments,
                  key.sharing->holders, key.sharing->confirmed);
    if (key.retired_at) listing.row("vrf_retired", key.id, *key.retired_at);
  }
}

void list_catalogue(const Catalogue& catalogue, Listing& listing) {
  for (const auto& [id, department] : catalogue.departments) {
    listing.row("department", id, department.name, department.division, department.superior,
                department.active);
  }
  for (const auto& [id, item] : catalogue.items) {
    listing.row("item", id, item.stage, item.published_revision, item.listed_by, item.published,
                item.proposed);
  }
  for (const auto& [id, rule] : catalogue.rules) {
    listing.row("rule", id, rule.revision, rule.department, rule.name, rule.basis, rule.strata,
                rule.minimum_pool, rule.yearly_cap, rule.default_capacity, rule.capacities,
                rule.publication_days, rule.margin_s);
    if (rule.rest_days != 0 || rule.suspended_apart || !rule.weights.empty())
      listing.row("rule_pool", id, rule.rest_days, rule.suspended_apart, rule.weights);
  }
  for (const auto& [id, plan] : catalogue.plans) {
    listing.row("plan", id, plan.revision, plan.department, plan.name, plan.year, plan.temporary,
                plan.targeted, plan.items, plan.rule, plan.scope, plan.rates);
    for (const auto& rate : plan.rates) {
      if (rate->minimum != 0 || rate->maximum != 0)
        listing.row("rate_bounds", id, rate->stratum, rate->minimum, rate->maximum);
    }
  }
}

void list_runs(const char* registry, const std::map<std::string, OpenRun>& runs,
               const std::vector<RunSpan>& ended, Listing& listing) {
  for (const auto& [run, open] : runs)
    listing.row("run", registry, run, open.next_part, open.last_time, open.rows, open.first);
  for (const RunSpan& span : ended) listing.row("run_ended", registry, span.first, span.last);
}

// In the order in which they first appeared, which the log determines.
void list_registries(const State& state, Listing& listing) {
  const Subjects& subjects = state.subjects;
  for (std::uint32_t subject = 0; subject < subjects.size(); ++subject) {
    const SubjectVersion& latest = subjects.latest(subject);
    listing.row("subject", subjects.id(subject), subjects.version(subject), latest.position,
                latest.row, latest.digest);
  }
  list_runs("subjects", subjects.open_runs(), subjects.ended_runs(), listing);
  for (const auto& [id, versions] : state.inspectors.rows) {
    listing.row("inspector", id, versions.size(), versions.back().position, versions.back().digest);
  }
  list_runs("inspectors", state.inspectors.open_runs, state.inspectors.ended_runs, listing);
  for (const Conflict& conflict : state.conflicts.rows) {
    listing.row("conflict", conflict.commitment, conflict.unit, conflict.declared_by,
                conflict.declared_at, conflict.decided_at, conflict.approved);
    if (conflict.ended_at) listing.row("conflict_ended", conflict.commitment, *conflict.ended_at);
  }
}

// The chain hash covers what the chain says of itself, but for the scheme.
void list_beacons(const Beacons& beacons, Listing& listing) {
  for (const auto& [hash, registered] : beacons.chains) {
    listing.row("beacon_chain", hash, registered.chain.scheme, registered.active,
                registered.set_at);
  }
}

}  // namespace

void Listing::add(const schema::ConditionT& condition) {
  add(condition.field);
  add(condition.values);
}
void Listing::add(const schema::StratumRuleT& stratum) {
  add(stratum.label);
  add(stratum.conditions);
  add(stratum.min_num);
  add(stratum.min_den);
  add(stratum.max_num);
  add(stratum.max_den);
}
void Listing::add(const schema::UnitCapacityT& capacity) {
  add(capacity.unit);
  add(capacity.capacity);
}
void Listing::add(const schema::WeightRuleT& weight) {
  add(weight.conditions);
  add(weight.weight);
}
void Listing::add(const schema::PlannedRateT& rate) {
  add(rate.stratum);
  add(rate.num);
  add(rate.den);
  add(rate.fixed);
}
void Listing::add(const schema::ItemListedT& item) {
  add(item.revision);
  add(item.department);
  add(item.name);
  add(item.basis);
  add(item.object);
  add(item.content);
  add(item.method);
}

Hash digest(const State& state) {
  Listing listing;
  listing.row(kVersion, state.origin, state.city, state.division, state.admission_version,
              state.log_key, state.size());
  for (const std::uint64_t time : state.times) listing.row(time);
  list_keys(state.keys, listing);
  list_catalogue(state.catalogue, listing);
  list_registries(state, listing);
  list_draws(state.draws, listing);
  for (const auto& [commitment, position] : state.erased)
    listing.row("erased", commitment, position);
  for (const auto& [size, position] : state.witnessed) listing.row("witnessed", size, position);
  list_beacons(state.beacons, listing);
  std::vector<std::pair<std::string, std::uint64_t>> streams(state.stream_versions.begin(),
                                                             state.stream_versions.end());
  std::sort(streams.begin(), streams.end());
  for (const auto& [stream, version] : streams) listing.row("stream", stream, version);
  return listing.finish();
}

}  // namespace liuhen::projections
