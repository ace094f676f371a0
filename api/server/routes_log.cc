// The log itself: size, entries, streams (docs/formats/api.md, "The log").
#include "api/server/backend.h"
#include "ledger/describe.h"

namespace liuhen::api::server {
namespace {

namespace json = boost::json;

Response log(const Backend& backend, const Call&) {
  const Head head = backend.head();
  Result<ReadModel::Reading> reading = backend.model.read(head.checkpoint.size);
  if (!reading) return problem(reading.error());
  const projections::State& state = reading->state();
  json::value time = nullptr;
  if (head.checkpoint.size > 0) time = state.times[head.checkpoint.size - 1];
  return json_response({{"origin", backend.origin},
                        {"city", state.city},
                        {"division", state.division},
                        {"size", head.checkpoint.size},
                        {"root", to_base64(head.checkpoint.root)},
                        {"time", time},
                        {"vkey", backend.vkey},
                        {"checkpoint", head.note},
                        {"admission_version", state.admission_version},
                        {"now", backend.clock.now_s()}});
}

// Adds to `size` the bytes of what is said of the entry.
Result<json::object> entry_json(const Backend& backend, std::uint64_t position, std::size_t& size) {
  const Result<std::string> bytes = backend.entry(position);
  if (!bytes) return bytes.error();
  const Result<ledger::Event> event = ledger::Event::parse(view_of(*bytes));
  if (!event) return event.error();
  const std::string described = ledger::describe_json(*event);
  size += described.size();
  return json::object{{"position", event->position()},
                      {"time", event->time()},
                      {"leaf_hash", to_hex(event->leaf_hash())},
                      {"described", json::parse(described)}};
}

Response entry(const Backend& backend, const Call& call) {
  const Result<std::uint64_t> position = parse_number(call.captured[0]);
  if (!position) return problem(position.error());
  std::size_t size = 0;
  Result<json::object> row = entry_json(backend, *position, size);
  return row ? json_response(std::move(*row)) : problem(row.error());
}

Response stream_history(const Backend& backend, const Call& call) {
  const std::string stream = call.target.text("stream");
  const Result<std::uint64_t> limit = call.target.limit();
  if (!limit) return problem(limit.error());
  std::uint64_t from = 0;
  if (call.target.query.contains("after")) {
    const Result<std::uint64_t> after = call.target.number("after", 0);
    if (!after) return problem(after.error());
    from = *after == UINT64_MAX ? *after : *after + 1;  // no entry is the last of all numbers
  }
  const std::string prefix = stream + '\0';
  std::vector<std::uint64_t> positions;
  const Outcome scanned =
      backend.storage.scan(ledger::Family::streams, prefix + ledger::key_of_number(from),
                           [&](std::string_view key, std::string_view) {
                             if (!key.starts_with(prefix) || key.size() != prefix.size() + 8 ||
                                 positions.size() == *limit)
                               return false;
                             positions.push_back(ledger::number_of_key(key.substr(prefix.size())));
                             return true;
                           });
  if (!scanned) return problem(scanned.error());
  json::array rows;
  std::size_t bytes = 0;
  for (const std::uint64_t position : positions) {
    if (bytes >= kPageBytesMax) break;
    Result<json::object> row = entry_json(backend, position, bytes);
    if (!row) return problem(row.error());
    rows.push_back(std::move(*row));
  }
  const bool more = rows.size() < positions.size() || positions.size() == *limit;
  return json_response({{"stream", stream}, {"entries", std::move(rows)}, {"more", more}});
}

Response stream_version(const Backend& backend, const Call& call) {
  Result<ReadModel::Reading> reading = backend.read();
  if (!reading) return problem(reading.error());
  return json_response({{"stream", call.captured[0]},
                        {"version", reading->state().stream_version(call.captured[0])}});
}

// Each subject is hashed for it: so many count as one more request.
constexpr std::uint64_t kSubjectsPerRequest = 2048;

Response digest(const Backend& backend, const Call&) {
  Result<ReadModel::Reading> reading = backend.read();
  if (!reading) return problem(reading.error());
  if (reading->size() == 0)
    return problem(absent("账本还没有任何记录", "the log has no entry yet"));
  Response response = json_response({{"position", reading->size() - 1},
                                     {"digest", to_hex(projections::digest(reading->state()))}});
  response.weight += reading->state().subjects.size() / kSubjectsPerRequest;
  return response;
}

constexpr Route kRoutes[] = {
    {"GET", "/api/v1/log", log},
    {"GET", "/api/v1/entries", stream_history},
    {"GET", "/api/v1/entries/*", entry},
    {"GET", "/api/v1/streams/*", stream_version},
    {"GET", "/api/v1/state/digest", digest},
};

}  // namespace

std::span<const Route> log_routes() { return kRoutes; }

}  // namespace liuhen::api::server
