// Keys, permissions, departments, items, rules, plans (docs/formats/api.md, "Catalogue"). Rows use
// the names of the schema.
#include "api/limits.h"
#include "api/server/backend.h"
#include "api/server/payload_json.h"

namespace liuhen::api::server {
namespace {

namespace json = boost::json;
namespace schema = ledger::schema;
using projections::State;

json::value number_or_null(const std::optional<std::uint64_t>& number) {
  return number ? json::value(*number) : json::value(nullptr);
}

json::array role_names(const std::set<projections::Role>& roles) {
  json::array names;
  for (const projections::Role role : roles) names.emplace_back(schema::EnumNameRole(role));
  return names;
}

json::object vrf_key_of(const projections::VrfKey& key) {
  json::object out{{"key", to_hex(key.id)},
                   {"registered", key.registered_at},
                   {"retired", number_or_null(key.retired_at)},
                   {"shared", nullptr}};
  if (!key.sharing) return out;
  json::array commitments, holders;
  for (const auto& commitment : key.sharing->commitments)
    commitments.emplace_back(to_hex(commitment));
  for (const KeyId& id : key.sharing->holders) {
    holders.push_back({{"key", to_hex(id)}, {"confirmed", key.sharing->confirmed.contains(id)}});
  }
  out["shared"] = key.sharing->shared_at;
  out["commitments"] = std::move(commitments);
  out["holders"] = std::move(holders);
  return out;
}

json::object keys_of(const State& state) {
  json::array rows;
  for (const auto& [id, key] : state.keys.keys) {
    rows.push_back({{"key", to_hex(id)},
                    {"person", key.person},
                    {"name", key.name},
                    {"roles", role_names(key.roles)},
                    {"department", key.department},
                    {"inspector", key.inspector},
                    {"outside", key.outside},
                    {"granted", key.granted_at},
                    {"revoked", number_or_null(key.revoked_at)}});
  }
  json::value vrf = nullptr;
  if (const auto* key = state.keys.vrf_in_force()) vrf = to_hex(key->id);
  json::array vrf_keys;
  for (const auto& key : state.keys.vrf) vrf_keys.push_back(vrf_key_of(key));
  return {{"keys", std::move(rows)}, {"vrf", std::move(vrf)}, {"vrf_keys", std::move(vrf_keys)}};
}

json::object permissions_of(const State& state) {
  json::array rows;
  for (const auto& [tag, permission] : state.keys.permissions) {
    rows.push_back({{"payload", schema::EnumNamePayload(tag)},
                    {"first", role_names(permission.first)},
                    {"second", role_names(permission.second)}});
  }
  return {{"permissions", std::move(rows)}};
}

json::object row_of(const std::string& id, const projections::Department& department) {
  return {{"id", id},
          {"name", department.name},
          {"division", department.division},
          {"superior", department.superior},
          {"active", department.active}};
}

const char* name_of(projections::Item::Stage stage) {
  using Stage = projections::Item::Stage;
  switch (stage) {
    case Stage::listed:
      return "listed";
    case Stage::approved:
      return "approved";
    case Stage::rejected:
      return "rejected";
    case Stage::published:
      return "published";
    case Stage::withdrawn:
      return "withdrawn";
  }
  return "";
}

json::object row_of(const std::string& id, const projections::Item& item) {
  json::value published = nullptr;
  if (item.published_revision != 0) published = object_json(item.published);
  return {{"id", id},
          {"stage", name_of(item.stage)},
          {"in_force", item.in_force()},
          {"published", std::move(published)},
          {"proposed", object_json(item.proposed)}};
}

json::object row_of(const std::string&, const schema::RuleSetT& rule) { return object_json(rule); }
json::object row_of(const std::string&, const schema::PlanPublishedT& plan) {
  return object_json(plan);
}

// A row is what drand says of the chain at /info, and ours beside it.
json::object beacons_of(const State& state) {
  json::array rows;
  for (const auto& [hash, registered] : state.beacons.chains) {
    const auto& chain = registered.chain;
    rows.push_back({{"hash", to_hex(hash)},
                    {"schemeID", chain.scheme},
                    {"public_key", to_hex(chain.public_key)},
                    {"period", chain.period_s},
                    {"genesis_time", chain.genesis_s},
                    {"groupHash", to_hex(chain.group_hash)},
                    {"metadata", {{"beaconID", chain.beacon_id}}},
                    {"active", registered.active},
                    {"position", registered.set_at}});
  }
  return {{"beacons", std::move(rows)}};
}

template <json::object (*of)(const State&)>
Response list(const Backend& backend, const Call&) {
  Result<ReadModel::Reading> reading = backend.read();
  if (!reading) return problem(reading.error());
  return json_response(of(reading->state()));
}

// By id; `after` is one. A page ends at kPageBytesMax, the last row aside.
template <class Map>
Response page(const Backend& backend, const Call& call, const char* name,
              Map projections::Catalogue::*rows_by_id) {
  const Result<std::uint64_t> limit = call.target.query.contains("limit")
                                          ? call.target.limit()
                                          : Result<std::uint64_t>(kPageRowsMax);
  if (!limit) return problem(limit.error());
  Result<ReadModel::Reading> reading = backend.read();
  if (!reading) return problem(reading.error());
  const Map& all = reading->state().catalogue.*rows_by_id;
  json::array rows;
  std::size_t bytes = 0;
  auto at = all.upper_bound(call.target.text("after"));
  for (; at != all.end() && rows.size() < *limit && bytes < kPageBytesMax; ++at) {
    rows.push_back(row_of(at->first, at->second));
    bytes += json::serialize(rows.back()).size();
  }
  return json_response({{"total", all.size()}, {name, std::move(rows)}, {"more", at != all.end()}});
}

using projections::Catalogue;
Response departments(const Backend& backend, const Call& call) {
  return page(backend, call, "departments", &Catalogue::departments);
}
Response items(const Backend& backend, const Call& call) {
  return page(backend, call, "items", &Catalogue::items);
}
Response rules(const Backend& backend, const Call& call) {
  return page(backend, call, "rules", &Catalogue::rules);
}
Response plans(const Backend& backend, const Call& call) {
  return page(backend, call, "plans", &Catalogue::plans);
}

constexpr Route kRoutes[] = {
    {"GET", "/api/v1/keys", list<keys_of>},
    {"GET", "/api/v1/permissions", list<permissions_of>},
    {"GET", "/api/v1/departments", departments},
    {"GET", "/api/v1/items", items},
    {"GET", "/api/v1/rules", rules},
    {"GET", "/api/v1/plans", plans},
    {"GET", "/api/v1/beacons", list<beacons_of>},
};

}  // namespace

std::span<const Route> catalogue_routes() { return kRoutes; }

}  // namespace liuhen::api::server
