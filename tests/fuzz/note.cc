// Signed notes, verifier keys, signature lines: what is accepted is exactly what would be written.
#include "crypto/note.h"

#include <algorithm>

#include "crypto/sha256.h"

namespace liuhen::crypto {
namespace {

constexpr const char* kName = "fuzz.example/key";

const SigningKey& key() {
  static const SigningKey key{SigningSeed(sha256(view_of("fuzz")))};
  return key;
}

void check_note(std::string_view text) {
  auto note = parse_note(text);
  if (!note) return;
  LIUHEN_CHECK(text.size() <= kMaxNoteSize && note->signatures.size() <= kMaxNoteSignatures);
  LIUHEN_CHECK(format_note(*note) == text);

  const NoteKey ours{.name = kName, .key = key().public_key()};
  const bool ours_is_there = std::any_of(
      note->signatures.begin(), note->signatures.end(), [&](const NoteSignature& signature) {
        return signature.name == ours.name && signature.key_id == ours.id();
      });
  const auto before = verify_note(*note, std::span(&ours, 1));
  LIUHEN_CHECK(!before);  // nobody else has the key
  if (ours_is_there || note->signatures.size() == kMaxNoteSignatures) return;
  note->signatures.push_back(sign_note(key(), kName, note->text));
  const auto after = verify_note(*note, std::span(&ours, 1));
  LIUHEN_CHECK(after && after->size() == 1 && (*after)[0].key == ours);
}

void check_lines(std::string_view text) {
  const auto signatures = parse_signature_lines(text);
  if (!signatures) return;
  std::string written;
  for (const NoteSignature& signature : *signatures) written += format_signature_line(signature);
  LIUHEN_CHECK(written == text);
}

}  // namespace
}  // namespace liuhen::crypto

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace liuhen::crypto;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_note(text);
  check_lines(text);
  const auto key = parse_vkey(text);
  LIUHEN_CHECK(!key || (key->vkey() == text && is_note_name(key->name)));
  return 0;
}
