#include "crypto/tlog_proof.h"

#include <charconv>

namespace liuhen::crypto {
namespace {

constexpr std::size_t kMaxHashes = 63;

Error bad_format(std::size_t line, const char* zh, const char* en) {
  return fail("tlog_proof.format",
              "证明文件第 " + std::to_string(line) + " 行有误：" + std::string(zh),
              "line " + std::to_string(line) + " of the proof file is wrong: " + en);
}

// Takes lines off a text, and knows where it is.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}
  // The next line without its newline; nothing if none is complete.
  std::optional<std::string_view> next() {
    const std::size_t newline = rest_.find('\n');
    if (newline == std::string_view::npos) return std::nullopt;
    const std::string_view line = rest_.substr(0, newline);
    rest_.remove_prefix(newline + 1);
    ++number_;
    return line;
  }
  bool starts_with(std::string_view prefix) const { return rest_.starts_with(prefix); }
  std::size_t number() const { return number_; }  // of the line taken last, from 1
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
  std::size_t number_ = 0;
};

std::optional<std::uint64_t> parse_index(std::string_view text) {
  std::uint64_t index = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (std::to_string(index) != text) return std::nullopt;
  return index;
}

}  // namespace

std::string format_tlog_proof(const TlogProof& proof) {
  LIUHEN_CHECK(proof.hashes.size() <= kMaxHashes);
  LIUHEN_CHECK(parse_note(proof.checkpoint).has_value());
  std::string text(kTlogProofHeader);
  if (!proof.extra.empty()) text += "extra " + to_base64(proof.extra) + "\n";
  text += "index " + std::to_string(proof.index) + "\n";
  for (const Hash& hash : proof.hashes) text += to_base64(hash) + "\n";
  return text + "\n" + proof.checkpoint;
}

Result<TlogProof> parse_tlog_proof(std::string_view text) {
  constexpr std::string_view kExtra = "extra ", kIndex = "index ";
  if (text.size() > kMaxTlogProofSize) return bad_format(1, "文件过大", "the file is too large");
  if (!text.starts_with(kTlogProofHeader)) {
    return bad_format(1, "应为 c2sp.org/tlog-proof@v1", "expected c2sp.org/tlog-proof@v1");
  }
  Lines lines(text);
  (void)lines.next();
  TlogProof proof;
  if (lines.starts_with(kExtra)) {
    const auto line = lines.next();
    auto extra = from_base64(line.value_or(kExtra).substr(kExtra.size()));
    if (!extra || extra->empty())
      return bad_format(2, "附加内容应为非空的 base64", "the extra data has to be base64");
    proof.extra = std::move(*extra);
  }
  const bool indexed = lines.starts_with(kIndex);
  const auto index_line = lines.next();
  const auto index =
      indexed && index_line ? parse_index(index_line->substr(kIndex.size())) : std::nullopt;
  if (!index)
    return bad_format(lines.number(), "应为 index 与条目的位置",
                      "expected index and the entry's position");
  proof.index = *index;
  for (;;) {
    const auto line = lines.next();
    if (!line)
      return bad_format(lines.number() + 1, "缺少空行与检查点",
                        "the blank line and the checkpoint are missing");
    if (line->empty()) break;
    const auto bytes = from_base64(*line);
    if (!bytes || bytes->size() != sizeof(Hash) || proof.hashes.size() == kMaxHashes) {
      return bad_format(lines.number(), "应为 32 字节哈希的 base64，至多 63 行",
                        "expected the base64 of a hash of 32 bytes, 63 lines at most");
    }
    proof.hashes.push_back(exactly<32>(*bytes).value());
  }
  proof.checkpoint = lines.rest();
  if (!parse_note(proof.checkpoint))
    return bad_format(lines.number() + 1, "空行之后应为检查点（签名的笔记）",
                      "a checkpoint, which is a signed note, has to follow the blank line");
  LIUHEN_CHECK(format_tlog_proof(proof) == text);
  return proof;
}

Result<OpenedCheckpoint> verify_tlog_proof(const TlogProof& proof, const Hash& leaf,
                                           const Policy& policy) {
  auto opened = policy.open(proof.checkpoint);
  if (!opened) return opened.error();
  const crypto::Checkpoint& checkpoint = opened->checkpoint;
  const Outcome included =
      verify_inclusion(proof.index, checkpoint.size, leaf, proof.hashes, checkpoint.root);
  if (!included) return included.error();
  return opened;
}

}  // namespace liuhen::crypto
