// Submitting intents, and those that wait for their second person (docs/formats/api.md, "Intents").
#include "api/server/backend.h"
#include "api/server/json_fields.h"
#include "ledger/describe.h"
#include "ledger/limits.h"

namespace liuhen::api::server {
namespace {

namespace json = boost::json;

Result<std::pair<KeyId, Signature>> signature_of(const json::value& value) {
  const json::object* row = value.if_object();
  if (row == nullptr) return field_error("signatures", "的每一项应为对象", "has to hold objects");
  const Result<Bytes> key = hex_field(*row, "key");
  if (!key) return key.error();
  const Result<Bytes> signature = hex_field(*row, "signature");
  if (!signature) return signature.error();
  const Result<KeyId> key_id = exactly<32>(*key);
  if (!key_id) return field_error("key", "应为 32 字节", "has to be 32 bytes");
  const Result<Signature> exact = exactly<64>(*signature);
  if (!exact) return field_error("signature", "应为 64 字节", "has to be 64 bytes");
  return std::pair(*key_id, *exact);
}

Result<ledger::Opening> opening_of(const json::value& value) {
  const json::object* row = value.if_object();
  if (row == nullptr) return field_error("openings", "的每一项应为对象", "has to hold objects");
  const Result<Bytes> commitment = hex_field(*row, "commitment");
  if (!commitment) return commitment.error();
  const Result<Bytes> salt = hex_field(*row, "salt");
  if (!salt) return salt.error();
  Result<Bytes> bytes = base64_field(*row, "bytes");
  if (!bytes) return bytes.error();
  ledger::Opening opening;
  const Result<Hash> exact = exactly<32>(*commitment);
  if (!exact) return field_error("commitment", "应为 32 字节", "has to be 32 bytes");
  const Result<Hash> exact_salt = exactly<32>(*salt);
  if (!exact_salt) return field_error("salt", "应为 32 字节", "has to be 32 bytes");
  opening.commitment = *exact;
  opening.salt = *exact_salt;
  opening.bytes = std::move(*bytes);
  return opening;
}

Result<ledger::Submission> submission_of(const std::string& body) {
  const Result<json::object> fields = parse_object(body);
  if (!fields) return fields.error();
  Result<Bytes> intent = base64_field(*fields, "intent");
  if (!intent) return intent.error();
  const Result<json::array> signatures = list_field(*fields, "signatures", true);
  if (!signatures) return signatures.error();
  const Result<json::array> openings = list_field(*fields, "openings", false);
  if (!openings) return openings.error();
  if (signatures->size() > ledger::kAuthorsMax)
    return field_error("signatures", "过多", "holds too many");
  if (openings->size() > ledger::kOpeningsMax)
    return field_error("openings", "过多", "holds too many");
  ledger::Submission submission;
  submission.intent = std::move(*intent);
  for (const json::value& value : *signatures) {
    Result<std::pair<KeyId, Signature>> signature = signature_of(value);
    if (!signature) return signature.error();
    submission.signatures.push_back(*signature);
  }
  for (const json::value& value : *openings) {
    Result<ledger::Opening> opening = opening_of(value);
    if (!opening) return opening.error();
    submission.openings.push_back(std::move(*opening));
  }
  return submission;
}

json::array hex_list(const std::vector<KeyId>& keys) {
  json::array list;
  for (const KeyId& key : keys) list.emplace_back(to_hex(key));
  return list;
}

Response answer_json(const ledger::Receipt& receipt) {
  json::array proof;
  for (const Hash& hash : receipt.proof) proof.emplace_back(to_base64(hash));
  return json_response({{"position", receipt.position},
                        {"time", receipt.time},
                        {"leaf_hash", to_hex(receipt.leaf_hash)},
                        {"checkpoint", receipt.checkpoint},
                        {"proof", std::move(proof)},
                        {"repeated", receipt.repeated}});
}

Response answer_json(const ledger::Waiting& waiting) {
  return json_response(
      {{"intent_hash", to_hex(waiting.intent_hash)}, {"missing", hex_list(waiting.missing)}}, 202);
}

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
  return std::visit([](const auto& got) { return answer_json(got); }, *answer);
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
