// What witnesses cosigned (docs/formats/api.md, "Witnesses").
#include "api/server/backend.h"
#include "api/server/recorded_cosignatures.h"
#include "crypto/merged_note.h"

namespace liuhen::api::server {
namespace {

namespace json = boost::json;

// How many of the checkpoints that the log records are looked at for one that has its quorum.
constexpr std::size_t kRecordedMax = 16;

struct Recorded {
  std::uint64_t size = 0, position = 0;
};

// What the log records as witnessed: of checkpoints that cover the position the smallest first, and
// without one the newest first.
Result<std::vector<Recorded>> recorded(const Backend& backend,
                                       std::optional<std::uint64_t> position) {
  Result<ReadModel::Reading> reading = backend.read();
  if (!reading) return reading.error();
  const auto& all = reading->state().witnessed;
  std::vector<Recorded> found;
  const auto take = [&found](auto from, auto to) {
    for (; from != to && found.size() < kRecordedMax; ++from)
      found.push_back({from->first, from->second});
  };
  if (position) {
    take(all.upper_bound(*position), all.end());
  } else {
    take(all.rbegin(), all.rend());
  }
  return found;
}

// The smallest checkpoint that covers the position and is known to be cosigned: one that the log
// records, so that everyone who answers to that position names the same; or else one whose
// cosignatures have just come. Without a position the newest of either.
Response witnessed(const Backend& backend, const Call& call) {
  std::optional<std::uint64_t> position;
  if (call.target.query.contains("covers")) {
    const Result<std::uint64_t> asked = call.target.number("covers", 0);
    if (!asked) return problem(asked.error());
    position = *asked;
  }
  std::optional<CosignedCheckpoint> kept;
  if (backend.publisher != nullptr)
    kept = position ? backend.publisher->covering(*position) : backend.publisher->newest();
  Response response;
  response.content_type = "text/plain; charset=utf-8";
  response.headers.emplace_back("Cache-Control", "no-store");
  const Result<std::vector<Recorded>> all = recorded(backend, position);
  if (!all) return problem(all.error());
  for (const Recorded& one : *all) {
    if (!position && kept && kept->checkpoint.size > one.size) break;
    Result<std::string> note = recorded_note(backend, one.size, one.position);
    if (!note) return problem(note.error());
    if (note->empty()) continue;
    const bool is_of_kept = kept && kept->checkpoint.size == one.size;
    response.body = is_of_kept ? crypto::merge_signatures(kept->note, *note) : std::move(*note);
    return response;
  }
  if (!kept)
    return problem(absent("还没有覆盖该位置的、经见证人联署的检查点",
                          "no checkpoint that covers the position has been cosigned yet"));
  response.body = std::move(kept->note);
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
                      {"error", std::move(error)},
                      {"proven", witness.proven}});
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
