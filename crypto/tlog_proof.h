// Proofs that an entry is in a log, for use offline: C2SP tlog-proof v1
// (docs/formats/tlog-proof.md). Pure.
#pragma once

#include "crypto/merkle.h"
#include "crypto/policy.h"

namespace liuhen::crypto {

inline constexpr std::string_view kTlogProofHeader = "c2sp.org/tlog-proof@v1\n";
inline constexpr std::size_t kMaxTlogProofSize = 2'000'000;  // bytes

struct TlogProof {
  Bytes extra;  // empty if there is none; nothing authenticates it. In ours: the entry
  std::uint64_t index = 0;
  Proof hashes;            // from the leaf's sibling upward, 63 at the most
  std::string checkpoint;  // the signed note, verbatim
};

// At most 63 hashes, and a checkpoint that parses as a note; anything else is a bug.
std::string format_tlog_proof(const TlogProof& proof);
// The exact inverse; fails with `tlog_proof.format`, naming the line. What the checkpoint says is
// not looked at.
Result<TlogProof> parse_tlog_proof(std::string_view text);

// That the leaf is at the proof's index under a checkpoint which the policy accepts. Fails as
// Policy::open and verify_inclusion do.
Result<OpenedCheckpoint> verify_tlog_proof(const TlogProof& proof, const Hash& leaf,
                                           const Policy& policy);

}  // namespace liuhen::crypto
