// Cosignatures of checkpoints by witnesses: C2SP tlog-cosignature, Ed25519 v1
// (docs/formats/checkpoint.md). What is signed does not name the cosigner: one key must never serve
// two of them.
#pragma once

#include "crypto/note.h"

namespace liuhen::crypto {

// `cosignature/v1\ntime <seconds>\n` and the whole text of the note.
std::string cosignature_message(std::uint64_t unix_seconds, std::string_view note_text);

NoteSignature cosign(const SigningKey& key, const std::string& name, std::uint64_t unix_seconds,
                     std::string_view note_text);

// The time of a good cosignature by the key, in Unix seconds. Fails with `note.signature`.
Result<std::uint64_t> verify_cosignature(const NoteKey& key, std::string_view note_text,
                                         const NoteSignature& signature);

}  // namespace liuhen::crypto
