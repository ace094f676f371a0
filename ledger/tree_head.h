// The checkpoints of a static tree: the one that is published, and the newest that the directory
// ever took, which is kept before anything of it is.
#pragma once

#include <optional>
#include <string>

#include "crypto/checkpoint.h"
#include "ledger/fetcher.h"

namespace liuhen::ledger {

// In the directory, beside `checkpoint`.
inline constexpr const char* kTreeHead = "head";

// A checkpoint, signed.
struct SignedHead {
  std::string note;
  crypto::Checkpoint checkpoint;
};
// Fails as the fetcher does, or as open_checkpoint.
Result<SignedHead> open_head(Fetcher& fetcher, const crypto::NoteKey& log);

struct HeldHeads {
  std::optional<SignedHead> published;  // `checkpoint`
  std::optional<SignedHead> taken;      // `head`
  // Of no entries if there is neither.
  SignedHead newest() const;
};
// What is not the log's counts as absent where the other is whole; `export.damaged` if neither is
// and something is there; `export.io`.
Result<HeldHeads> read_held(const std::string& directory, const crypto::NoteKey& log);

}  // namespace liuhen::ledger
