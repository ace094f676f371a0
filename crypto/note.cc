#include "crypto/note.h"

#include <algorithm>

#include "crypto/cosignature.h"
#include "crypto/sha256.h"
#include "crypto/utf8.h"

namespace liuhen::crypto {
namespace {

constexpr std::string_view kDash = "\xe2\x80\x94 ";  // U+2014 and a space
constexpr std::size_t kKeyIdSize = 4;

std::array<std::uint8_t, 4> big_endian(std::uint32_t number) {
  return {static_cast<std::uint8_t>(number >> 24), static_cast<std::uint8_t>(number >> 16),
          static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number)};
}

std::uint32_t from_big_endian(View bytes) {
  return static_cast<std::uint32_t>(bytes[0]) << 24 | static_cast<std::uint32_t>(bytes[1]) << 16 |
         static_cast<std::uint32_t>(bytes[2]) << 8 | bytes[3];
}

Error bad_vkey() {
  return fail("note.vkey",
              "不是有效的验证公钥（应为 名称+8位十六进制+base64）；请向日志运营者或见证人重新索取",
              "not a valid verifier key (name+8 hex digits+base64); ask the log's operator or the "
              "witness for it");
}

Error bad_format(const char* zh, const char* en) {
  return fail("note.format", std::string("签名文本格式有误：") + zh,
              std::string("malformed signed note: ") + en);
}

// A line without its newline.
Result<NoteSignature> parse_signature_line(std::string_view line) {
  const Error bad = bad_format("签名行应为“— 名称 base64”", "a signature line is `— name base64`");
  if (!line.starts_with(kDash)) return bad;
  line.remove_prefix(kDash.size());
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos || !is_note_name(line.substr(0, space))) return bad;
  auto blob = from_base64(line.substr(space + 1));
  if (!blob || blob->size() <= kKeyIdSize) return bad;
  const View bytes(*blob);
  return NoteSignature{.name = std::string(line.substr(0, space)),
                       .key_id = from_big_endian(bytes),
                       .blob = Bytes(bytes.begin() + kKeyIdSize, bytes.end())};
}

// The time of a good signature (none for type ed25519), or `note.signature`.
Result<std::optional<std::uint64_t>> check_signature(const NoteKey& key, const Note& note,
                                                     const NoteSignature& signature) {
  if (key.type == NoteKeyType::cosignature) {
    auto time = verify_cosignature(key, note.text, signature);
    if (!time) return time.error();
    return std::optional(*time);
  }
  auto raw = exactly<64>(signature.blob);
  if (!raw || !verify(key.key, view_of(note.text), *raw)) {
    return fail("note.signature", key.name + " 的签名无效；内容可能被改动，请勿采信",
                "the signature by " + key.name +
                    " is not good; the text may have been changed, do not rely on it");
  }
  return std::optional<std::uint64_t>();
}

}  // namespace

bool is_note_name(std::string_view name) {
  if (name.empty()) return false;
  while (!name.empty()) {
    const auto code_point = take_code_point(name);
    if (!code_point || *code_point < 0x20 || *code_point == '+' || is_unicode_space(*code_point))
      return false;
  }
  return true;
}

std::uint32_t NoteKey::id() const {
  const std::uint8_t type_byte[] = {'\n', static_cast<std::uint8_t>(type)};
  const Hash hash = sha256({view_of(name), View(type_byte), View(key)});
  return from_big_endian(hash);
}

std::string NoteKey::vkey() const {
  LIUHEN_CHECK(is_note_name(name));
  Bytes data = {static_cast<std::uint8_t>(type)};
  data.insert(data.end(), key.begin(), key.end());
  return name + "+" + to_hex(big_endian(id())) + "+" + to_base64(data);
}

Result<NoteKey> parse_vkey(std::string_view vkey) {
  const std::size_t first = vkey.find('+');
  if (first == std::string_view::npos || !is_note_name(vkey.substr(0, first))) return bad_vkey();
  const std::size_t second = vkey.find('+', first + 1);
  if (second == std::string_view::npos) return bad_vkey();
  auto data = from_base64(vkey.substr(second + 1));
  if (!data || data->size() != 33) return bad_vkey();
  const auto type = static_cast<NoteKeyType>(data->front());
  if (type != NoteKeyType::ed25519 && type != NoteKeyType::cosignature) return bad_vkey();
  NoteKey key{.name = std::string(vkey.substr(0, first)),
              .type = type,
              .key = exactly<32>(View(*data).subspan(1)).value()};
  if (key.vkey() != vkey) return bad_vkey();
  return key;
}

Result<std::vector<NoteSignature>> parse_signature_lines(std::string_view lines) {
  std::vector<NoteSignature> signatures;
  while (!lines.empty()) {
    const std::size_t newline = lines.find('\n');
    if (newline == std::string_view::npos)
      return bad_format("最后一行没有换行", "the last line has no newline");
    if (signatures.size() == kMaxNoteSignatures)
      return bad_format("签名过多", "too many signatures");
    auto signature = parse_signature_line(lines.substr(0, newline));
    if (!signature) return signature.error();
    signatures.push_back(std::move(*signature));
    lines.remove_prefix(newline + 1);
  }
  if (signatures.empty()) return bad_format("没有签名行", "there is no signature line");
  return signatures;
}

std::string format_signature_line(const NoteSignature& signature) {
  LIUHEN_CHECK(is_note_name(signature.name) && !signature.blob.empty());
  const auto id = big_endian(signature.key_id);
  Bytes bytes(id.begin(), id.end());
  bytes.insert(bytes.end(), signature.blob.begin(), signature.blob.end());
  return std::string(kDash) + signature.name + " " + to_base64(bytes) + "\n";
}

Result<Note> parse_note(std::string_view note) {
  if (note.size() > kMaxNoteSize)
    return bad_format("超过 1,000,000 字节", "longer than 1,000,000 bytes");
  if (!is_plain_text(note, true)) {
    return bad_format("不是 UTF-8，或含控制字符", "not UTF-8, or with control characters");
  }
  const std::size_t blank = note.rfind("\n\n");
  if (blank == std::string_view::npos) {
    return bad_format("正文与签名之间没有空行", "no blank line between text and signatures");
  }
  auto signatures = parse_signature_lines(note.substr(blank + 2));
  if (!signatures) return signatures.error();
  Note out{.text = std::string(note.substr(0, blank + 1)), .signatures = std::move(*signatures)};
  LIUHEN_CHECK(format_note(out) == note);
  return out;
}

std::string format_note(const Note& note) {
  LIUHEN_CHECK(note.text.ends_with('\n') && is_plain_text(note.text, true));
  std::string out = note.text + "\n";
  for (const NoteSignature& signature : note.signatures) out += format_signature_line(signature);
  return out;
}

NoteSignature sign_note(const SigningKey& key, const std::string& name, std::string_view text) {
  LIUHEN_CHECK(text.ends_with('\n'));
  const NoteKey own{.name = name, .type = NoteKeyType::ed25519, .key = key.public_key()};
  const Signature signature = key.sign(view_of(text));
  return {.name = name, .key_id = own.id(), .blob = Bytes(signature.begin(), signature.end())};
}

Result<std::vector<VerifiedSignature>> verify_note(const Note& note,
                                                   std::span<const NoteKey> known) {
  std::vector<VerifiedSignature> verified;
  for (const NoteSignature& signature : note.signatures) {
    const auto key = std::find_if(known.begin(), known.end(), [&](const NoteKey& candidate) {
      return candidate.name == signature.name && candidate.id() == signature.key_id;
    });
    if (key == known.end()) continue;
    auto time = check_signature(*key, note, signature);
    if (!time) return time.error();
    const bool again =
        std::any_of(verified.begin(), verified.end(),
                    [&](const VerifiedSignature& earlier) { return earlier.key == *key; });
    if (!again) verified.push_back({.key = *key, .time = *time});
  }
  if (verified.empty()) {
    return fail("note.unsigned", "没有任何已知密钥的签名；请核对所信任的公钥",
                "no signature by any known key; check which keys are trusted");
  }
  return verified;
}

}  // namespace liuhen::crypto
