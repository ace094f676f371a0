#include "api/server/submission_json.h"

#include "api/server/json_fields.h"
#include "ledger/limits.h"

namespace liuhen::api::server {

namespace json = boost::json;

namespace {

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

JsonAnswer receipt_json(const ledger::Receipt& receipt, const json::storage_ptr& memory) {
  json::array proof(memory);
  proof.reserve(receipt.proof.size());
  for (const Hash& hash : receipt.proof) proof.emplace_back(to_base64(hash));
  return {200, json::object({{"position", receipt.position},
                             {"time", receipt.time},
                             {"leaf_hash", to_hex(receipt.leaf_hash)},
                             {"checkpoint", receipt.checkpoint},
                             {"proof", std::move(proof)},
                             {"repeated", receipt.repeated}},
                            memory)};
}

JsonAnswer waiting_json(const ledger::Waiting& waiting, const json::storage_ptr& memory) {
  return {202, json::object({{"intent_hash", to_hex(waiting.intent_hash)},
                             {"missing", hex_list(waiting.missing)}},
                            memory)};
}

}  // namespace

Result<ledger::Submission> submission_of(const json::object& fields) {
  Result<Bytes> intent = base64_field(fields, "intent");
  if (!intent) return intent.error();
  const Result<const json::array*> signatures = list_field(fields, "signatures", true);
  if (!signatures) return signatures.error();
  const Result<const json::array*> openings = list_field(fields, "openings", false);
  if (!openings) return openings.error();
  if ((*signatures)->size() > ledger::kAuthorsMax)
    return field_error("signatures", "过多", "holds too many");
  if ((*openings)->size() > ledger::kOpeningsMax)
    return field_error("openings", "过多", "holds too many");
  ledger::Submission submission;
  submission.intent = std::move(*intent);
  for (const json::value& value : **signatures) {
    Result<std::pair<KeyId, Signature>> signature = signature_of(value);
    if (!signature) return signature.error();
    submission.signatures.push_back(*signature);
  }
  for (const json::value& value : **openings) {
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

JsonAnswer answer_json(const ledger::Answer& answer, const json::storage_ptr& memory) {
  const auto* receipt = std::get_if<ledger::Receipt>(&answer);
  return receipt != nullptr ? receipt_json(*receipt, memory)
                            : waiting_json(std::get<ledger::Waiting>(answer), memory);
}

}  // namespace liuhen::api::server
