// The registries: subjects, inspectors, conflicts; and what an import asks before it signs
// (docs/formats/api.md, "Registries").
#include <algorithm>

#include "api/limits.h"
#include "api/server/backend.h"
#include "api/server/json_fields.h"
#include "api/server/payload_json.h"

namespace liuhen::api::server {
namespace {

namespace json = boost::json;
namespace schema = ledger::schema;

json::object short_json(const projections::Subjects& subjects, std::uint32_t number) {
  const projections::SubjectVersion& row = subjects.latest(number);
  return {{"id", subjects.id(number)},
          {"kind", schema::EnumNameSubjectKind(static_cast<schema::SubjectKind>(row.kind))},
          {"division", subjects.division(row)},
          {"industry", subjects.industry(row)},
          {"status", schema::EnumNameSubjectStatus(static_cast<schema::SubjectStatus>(row.status))},
          {"version", subjects.version(number)},
          {"position", row.position}};
}

// In the order in which they were first entered; `after` is an id.
Response subjects(const Backend& backend, const Call& call) {
  const Result<std::uint64_t> limit = call.target.limit();
  if (!limit) return problem(limit.error());
  Result<ReadModel::Reading> reading = backend.read();
  if (!reading) return problem(reading.error());
  const projections::Subjects& all = reading->state().subjects;
  std::uint32_t number = 0;
  if (const std::string after = call.target.text("after"); !after.empty()) {
    const auto found = all.find(after);
    if (!found) return problem(absent("没有检查对象 " + after, "there is no subject " + after));
    number = *found + 1;
  }
  json::array rows;
  for (; number < all.size() && rows.size() < *limit; ++number)
    rows.push_back(short_json(all, number));
  return json_response({{"total", all.size()}, {"subjects", std::move(rows)}});
}

// With the name and address, which the state does not keep: they are read from the entry that holds
// the row.
Response subject(const Backend& backend, const Call& call) {
  json::object row;
  std::uint64_t position = 0;
  std::uint32_t index = 0;
  {
    Result<ReadModel::Reading> reading = backend.read();
    if (!reading) return problem(reading.error());
    const projections::Subjects& all = reading->state().subjects;
    const auto number = all.find(call.captured[0]);
    if (!number)
      return problem(
          absent("名录库中没有 " + call.captured[0], "the registry has no " + call.captured[0]));
    row = short_json(all, *number);
    position = all.latest(*number).position;
    index = all.latest(*number).row;
  }
  const Result<std::string> bytes = backend.entry(position);
  if (!bytes) return problem(bytes.error());
  const Result<ledger::Event> event = ledger::Event::parse(view_of(*bytes));
  if (!event) return problem(event.error());
  const auto* rows = event->payload<schema::SubjectsImported>().rows();
  schema::SubjectRowT full;
  rows->Get(index)->UnPackTo(&full);
  json::object all_fields = object_json(full);
  all_fields["version"] = row["version"];
  all_fields["position"] = position;
  return json_response(std::move(all_fields));
}

Response inspectors(const Backend& backend, const Call& call) {
  const Result<std::uint64_t> limit = call.target.limit();
  if (!limit) return problem(limit.error());
  Result<ReadModel::Reading> reading = backend.read();
  if (!reading) return problem(reading.error());
  const projections::Inspectors& all = reading->state().inspectors;
  json::array rows;
  for (auto at = all.rows.upper_bound(call.target.text("after"));
       at != all.rows.end() && rows.size() < *limit; ++at) {
    const projections::InspectorVersion& row = at->second.back();
    json::array qualifications;
    for (const std::string& name : row.qualifications) qualifications.emplace_back(name);
    rows.push_back({{"id", at->first},
                    {"name", row.name},
                    {"unit", row.unit},
                    {"qualifications", std::move(qualifications)},
                    {"status", schema::EnumNameInspectorStatus(row.status)},
                    {"version", at->second.size()},
                    {"position", row.position}});
  }
  return json_response({{"total", all.rows.size()}, {"inspectors", std::move(rows)}});
}

// `after` is the position of a declaration.
Response conflicts(const Backend& backend, const Call& call) {
  Result<std::uint64_t> limit = call.target.query.contains("limit")
                                    ? call.target.limit()
                                    : Result<std::uint64_t>(kPageRowsMax);
  if (!limit) return problem(limit.error());
  const Result<std::uint64_t> after = call.target.number("after", 0);
  if (!after) return problem(after.error());
  Result<ReadModel::Reading> reading = backend.read();
  if (!reading) return problem(reading.error());
  const auto& all = reading->state().conflicts.rows;
  json::array rows;
  for (const projections::Conflict& conflict : all) {
    if (rows.size() == *limit) break;
    if (conflict.declared_at <= *after) continue;
    rows.push_back(
        {{"commitment", to_hex(conflict.commitment)},
         {"unit", conflict.unit},
         {"declared_at", conflict.declared_at},
         {"decided_at",
          conflict.decided_at ? json::value(*conflict.decided_at) : json::value(nullptr)},
         {"ended_at", conflict.ended_at ? json::value(*conflict.ended_at) : json::value(nullptr)},
         {"status", !conflict.decided_at ? "declared"
                    : conflict.ended_at  ? "ended"
                    : conflict.approved  ? "approved"
                                         : "refused"}});
  }
  return json_response({{"total", all.size()}, {"conflicts", std::move(rows)}});
}

struct AskedRow {
  std::string id;
  projections::RowDigest digest;
};

Result<std::vector<AskedRow>> asked_rows(const std::string& body) {
  const Result<json::object> fields = parse_object(body);
  if (!fields) return fields.error();
  const Result<const json::array*> list = list_field(*fields, "rows", true);
  if (!list) return list.error();
  if ((*list)->size() > kDiffRowsMax) {
    const std::string most = std::to_string(kDiffRowsMax);
    return field_error("rows", "不能超过 " + most + " 行",
                       "may not hold more than " + most + " rows");
  }
  std::vector<AskedRow> rows;
  for (const json::value& value : **list) {
    const json::array* pair = value.if_array();
    if (pair == nullptr || pair->size() != 2 || !(*pair)[0].is_string() ||
        !(*pair)[1].is_string()) {
      return field_error("rows", "的每一项应为 [编号, 摘要]", "has to hold pairs of id and digest");
    }
    const Result<Bytes> bytes = from_hex(std::string_view((*pair)[1].get_string()));
    const auto digest = bytes ? exactly<16>(*bytes) : Result<projections::RowDigest>(bytes.error());
    if (!digest)
      return field_error("rows", "的摘要应为 16 字节的十六进制",
                         "has a digest that is not 16 bytes in hexadecimal");
    rows.push_back({std::string((*pair)[0].get_string()), *digest});
  }
  return rows;
}

const projections::RowDigest* subject_digest(const projections::State& state,
                                             const std::string& id) {
  const auto number = state.subjects.find(id);
  return number ? &state.subjects.latest(*number).digest : nullptr;
}

const projections::RowDigest* inspector_digest(const projections::State& state,
                                               const std::string& id) {
  const projections::InspectorVersion* row = state.inspectors.latest(id);
  return row == nullptr ? nullptr : &row->digest;
}

template <const projections::RowDigest* (*digest_of)(const projections::State&, const std::string&)>
Response diff(const Backend& backend, const Call& call) {
  const Result<std::vector<AskedRow>> rows = asked_rows(call.request.body);
  if (!rows) return problem(rows.error());
  Result<ReadModel::Reading> reading = backend.read();
  if (!reading) return problem(reading.error());
  json::array differ;
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const projections::RowDigest* known = digest_of(reading->state(), (*rows)[i].id);
    if (known == nullptr || *known != (*rows)[i].digest) differ.emplace_back(i);
  }
  const std::size_t unchanged = rows->size() - differ.size();
  return json_response({{"differ", std::move(differ)}, {"unchanged", unchanged}});
}

Response import_run(const Backend& backend, const Call& call) {
  Result<ReadModel::Reading> reading = backend.read();
  if (!reading) return problem(reading.error());
  const projections::State& state = reading->state();
  for (const auto* runs : {&state.subjects.open_runs(), &state.inspectors.open_runs}) {
    const auto found = runs->find(call.captured[0]);
    if (found == runs->end()) continue;
    const bool open =
        backend.clock.now_s() <= found->second.last_time + projections::kRunLapsesAfterS;
    return json_response(
        {{"next_part", found->second.next_part}, {"open", open}, {"rows", found->second.rows}});
  }
  return json_response({{"next_part", 0}, {"open", false}, {"rows", 0}});
}

constexpr Route kRoutes[] = {
    {"GET", "/api/v1/subjects", subjects},
    {"GET", "/api/v1/subjects/*", subject},
    {"GET", "/api/v1/inspectors", inspectors},
    {"GET", "/api/v1/conflicts", conflicts},
    {"POST", "/api/v1/imports/subjects/diff", diff<subject_digest>},
    {"POST", "/api/v1/imports/inspectors/diff", diff<inspector_digest>},
    {"GET", "/api/v1/imports/*", import_run},
};

}  // namespace

std::span<const Route> registry_routes() { return kRoutes; }

}  // namespace liuhen::api::server
