// Signed notes: C2SP signed-note v1.0.0 (docs/formats/note.md). A text, and lines of signatures
// under it by named keys.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crypto/ed25519.h"

namespace liuhen::crypto {

inline constexpr std::size_t kMaxNoteSize = 1'000'000;  // bytes
inline constexpr std::size_t kMaxNoteSignatures = 100;  // the standard asks for at least 16

enum class NoteKeyType : std::uint8_t {
  ed25519 = 0x01,      // signs the text
  cosignature = 0x04,  // signs a time and the text (crypto/cosignature.h)
};

// A public key with the name under which it signs notes.
struct NoteKey {
  std::string name;
  NoteKeyType type = NoteKeyType::ed25519;
  KeyId key{};

  std::uint32_t id() const;  // SHA-256(name ‖ 0x0A ‖ type ‖ key)[:4], big-endian
  // name+<id in hex>+base64(type ‖ key); the name has to be a valid one.
  std::string vkey() const;

  bool operator==(const NoteKey&) const = default;
};

// Fails (`note.vkey`) on any text that vkey() would not give, and on key types other than ours.
Result<NoteKey> parse_vkey(std::string_view vkey);

// Not empty, UTF-8, without white space, control characters and '+'.
bool is_note_name(std::string_view name);

struct NoteSignature {
  std::string name;
  std::uint32_t key_id = 0;
  Bytes blob;  // what follows the key id: 64 bytes for Ed25519, 72 for a cosignature; others vary

  bool operator==(const NoteSignature&) const = default;
};

struct Note {
  std::string text;  // ends in a newline
  std::vector<NoteSignature> signatures;
};

// The exact inverse of format_note: fails (`note.format`) on anything that format_note would not
// give.
Result<Note> parse_note(std::string_view note);
// The text must be one that a note can hold; anything else is a bug.
std::string format_note(const Note& note);

// `— name base64\n` once for each; what witnesses answer with. Fails with `note.format`.
Result<std::vector<NoteSignature>> parse_signature_lines(std::string_view lines);
std::string format_signature_line(const NoteSignature& signature);

// Signs the text under the name with type ed25519. The text ends in a newline.
NoteSignature sign_note(const SigningKey& key, const std::string& name, std::string_view text);

// A signature that was found good.
struct VerifiedSignature {
  NoteKey key;
  std::optional<std::uint64_t> time;  // Unix seconds, of a cosignature
};

// Checks every signature that claims to be by one of the known keys. Others are passed over. Fails
// (`note.signature`) if one by a known key is bad, and (`note.unsigned`) if none is by a known key.
// A key that signed twice is listed once, with its first time.
Result<std::vector<VerifiedSignature>> verify_note(const Note& note,
                                                   std::span<const NoteKey> known);

}  // namespace liuhen::crypto
