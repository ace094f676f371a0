#include "api/client/witness_client.h"

#include <algorithm>

#include "crypto/sha256.h"
#include "crypto/utf8.h"

namespace liuhen::api {
namespace {

// A witness may be told of the log by others meanwhile; one that never settles is not asked again.
constexpr unsigned kAttemptsMax = 3;
// Of what it says when it refuses; the rest is cut off.
constexpr std::size_t kSaidBytesMax = 200;

// Neither a control nor what turns the direction of writing.
bool is_shown(char32_t c) {
  const bool control = c < 0x20 || (c >= 0x7f && c <= 0x9f);
  const bool turns = c == 0x200e || c == 0x200f || (c >= 0x2028 && c <= 0x202e) ||
                     (c >= 0x2066 && c <= 0x2069) || c == 0x061c || c == 0xfeff;
  return !control && !turns;
}

// A witness may answer with any bytes, and they are shown to people and in JSON: what is not text
// stands there as \xNN.
std::string shown(std::string_view said) {
  while (said.ends_with('\n')) said.remove_suffix(1);
  said = said.substr(0, kSaidBytesMax);
  std::string out;
  while (!said.empty()) {
    std::string_view rest = said;
    const auto code_point = crypto::take_code_point(rest);
    if (code_point && is_shown(*code_point)) {
      out += said.substr(0, said.size() - rest.size());
      said = rest;
    } else {
      const auto byte = static_cast<std::uint8_t>(said.front());
      out += "\\x" + to_hex(View(&byte, 1));
      said.remove_prefix(1);
    }
  }
  return out;
}

Error refused(const std::string& name, const Response& answer) {
  const std::string status = std::to_string(answer.status);
  const std::string why = shown(answer.body);
  return fail("witness.refused", "见证人 " + name + " 以 HTTP " + status + " 拒绝：" + why,
              "the witness " + name + " refused with HTTP " + status + ": " + why);
}

Error forked(const std::string& name, unsigned status) {
  const std::string answered = std::to_string(status);
  return fail("witness.fork",
              "见证人 " + name + " 以 HTTP " + answered +
                  " 拒绝：本账本不是它联署过的历史的延续，可能分叉，请立即核查",
              "the witness " + name + " refused with HTTP " + answered +
                  ": this log does not continue the history that it cosigned, and may have forked; "
                  "look into it at once");
}

}  // namespace

Error witness_ahead(const std::string& witness, std::uint64_t cosigned, std::uint64_t size) {
  const std::string had = std::to_string(cosigned), has = std::to_string(size);
  return fail("witness.ahead",
              "见证人 " + witness + " 已联署到 " + had + " 条，而本账本只有 " + has +
                  " 条：账本可能被回退，请立即核查",
              "the witness " + witness + " has cosigned " + had + " entries and this log has " +
                  has + ": it may have been rolled back, look into it at once");
}

Result<std::unique_ptr<WitnessClient>> WitnessClient::open(std::string_view url,
                                                           crypto::NoteKey witness,
                                                           const ConnectionOptions& limits) {
  const std::size_t host = url.find("//");
  const std::size_t slash =
      host == std::string_view::npos ? std::string_view::npos : url.find('/', host + 2);
  std::string prefix(slash == std::string_view::npos ? std::string_view() : url.substr(slash));
  while (prefix.ends_with('/')) prefix.pop_back();
  auto connection = connect(url.substr(0, slash), limits);
  if (!connection) return connection.error();
  return std::unique_ptr<WitnessClient>(
      new WitnessClient(std::move(witness), std::move(prefix), std::move(*connection)));
}

Result<crypto::NoteSignature> WitnessClient::cosign(const std::string& note, std::uint64_t size,
                                                    const ProveConsistency& prove) {
  const auto parsed = crypto::parse_note(note);
  if (!parsed) return parsed.error();
  std::uint64_t old_size = std::min(cosigned_, size);
  for (unsigned attempt = 0; attempt < kAttemptsMax; ++attempt) {
    if (old_size > size) return witness_ahead(witness_.name, old_size, size);
    auto proof = prove(old_size, size);
    if (!proof) return proof.error();
    std::string body = ledger::format_add_checkpoint(
        {.old_size = old_size, .proof = std::move(*proof), .checkpoint = note});
    if (body.size() > ledger::kWitnessSentBytesMax) {
      return fail("witness.request", "检查点过大，见证人可能不收",
                  "the checkpoint is larger than every witness takes");
    }
    const auto answer = connection_->send(
        {"POST", prefix_ + "/add-checkpoint", "text/plain; charset=utf-8", std::move(body)});
    if (!answer) return answer.error();
    if (answer->status == 200) {
      auto line = ledger::parse_witness_answer(answer->body, witness_, parsed->text);
      if (line) cosigned_ = size;
      return line;
    }
    if (answer->status == 422) return forked(witness_.name, answer->status);
    if (answer->status != 409 || answer->content_type != ledger::kWitnessSizeType)
      return refused(witness_.name, *answer);
    const auto last = ledger::parse_witness_size(answer->body);
    if (!last) return last.error();
    // Before v1.0.0 of tlog-witness this was the answer to another root of the size cosigned last.
    if (*last == old_size && old_size == size) return forked(witness_.name, answer->status);
    if (*last == old_size) break;
    old_size = said_ = *last;
  }
  return fail("witness.answer", "见证人 " + witness_.name + " 所说的大小前后不一",
              "the witness " + witness_.name + " does not settle on a size");
}

Result<std::string> WitnessClient::held(std::string_view origin) {
  const std::string hash = to_hex(View(crypto::sha256(view_of(origin))));
  const auto answer = connection_->get(prefix_ + "/" + hash + "/checkpoint");
  if (!answer) return answer.error();
  if (answer->status != 200) return refused(witness_.name, *answer);
  return answer->body;
}

}  // namespace liuhen::api
