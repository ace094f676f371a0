// Checkpoints, bare and as notes: what is accepted is what would be written, and can be signed,
// opened and cosigned.
#include "crypto/checkpoint.h"

#include "crypto/cosignature.h"
#include "crypto/merkle.h"
#include "crypto/sha256.h"

namespace liuhen::crypto {
namespace {

const SigningKey& key() {
  static const SigningKey key{SigningSeed(sha256(view_of("fuzz")))};
  return key;
}

void check_signing(const Checkpoint& checkpoint) {
  const NoteKey log{.name = checkpoint.origin, .key = key().public_key()};
  const std::string signed_note = sign_checkpoint(checkpoint, key());
  const auto opened = open_checkpoint(signed_note, log);
  LIUHEN_CHECK(opened && opened->checkpoint == checkpoint && opened->cosignatures.empty());
  NoteKey other = log;
  other.key[0] ^= 1;
  LIUHEN_CHECK(!open_checkpoint(signed_note, other));

  const NoteKey witness{
      .name = "witness.example", .type = NoteKeyType::cosignature, .key = key().public_key()};
  const NoteSignature line = cosign(key(), witness.name, checkpoint.size, opened->note.text);
  const auto time = verify_cosignature(witness, opened->note.text, line);
  LIUHEN_CHECK(time ? *time == checkpoint.size : checkpoint.size == 0);  // no time is 0
}

void check_text(std::string_view text) {
  const auto checkpoint = parse_checkpoint(text);
  if (!checkpoint) return;
  LIUHEN_CHECK(format_checkpoint(*checkpoint) == text);
  LIUHEN_CHECK(checkpoint->size != 0 || checkpoint->root == empty_root());
  // We never write any extension, nor an origin that is no name of a key.
  if (checkpoint->extensions.empty() && is_note_name(checkpoint->origin))
    check_signing(*checkpoint);
}

}  // namespace
}  // namespace liuhen::crypto

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace liuhen::crypto;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_text(text);
  if (const auto note = parse_note(text)) check_text(note->text);
  return 0;
}
