#include "crypto/cosignature.h"

#include <limits>

namespace liuhen::crypto {
namespace {

constexpr std::size_t kTimeSize = 8;
constexpr std::uint64_t kMaxTime = std::numeric_limits<std::int64_t>::max();

}  // namespace

std::string cosignature_message(std::uint64_t unix_seconds, std::string_view note_text) {
  std::string message = "cosignature/v1\ntime " + std::to_string(unix_seconds) + "\n";
  message += note_text;
  return message;
}

NoteSignature cosign(const SigningKey& key, const std::string& name, std::uint64_t unix_seconds,
                     std::string_view note_text) {
  const NoteKey own{.name = name, .type = NoteKeyType::cosignature, .key = key.public_key()};
  const Signature signature = key.sign(view_of(cosignature_message(unix_seconds, note_text)));
  NoteSignature out{.name = name, .key_id = own.id(), .blob = {}};
  for (int shift = 56; shift >= 0; shift -= 8)
    out.blob.push_back(static_cast<std::uint8_t>(unix_seconds >> shift));
  out.blob.insert(out.blob.end(), signature.begin(), signature.end());
  return out;
}

Result<std::uint64_t> verify_cosignature(const NoteKey& key, std::string_view note_text,
                                         const NoteSignature& signature) {
  const Error bad =
      fail("note.signature", "见证人 " + key.name + " 的联署无效；请勿采信此检查点",
           "the cosignature by " + key.name + " is not good; do not rely on this checkpoint");
  if (key.type != NoteKeyType::cosignature || signature.name != key.name ||
      signature.key_id != key.id())
    return bad;
  if (signature.blob.size() != kTimeSize + sizeof(Signature)) return bad;
  std::uint64_t time = 0;
  for (std::size_t i = 0; i < kTimeSize; ++i) time = time << 8 | signature.blob[i];
  if (time == 0 || time > kMaxTime) return bad;  // no time at which anything was seen
  const auto raw = exactly<64>(View(signature.blob).subspan(kTimeSize)).value();
  if (!verify(key.key, view_of(cosignature_message(time, note_text)), raw)) return bad;
  return time;
}

}  // namespace liuhen::crypto
