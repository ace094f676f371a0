// The checkpoint at the end of a proof file, judged by the reader's policy, and the entries under
// it (docs/formats/draw-proof.md). Pure; any thread.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "crypto/policy.h"
#include "projections/proof_lines.h"
#include "projections/sentence.h"

namespace liuhen::projections {

struct ProofCheckpoint {
  crypto::Checkpoint checkpoint;
  std::optional<Error> unwitnessed;  // `policy.quorum`; said if nothing else is wrong
  std::vector<Sentence> shown, not_shown;
};

// Without a policy the log's key is that of the genesis, which has to be the first entry, or what
// the changes among the entries lead to. Fails with `proof.genesis`, `proof.origin`, and as
// crypto::Policy::open_signed.
Result<ProofCheckpoint> open_proof_checkpoint(const std::string& origin,
                                              std::span<const ProofEntry> entries,
                                              const std::string& note,
                                              const crypto::Policy* trusted);

// Fails with `proof.inclusion` unless the entry is under the root.
struct TreeHead {
  std::uint64_t size = 0;
  Hash root{};
};
Outcome check_included(const ProofEntry& entry, const TreeHead& head);
Sentence all_included(std::size_t entries);

// What the file leaves open is no wrong of the log's: a newer program's file or events, and a log or
// cosignatures that the policy does not settle.
bool is_inconclusive(std::string_view code);

}  // namespace liuhen::projections
