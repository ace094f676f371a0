// Submitting intents, and those that wait for their second person (docs/formats/api.md, "Intents").
#include "api/server/backend.h"
#include "api/server/submission_json.h"
#include "ledger/describe.h"

namespace liuhen::api::server {
namespace {

namespace json = boost::json;

Response submit(const Backend& backend, const Call& call) {
  Result<ledger::Submission> submission = submission_of(call.request.body);
  if (!submission) return problem(submission.error());
  const Result<ledger::Answer> answer = backend.sequencer.submit_and_wait(std::move(*submission));
  if (!answer) {
    if (answer.error().code == "ledger.stopped" || answer.error().code == "storage.full")
      backend.writer_stopped = true;
    return problem(answer.error());
  }
  if (backend.platform_acts) backend.platform.wake();
  return answer_json(*answer);
}

json::object pending_json(const ledger::PendingIntent& pending) {
  const Result<ledger::IntentView> intent = ledger::IntentView::parse(pending.intent);
  LIUHEN_CHECK(intent.has_value());  // it was parsed before it was kept
  json::array present;
  for (std::size_t i = 0; i < pending.signatures.size(); ++i) {
    if (pending.signatures[i]) present.emplace_back(to_hex(intent->author(i)));
  }
  return {{"intent_hash", to_hex(pending.hash)},
          {"intent", to_base64(pending.intent)},
          {"described", json::parse(ledger::describe_json(*intent))},
          {"signed", std::move(present)},
          {"missing", hex_list(pending.missing())},
          {"expires", pending.expires()}};
}

// The first `limit` that come after `after` by hash.
Response pending_list(const Backend& backend, const Call& call) {
  const Result<std::uint64_t> limit = call.target.limit();
  if (!limit) return problem(limit.error());
  const std::string after = call.target.text("after");
  json::array rows;
  for (const ledger::PendingIntent& pending : backend.sequencer.pending()) {
    if (rows.size() == *limit) break;
    if (!after.empty() && to_hex(pending.hash) <= after) continue;
    rows.push_back(pending_json(pending));
  }
  return json_response({{"pending", std::move(rows)}});
}

Response pending_one(const Backend& backend, const Call& call) {
  const Result<Bytes> bytes = from_hex(call.captured[0]);
  const Result<Hash> hash = bytes ? exactly<32>(*bytes) : Result<Hash>(bytes.error());
  if (!hash) return problem(hash.error());
  const std::optional<ledger::PendingIntent> pending = backend.sequencer.pending_intent(*hash);
  if (!pending) {
    return problem(
        absent("没有这个待签的意图：可能已经签齐记入，或已过期",
               "no such intent waits: it may have been signed and recorded, or have expired"));
  }
  return json_response(pending_json(*pending));
}

constexpr Route kRoutes[] = {
    {"POST", "/api/v1/intents", submit},
    {"GET", "/api/v1/pending", pending_list},
    {"GET", "/api/v1/pending/*", pending_one},
};

}  // namespace

std::span<const Route> intent_routes() { return kRoutes; }

}  // namespace liuhen::api::server
