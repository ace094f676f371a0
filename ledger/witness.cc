#include "ledger/witness.h"

#include <algorithm>

#include "crypto/cosignature.h"
#include "crypto/lines.h"

namespace liuhen::ledger {
namespace {

Error bad_request(const std::string& zh, const std::string& en) {
  return fail("witness.request", "请求格式有误：" + zh, "malformed request: " + en);
}

Error bad_answer(const std::string& zh, const std::string& en) {
  return fail("witness.answer", "见证人的回答" + zh, "the witness's answer " + en);
}

using crypto::parse_size;
using crypto::take_line;

struct Opened {
  crypto::Note note;
  crypto::Checkpoint checkpoint;
  bool wrong_empty_root = false;  // size 0 with a root of something
};

// A checkpoint of size 0 whose root is not the empty one is well-formed, and refused later.
Result<Opened> open(std::string_view checkpoint) {
  auto note = crypto::parse_note(checkpoint);
  if (!note) return bad_request(note.error().zh, note.error().en);
  auto parsed = crypto::parse_checkpoint(note->text);
  if (parsed) return Opened{std::move(*note), std::move(*parsed), false};
  std::string_view rest = note->text;
  const auto origin = take_line(rest), size = take_line(rest), root = take_line(rest);
  const auto decoded = from_base64(root.value_or(""));
  if (origin && size && *size == "0" && root && decoded && decoded->size() == sizeof(Hash)) {
    const std::string mended =
        std::string(*origin) + "\n0\n" + to_base64(crypto::empty_root()) + "\n" + std::string(rest);
    auto again = crypto::parse_checkpoint(mended);
    if (again) return Opened{std::move(*note), std::move(*again), true};
  }
  return bad_request(parsed.error().zh, parsed.error().en);
}

WitnessRefused refuse(WitnessRefusal why, Error error) {
  return {.why = why, .error = std::move(error)};
}

// Nothing is held against a log of which nothing was cosigned.
WitnessRefused refuse_signed(WitnessRefusal why, Error error, const WitnessedHead& last,
                             const crypto::Checkpoint& offered) {
  WitnessRefused refused = refuse(why, std::move(error));
  refused.offered = {.size = offered.size, .root = offered.root};
  if (last.size == 0) return refused;
  if (offered.size < last.size) refused.doubt = WitnessDoubt::behind;
  if (offered.size == last.size && offered.root != last.root) refused.doubt = WitnessDoubt::fork;
  if (offered.size > last.size && why == WitnessRefusal::not_proven)
    refused.doubt = WitnessDoubt::unproven;
  return refused;
}

// The log's own signatures; at least one, and none of them bad.
Result<std::vector<crypto::NoteSignature>> signatures_of(const WitnessedLog& log,
                                                         const crypto::Note& note) {
  const auto verified = crypto::verify_note(note, log.keys);
  if (!verified) return verified.error();
  std::vector<crypto::NoteSignature> own;
  for (const crypto::NoteSignature& signature : note.signatures) {
    const bool known = std::any_of(log.keys.begin(), log.keys.end(), [&](const auto& key) {
      return key.name == signature.name && key.id() == signature.key_id;
    });
    if (known && std::find(own.begin(), own.end(), signature) == own.end())
      own.push_back(signature);
  }
  return own;
}

Error not_proven(const std::string& zh, const std::string& en) {
  return fail("witness.inconsistent", zh, en);
}

// Why the checkpoint does not continue what was cosigned last.
Outcome check_growth(const WitnessedHead& last, const Opened& opened,
                     const AddCheckpoint& request) {
  const crypto::Checkpoint& checkpoint = opened.checkpoint;
  if (opened.wrong_empty_root)
    return not_proven("大小为 0 的检查点，根不是空树的根",
                      "a checkpoint of size 0 whose root is not the empty one");
  if (request.old_size == 0 && !request.proof.empty())
    return not_proven("旧大小为 0 时不应有证明", "with old size 0 there must be no proof");
  if (request.old_size == checkpoint.size && checkpoint.root != last.root)
    return not_proven(
        "同一大小而根不同：日志出现分叉（大小 " + std::to_string(checkpoint.size) + "）",
        "another root at the same size: the log has forked (size " +
            std::to_string(checkpoint.size) + ")");
  if (crypto::verify_consistency(request.old_size, checkpoint.size, last.root, checkpoint.root,
                                 request.proof))
    return ok();
  return not_proven("一致性证明不成立（" + std::to_string(request.old_size) + " 至 " +
                        std::to_string(checkpoint.size) + "）",
                    "the consistency proof does not hold (" + std::to_string(request.old_size) +
                        " to " + std::to_string(checkpoint.size) + ")");
}

}  // namespace

std::string format_add_checkpoint(const AddCheckpoint& request) {
  LIUHEN_CHECK(request.proof.size() <= kWitnessProofMax);
  std::string body = "old " + std::to_string(request.old_size) + "\n";
  for (const Hash& hash : request.proof) body += to_base64(hash) + "\n";
  return body + "\n" + request.checkpoint;
}

Result<AddCheckpoint> parse_add_checkpoint(std::string_view body) {
  constexpr std::string_view kOld = "old ";
  const auto first = take_line(body);
  const auto size =
      first && first->starts_with(kOld) ? parse_size(first->substr(kOld.size())) : std::nullopt;
  if (!size) return bad_request("第 1 行应为 old 大小", "line 1 has to be: old <size>");
  AddCheckpoint request{.old_size = *size, .proof = {}, .checkpoint = {}};
  for (;;) {
    const auto line = take_line(body);
    if (!line) return bad_request("证明之后没有空行", "no blank line after the proof");
    if (line->empty()) break;
    const auto hash = from_base64(*line);
    if (!hash || hash->size() != sizeof(Hash))
      return bad_request("证明的一行不是 32 字节哈希的 base64",
                         "a line of the proof is not the base64 of a hash of 32 bytes");
    if (request.proof.size() == kWitnessProofMax)
      return bad_request("证明超过 63 个哈希", "more than 63 hashes in the proof");
    request.proof.push_back(exactly<32>(*hash).value());
  }
  request.checkpoint = body;
  return request;
}

unsigned status_of(WitnessRefusal refusal) {
  switch (refusal) {
    case WitnessRefusal::malformed:
      return 400;
    case WitnessRefusal::unsigned_:
      return 403;
    case WitnessRefusal::unknown_log:
      return 404;
    case WitnessRefusal::other_size:
      return 409;
    case WitnessRefusal::not_proven:
      return 422;
  }
  return 400;
}

Result<std::string> origin_of(const AddCheckpoint& request) {
  const auto opened = open(request.checkpoint);
  if (!opened) return opened.error();
  return opened->checkpoint.origin;
}

std::variant<WitnessAccepted, WitnessRefused> decide(const WitnessedLog* log,
                                                     const WitnessedHead& last,
                                                     const AddCheckpoint& request) {
  auto opened = open(request.checkpoint);
  if (!opened) return refuse(WitnessRefusal::malformed, opened.error());
  const crypto::Checkpoint& checkpoint = opened->checkpoint;
  if (log == nullptr || log->origin() != checkpoint.origin) {
    return refuse(WitnessRefusal::unknown_log,
                  fail("witness.unknown_log", "本见证人不认识日志“" + checkpoint.origin + "”",
                       "this witness does not know the log \"" + checkpoint.origin + "\""));
  }
  auto own = signatures_of(*log, opened->note);
  if (!own) return refuse(WitnessRefusal::unsigned_, own.error());
  if (request.old_size > checkpoint.size) {
    return refuse_signed(
        WitnessRefusal::malformed,
        bad_request("旧大小大于检查点的大小", "the old size is above the checkpoint's"), last,
        checkpoint);
  }
  if (request.old_size != last.size) {
    return refuse_signed(WitnessRefusal::other_size,
                         fail("witness.size", "上次联署的大小是 " + std::to_string(last.size),
                              "the size cosigned last is " + std::to_string(last.size)),
                         last, checkpoint);
  }
  if (auto grown = check_growth(last, *opened, request); !grown)
    return refuse_signed(WitnessRefusal::not_proven, grown.error(), last, checkpoint);
  return WitnessAccepted{.next = {.size = checkpoint.size, .root = checkpoint.root},
                         .text = std::move(opened->note.text),
                         .verified = std::move(*own)};
}

Result<std::uint64_t> parse_witness_size(std::string_view body) {
  const auto size = body.ends_with('\n') ? parse_size(body.substr(0, body.size() - 1))
                                         : std::optional<std::uint64_t>();
  if (!size) return bad_answer("没有写明大小", "does not say a size");
  return *size;
}

Result<crypto::NoteSignature> parse_witness_answer(std::string_view body,
                                                   const crypto::NoteKey& witness,
                                                   std::string_view note_text) {
  auto lines = crypto::parse_signature_lines(body);
  if (!lines) return bad_answer("不是联署行", "is not lines of cosignatures");
  for (crypto::NoteSignature& line : *lines) {
    if (line.name != witness.name || line.key_id != witness.id()) continue;
    const auto time = crypto::verify_cosignature(witness, note_text, line);
    if (!time) return time.error();
    return std::move(line);
  }
  return bad_answer("没有 " + witness.name + " 的联署", "has no cosignature by " + witness.name);
}

}  // namespace liuhen::ledger
