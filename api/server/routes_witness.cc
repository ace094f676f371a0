// What witnesses cosigned (docs/formats/api.md, "Witnesses").
#include "api/server/backend.h"
#include "projections/fields.h"

namespace liuhen::api::server {
namespace {

namespace json = boost::json;

// The note that the log signed at that size, with the cosignatures that the log itself records.
Result<std::string> recorded(const Backend& backend, std::uint64_t size, std::uint64_t position) {
  const auto note = backend.storage.get(ledger::Family::checkpoints, ledger::key_of_number(size));
  if (!note) return note.error();
  if (!*note) return absent("没有这个检查点", "there is no such checkpoint");
  const Result<std::string> entry = backend.entry(position);
  if (!entry) return entry.error();
  const Result<ledger::Event> event = ledger::Event::parse(view_of(*entry));
  if (!event) return event.error();
  std::string body = **note;
  for (const auto* line : *event->payload<ledger::schema::CheckpointWitnessed>().cosignatures()) {
    body += projections::text(line);
    body += '\n';
  }
  return body;
}

// The smallest checkpoint that covers the position and is known to be cosigned: one that the log
// records, so that everyone who answers to that position names the same; or else one whose
// cosignatures have just come.
Response witnessed(const Backend& backend, const Call& call) {
  const Result<std::uint64_t> position = call.target.number("covers", 0);
  if (!position) return problem(position.error());
  Response response;
  response.content_type = "text/plain; charset=utf-8";
  response.headers.emplace_back("Cache-Control", "no-store");
  std::optional<std::pair<std::uint64_t, std::uint64_t>> found;
  {
    Result<ReadModel::Reading> reading = backend.read();
    if (!reading) return problem(reading.error());
    const auto& all = reading->state().witnessed;
    const auto at = all.upper_bound(*position);
    if (at != all.end()) found = *at;
  }
  if (found) {
    Result<std::string> note = recorded(backend, found->first, found->second);
    if (!note) return problem(note.error());
    response.body = std::move(*note);
    return response;
  }
  const auto cosigned = backend.publisher == nullptr ? std::optional<CosignedCheckpoint>()
                                                     : backend.publisher->covering(*position);
  if (!cosigned)
    return problem(absent("还没有覆盖该位置的、经见证人联署的检查点",
                          "no checkpoint that covers the position has been cosigned yet"));
  response.body = cosigned->note;
  return response;
}

template <class T>
json::value or_null(const std::optional<T>& value) {
  return value ? json::value(*value) : json::value(nullptr);
}

Response statuses(const Backend& backend, const Call&) {
  json::array rows;
  if (backend.publisher != nullptr) {
    for (const WitnessStatus& witness : backend.publisher->statuses()) {
      json::value error = nullptr;
      if (witness.error)
        error = {
            {"code", witness.error->code}, {"zh", witness.error->zh}, {"en", witness.error->en}};
      rows.push_back({{"name", witness.name},
                      {"url", witness.url},
                      {"size", or_null(witness.size)},
                      {"time", or_null(witness.time)},
                      {"failures", witness.failures},
                      {"error", std::move(error)}});
    }
  }
  return json_response({{"witnesses", std::move(rows)}});
}

constexpr Route kRoutes[] = {
    {"GET", "/checkpoint/witnessed", witnessed},
    {"GET", "/api/v1/witnesses", statuses},
};

}  // namespace

std::span<const Route> witness_routes() { return kRoutes; }

}  // namespace liuhen::api::server
