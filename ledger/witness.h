// The protocol of a witness: C2SP tlog-witness v1.0.0, without I/O (docs/formats/witness.md). A
// witness cosigns each log's checkpoints only as one history that grows. Both ends are here: what
// a log sends, and what a witness decides from what it last cosigned and what it is sent.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "crypto/checkpoint.h"
#include "crypto/merkle.h"

namespace liuhen::ledger {

// What is taken, a request or an answer: 16 signatures and more, of nearly 5 kB each if they are
// post-quantum ones (C2SP signed-note).
inline constexpr std::size_t kWitnessBodyBytesMax = 128u << 10;
inline constexpr std::size_t kWitnessSentBytesMax = 16u << 10;  // safe with every witness
inline constexpr std::size_t kWitnessProofMax = 63;             // hashes in one request
inline constexpr const char* kWitnessSizeType = "text/x.tlog.size";

// The body of `POST <prefix>/add-checkpoint`.
struct AddCheckpoint {
  std::uint64_t old_size = 0;  // that the witness is thought to have cosigned last; 0: none
  crypto::Proof proof = {};    // from old_size to the checkpoint's size
  std::string checkpoint;      // a note that the log signed
};
std::string format_add_checkpoint(const AddCheckpoint& request);
// The exact inverse but for the checkpoint, which is not looked at. Fails with `witness.request`.
Result<AddCheckpoint> parse_add_checkpoint(std::string_view body);

// A log that a witness holds to one history, by every key it signs with; all of one name.
struct WitnessedLog {
  std::vector<crypto::NoteKey> keys;
  const std::string& origin() const { return keys.front().name; }
};

// What a witness keeps of a log: the last checkpoint it cosigned.
struct WitnessedHead {
  std::uint64_t size = 0;
  Hash root = crypto::empty_root();
  bool operator==(const WitnessedHead&) const = default;
};

enum class WitnessRefusal : std::uint8_t {
  malformed,    // 400: the request or the checkpoint, or an old size above the checkpoint's
  unsigned_,    // 403: no signature by a key of the log, or a bad one
  unknown_log,  // 404
  other_size,   // 409: the old size is not the one cosigned last; the answer says which is
  not_proven,   // 422: not shown to continue what was cosigned last
};
unsigned status_of(WitnessRefusal refusal);

// How a checkpoint that the log did sign stands to what was cosigned last, where it does not
// continue it.
enum class WitnessDoubt : std::uint8_t {
  fork,      // the same size with another root: the two signatures prove it
  unproven,  // larger, with a proof that does not hold: a fork, or a proof that somebody made up
  behind,    // smaller: the log was rolled back, or an old checkpoint was sent again
};

struct WitnessRefused {
  WitnessRefusal why = WitnessRefusal::malformed;
  Error error;
  std::optional<WitnessDoubt> doubt = {};
  WitnessedHead offered = {};  // what the log signed, where there is a doubt
};

// To be cosigned, once `next` is durable in place of what was given as the last head.
struct WitnessAccepted {
  WitnessedHead next;
  std::string text;                             // of the note, which is what gets signed
  std::vector<crypto::NoteSignature> verified;  // the log's own
};

// The origin that the request's checkpoint names, so that its log can be looked up. Fails with
// `witness.request`.
Result<std::string> origin_of(const AddCheckpoint& request);

// What to do with a request for this log (null: not one of this witness's), which was last cosigned
// at `last`. Pure: asked again with the same, it decides the same.
std::variant<WitnessAccepted, WitnessRefused> decide(const WitnessedLog* log,
                                                     const WitnessedHead& last,
                                                     const AddCheckpoint& request);

// The size in the body of a 409. Fails with `witness.answer`.
Result<std::uint64_t> parse_witness_size(std::string_view body);

// The cosignature by this witness in the body of a 200. Fails with `witness.answer` if there is
// none, or as verify_cosignature does.
Result<crypto::NoteSignature> parse_witness_answer(std::string_view body,
                                                   const crypto::NoteKey& witness,
                                                   std::string_view note_text);

}  // namespace liuhen::ledger
