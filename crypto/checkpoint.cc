#include "crypto/checkpoint.h"

#include <algorithm>
#include <limits>

#include "crypto/lines.h"
#include "crypto/merkle.h"
#include "crypto/utf8.h"

namespace liuhen::crypto {
namespace {

constexpr std::uint64_t kMaxSize =
    std::numeric_limits<std::int64_t>::max();  // what every client can read

Error bad_format(const char* zh, const char* en) {
  return fail("checkpoint.format", std::string("检查点格式有误：") + zh,
              std::string("malformed checkpoint: ") + en);
}

}  // namespace

std::string format_checkpoint(const Checkpoint& checkpoint) {
  LIUHEN_CHECK(!checkpoint.origin.empty() && is_plain_text(checkpoint.origin, false));
  LIUHEN_CHECK(checkpoint.size <= kMaxSize);
  LIUHEN_CHECK(checkpoint.size != 0 || checkpoint.root == empty_root());
  std::string text = checkpoint.origin + "\n" + std::to_string(checkpoint.size) + "\n" +
                     to_base64(checkpoint.root) + "\n";
  for (const std::string& line : checkpoint.extensions) {
    LIUHEN_CHECK(!line.empty() && is_plain_text(line, false));
    text += line + "\n";
  }
  return text;
}

Result<Checkpoint> parse_checkpoint(std::string_view text) {
  if (!is_plain_text(text, true))
    return bad_format("不是 UTF-8，或含控制字符", "not UTF-8, or with control characters");
  const std::string_view whole = text;
  const auto origin = take_line(text);
  if (!origin || origin->empty())
    return bad_format("第 1 行应为日志名称", "line 1 has to be the log's name");
  const auto size_line = take_line(text);
  const auto size = size_line ? parse_size(*size_line) : std::nullopt;
  if (!size)
    return bad_format("第 2 行应为十进制条目数",
                      "line 2 has to be the number of entries in decimal");
  const auto root_line = take_line(text);
  const auto decoded = from_base64(root_line.value_or(""));
  if (!root_line || !decoded || decoded->size() != sizeof(Hash)) {
    return bad_format("第 3 行应为 32 字节根哈希的 base64",
                      "line 3 has to be the base64 of a root of 32 bytes");
  }
  Checkpoint out{
      .origin = std::string(*origin), .size = *size, .root = exactly<32>(*decoded).value()};
  if (out.size == 0 && out.root != empty_root()) {
    return bad_format("空日志的根哈希不对", "the root of an empty log is not the empty root");
  }
  while (!text.empty()) {
    const auto line = take_line(text);
    if (!line || line->empty())
      return bad_format("扩展行为空或未结束", "an extension line is empty or unfinished");
    out.extensions.emplace_back(*line);
  }
  LIUHEN_CHECK(format_checkpoint(out) == whole);
  return out;
}

std::string sign_checkpoint(const Checkpoint& checkpoint, const SigningKey& key) {
  LIUHEN_CHECK(checkpoint.extensions.empty());
  Note note{.text = format_checkpoint(checkpoint), .signatures = {}};
  note.signatures.push_back(sign_note(key, checkpoint.origin, note.text));
  return format_note(note);
}

Result<OpenedCheckpoint> open_checkpoint(std::string_view note, const NoteKey& log,
                                         std::span<const NoteKey> witnesses) {
  auto parsed = parse_note(note);
  if (!parsed) return parsed.error();
  auto checkpoint = parse_checkpoint(parsed->text);
  if (!checkpoint) return checkpoint.error();
  if (checkpoint->origin != log.name) {
    return fail("checkpoint.origin",
                "检查点属于日志 " + checkpoint->origin + "，而不是 " + log.name,
                "the checkpoint is of the log " + checkpoint->origin + ", not of " + log.name);
  }
  std::vector<NoteKey> known(witnesses.begin(), witnesses.end());
  known.insert(known.begin(), log);
  auto verified = verify_note(*parsed, known);
  if (!verified) return verified.error();
  const auto is_log = [&](const VerifiedSignature& signature) { return signature.key == log; };
  if (std::none_of(verified->begin(), verified->end(), is_log)) {
    return fail("note.unsigned", "日志 " + log.name + " 没有签署此检查点",
                "the log " + log.name + " did not sign this checkpoint");
  }
  // Only what carries a time is a cosignature, and the log is no witness of itself.
  std::erase_if(*verified, [&](const VerifiedSignature& signature) {
    return is_log(signature) || !signature.time;
  });
  return OpenedCheckpoint{.checkpoint = std::move(*checkpoint),
                          .note = std::move(*parsed),
                          .cosignatures = std::move(*verified)};
}

}  // namespace liuhen::crypto
