// Proofs that the log holds an entry, and that it has only grown (docs/formats/tiles.md, "Over
// HTTP").
#include "api/server/backend.h"
#include "api/server/recorded_cosignatures.h"
#include "crypto/merged_note.h"
#include "crypto/tlog_proof.h"

namespace liuhen::api::server {
namespace {

namespace json = boost::json;

// The note of that size with the cosignatures that the log records of it; empty if it records none.
Result<std::string> recorded(const Backend& backend, std::uint64_t size) {
  const Result<ReadModel::Reading> reading = backend.read();
  if (!reading) return reading.error();
  const auto& all = reading->state().witnessed;
  const auto found = all.find(size);
  if (found == all.end()) return std::string();
  return recorded_note(backend, size, found->second);
}

// The note that the log published when it had so many entries, with the cosignatures that the
// service has of it.
Result<std::string> published(const Backend& backend, std::uint64_t size) {
  const auto kept = backend.publisher == nullptr ? std::optional<CosignedCheckpoint>()
                                                 : backend.publisher->at(size);
  Result<std::string> cosigned = recorded(backend, size);
  if (!cosigned) return cosigned;
  if (kept) return crypto::merge_signatures(*cosigned, kept->note);
  if (!cosigned->empty()) return cosigned;
  Result<std::optional<std::string>> note =
      backend.storage.get(ledger::Family::checkpoints, ledger::key_of_number(size));
  if (!note) return note.error();
  if (!*note) {
    const std::string text = std::to_string(size);
    return absent("没有发布过 " + text + " 条时的检查点",
                  "no checkpoint of " + text + " entries was published");
  }
  return std::move(**note);
}

// c2sp.org/tlog-proof@v1 under the newest checkpoint that is cosigned and covers the entry, or else
// the last, or under that of `size` entries. The extra data is the entry, so that the file says
// what it proves.
Response proof(const Backend& backend, const Call& call) {
  const Result<std::uint64_t> position = parse_number(call.captured[0]);
  if (!position) return problem(position.error());
  Head head = backend.head();
  const auto cosigned = backend.publisher == nullptr ? std::optional<CosignedCheckpoint>()
                                                     : backend.publisher->newest();
  const bool is_cosigned = cosigned && cosigned->checkpoint.size > *position;
  if (is_cosigned) head = {.note = cosigned->note, .checkpoint = cosigned->checkpoint};
  const Result<std::uint64_t> size = call.target.number("size", head.checkpoint.size);
  if (!size) return problem(size.error());
  if (is_cosigned || *size != head.checkpoint.size) {
    Result<std::string> note = published(backend, *size);
    if (!note) return problem(note.error());
    head.note = std::move(*note);
  }
  Result<ReadModel::Reading> reading = backend.model.read(*size);
  if (!reading) return problem(reading.error());
  Result<crypto::Proof> path = reading->tree().inclusion(*position, *size);
  if (!path)
    return problem(absent("这个检查点之下没有这条记录", "there is no such entry under it"));
  const Result<std::string> entry = backend.entry(*position);
  if (!entry) return problem(entry.error());
  const View extra = view_of(*entry);
  const std::string name = std::to_string(*position);
  Response response;
  response.content_type = "text/plain; charset=utf-8";
  response.body = crypto::format_tlog_proof({.extra = {extra.begin(), extra.end()},
                                             .index = *position,
                                             .hashes = std::move(*path),
                                             .checkpoint = std::move(head.note)});
  response.headers.emplace_back("Cache-Control", "no-store");
  response.headers.emplace_back("Content-Disposition",
                                "attachment; filename=\"" + name + ".tlog-proof\"");
  return response;
}

json::value note_or_null(const Backend& backend, std::uint64_t size) {
  const Result<std::string> note = published(backend, size);
  return note ? json::value(*note) : json::value(nullptr);
}

// Between any two sizes, whether or not a checkpoint was published of them.
Response consistency(const Backend& backend, const Call& call) {
  if (!call.target.query.contains("old")) {
    return problem(fail("request.number", "请给出 old：较早的条目数",
                        "give old, the number of entries that there were before"));
  }
  const Result<std::uint64_t> old_size = call.target.number("old", 0);
  if (!old_size) return problem(old_size.error());
  const Result<std::uint64_t> new_size = call.target.number("new", backend.sequencer.size());
  if (!new_size) return problem(new_size.error());
  json::object answer{{"old", *old_size}, {"new", *new_size}};
  {
    Result<ReadModel::Reading> reading = backend.read();
    if (!reading) return problem(reading.error());
    const Result<crypto::Proof> path = reading->tree().consistency(*old_size, *new_size);
    if (!path) return problem(path.error());
    json::array hashes;
    for (const Hash& hash : *path) hashes.emplace_back(to_base64(hash));
    answer["old_root"] = to_base64(reading->tree().root(*old_size));
    answer["new_root"] = to_base64(reading->tree().root(*new_size));
    answer["proof"] = std::move(hashes);
  }  // the notes are read for themselves
  answer["old_checkpoint"] = note_or_null(backend, *old_size);
  answer["new_checkpoint"] = note_or_null(backend, *new_size);
  return json_response(std::move(answer));
}

constexpr Route kRoutes[] = {
    {"GET", "/api/v1/proofs/*", proof},
    {"GET", "/api/v1/consistency", consistency},
};

}  // namespace

std::span<const Route> proof_routes() { return kRoutes; }

}  // namespace liuhen::api::server
