// Draws, their tasks and their proof files (docs/formats/api.md, "Draws").
#include "api/limits.h"
#include "api/server/backend.h"
#include "api/server/draw_json.h"
#include "api/server/draw_proof.h"

namespace liuhen::api::server {
namespace {

namespace json = boost::json;
using projections::Draw;

// "draw/<plan>/<attempt>" of the two captured segments; null if there is none.
const Draw* find(const projections::State& state, const Call& call) {
  const auto found =
      state.draws.by_stream.find("draw/" + call.captured[0] + "/" + call.captured[1]);
  return found == state.draws.by_stream.end() ? nullptr : &found->second;
}

Response no_draw(const Call& call) {
  const std::string name = call.captured[0] + "/" + call.captured[1];
  return problem(absent("没有抽取 " + name, "there is no draw " + name));
}

// By number; `after` is one.
Response draws(const Backend& backend, const Call& call) {
  const Result<std::uint64_t> limit = call.target.query.contains("limit")
                                          ? call.target.limit()
                                          : Result<std::uint64_t>(kPageRowsMax);
  if (!limit) return problem(limit.error());
  const Result<std::uint64_t> after = call.target.number("after", 0);
  if (!after) return problem(after.error());
  Result<ReadModel::Reading> reading = backend.read();
  if (!reading) return problem(reading.error());
  const projections::Draws& all = reading->state().draws;
  json::array rows;
  for (std::uint64_t number = *after; number < all.streams.size() && rows.size() < *limit;
       ++number) {
    rows.push_back(draw_summary(all.by_stream.at(all.streams[number])));
  }
  return json_response({{"total", all.streams.size()}, {"draws", std::move(rows)}});
}

Response one_draw(const Backend& backend, const Call& call) {
  Result<ReadModel::Reading> reading = backend.read();
  if (!reading) return problem(reading.error());
  const Draw* draw = find(reading->state(), call);
  if (draw == nullptr) return no_draw(call);
  return json_response(draw_json(reading->state(), *draw));
}

// In visit order; `after` is a visit's index, `subject` leaves the others out.
Response tasks(const Backend& backend, const Call& call) {
  const Result<std::uint64_t> limit = call.target.limit();
  if (!limit) return problem(limit.error());
  std::uint64_t visit = 0;
  if (call.target.query.contains("after")) {
    const Result<std::uint64_t> after = call.target.number("after", 0);
    if (!after) return problem(after.error());
    visit = *after == UINT64_MAX ? *after : *after + 1;
  }
  const std::string subject = call.target.text("subject");
  Result<ReadModel::Reading> reading = backend.read();
  if (!reading) return problem(reading.error());
  const Draw* draw = find(reading->state(), call);
  if (draw == nullptr) return no_draw(call);
  json::array rows;
  for (; visit < draw->tasks.size() && rows.size() < *limit; ++visit) {
    if (!subject.empty() && draw->tasks[visit].subject != subject) continue;
    rows.push_back(task_json(reading->state(), *draw, visit));
  }
  return json_response({{"total", draw->tasks.size()}, {"tasks", std::move(rows)}});
}

constexpr std::uint64_t kOpenedRowsPerRequest = 64;

// The file that verifies offline.
Response proof_file(const Backend& backend, const Call& call) {
  Result<ReadModel::Reading> reading = backend.read();
  if (!reading) return problem(reading.error());
  const Draw* draw = find(reading->state(), call);
  if (draw == nullptr) return no_draw(call);
  Result<std::string> text = draw_proof(backend, *reading, *draw);
  if (!text) return problem(text.error());
  Response response;
  response.content_type = "application/octet-stream";
  response.weight += text->size() / kProofBytesPerRequest;  // makes as much work
  if (draw->is_restricted())  // each row is decrypted and committed to again
    response.weight += draw->announcement.subject_rows / kOpenedRowsPerRequest;
  response.body = std::move(*text);
  response.headers.emplace_back("Cache-Control", "no-store");
  response.headers.emplace_back("Content-Disposition", "attachment; filename=\"draw.draw-proof\"");
  return response;
}

// The pool is gone through for it: so many rows count as one more request.
constexpr std::uint64_t kPoolRowsPerRequest = 512;

// The file that shows one subject alone, there or not.
Response row_file(const Backend& backend, const Call& call) {
  Result<ReadModel::Reading> reading = backend.read();
  if (!reading) return problem(reading.error());
  const Draw* draw = find(reading->state(), call);
  if (draw == nullptr) return no_draw(call);
  Result<std::string> text = draw_row(backend, *reading, *draw, call.captured[2]);
  if (!text) return problem(text.error());
  Response response;
  response.content_type = "application/octet-stream";
  response.weight += draw->announcement.subject_rows / kPoolRowsPerRequest;
  response.body = std::move(*text);
  response.headers.emplace_back("Cache-Control", "no-store");
  response.headers.emplace_back("Content-Disposition",
                                "attachment; filename=\"" + call.captured[2] + ".draw-row\"");
  return response;
}

constexpr Route kRoutes[] = {
    {"GET", "/api/v1/draws", draws},
    {"GET", "/api/v1/draws/*/*", one_draw},
    {"GET", "/api/v1/draws/*/*/tasks", tasks},
    {"GET", "/api/v1/draws/*/*/proof", proof_file},
    {"GET", "/api/v1/draws/*/*/rows/*", row_file},
};

}  // namespace

std::span<const Route> draw_routes() { return kRoutes; }

}  // namespace liuhen::api::server
