// Checkpoints: C2SP tlog-checkpoint v1.0.0 (docs/formats/checkpoint.md). The signed head of a log.
#pragma once

#include "crypto/note.h"

namespace liuhen::crypto {

struct Checkpoint {
  std::string origin;  // the log's name, and that of the key that signs
  std::uint64_t size = 0;
  Hash root{};
  // Read and kept, never written by us: clients disagree about them. Not empty, without newlines.
  std::vector<std::string> extensions = {};

  bool operator==(const Checkpoint&) const = default;
};

// The text that is signed: `origin\nsize\nbase64 root\n`, and the extensions, one a line. The
// origin must be a note's key name, and a tree of size 0 have the empty root; anything else is a
// bug.
std::string format_checkpoint(const Checkpoint& checkpoint);
// The exact inverse; fails with `checkpoint.format`.
Result<Checkpoint> parse_checkpoint(std::string_view text);

// The checkpoint as a note signed by the log's key under its origin. Never sign two that contradict
// each other.
std::string sign_checkpoint(const Checkpoint& checkpoint, const SigningKey& key);

struct OpenedCheckpoint {
  Checkpoint checkpoint;
  Note note;
  std::vector<VerifiedSignature> cosignatures;  // by the witnesses given, each once
};

// Reads a note that the log's key has to have signed; key name and origin have to agree.
// Cosignatures of witnesses not given are passed over; a bad one of those given refuses the whole
// (`note.signature`). Fails as parse_note, verify_note and parse_checkpoint do, with
// `checkpoint.origin` if it is another log's, and with `note.unsigned` if the log did not sign it.
Result<OpenedCheckpoint> open_checkpoint(std::string_view note, const NoteKey& log,
                                         std::span<const NoteKey> witnesses = {});

}  // namespace liuhen::crypto
