// One draw, provable offline: everything it rests on, with inclusion proofs against one signed
// checkpoint (docs/formats/draw-proof.md). The server builds the file; anyone verifies it, trusting
// only keys.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crypto/policy.h"
#include "ledger/replay.h"
#include "projections/partial_replay.h"
#include "projections/sentence.h"
#include "projections/state.h"
#include "projections/verify.h"

namespace liuhen::projections {

// What the builder reads the log by. Used by one thread.
class ProofSource {
 public:
  virtual ~ProofSource() = default;
  virtual Result<std::string> checkpoint() = 0;  // the signed note to prove against
  virtual Result<Bytes> entry(std::uint64_t position) = 0;
  virtual Result<crypto::Proof> inclusion(std::uint64_t position, std::uint64_t size) = 0;
  // Of the entries of a stream, ascending; none if there is no such stream. Those beyond the
  // checkpoint may be there.
  virtual Result<std::vector<std::uint64_t>> positions(const std::string& stream) = 0;
};

// The state has to be of the log that the source reads, at any size that has the draw. Public
// content only: of a restricted pool the commitments to its rows, which takes an opener. Fails with
// what the source fails with, `proof.behind` if the checkpoint does not cover the draw, and as
// opened_pool_of.
Result<std::string> build_proof_file(const State& state, const Draw& draw, ProofSource& source,
                                     const PoolOpener& opener = {});

struct ProofVerdict {
  ledger::Verdict verdict = ledger::Verdict::inconclusive;
  std::optional<Error> finding;           // unless verified
  std::optional<std::uint64_t> position;  // of the entry that the finding is about, where it is one
  bool keys_pinned = false;
  std::string origin, draw;
  std::uint64_t size = 0;  // of the checkpoint
  Hash root{};
  std::optional<BeaconLine> beacon;  // absent: none was announced
  std::uint64_t entries = 0, subjects = 0, eligible = 0, inspectors = 0, conflicts = 0, visits = 0;
  // Earlier draws of the file whose outcomes were discarded and could be known when they were
  // voided: no proof that a void came in time is looked at. Streams, by position.
  std::vector<std::string> discarded_before;
  std::vector<Sentence> shown;      // in the order in which it was checked
  std::vector<Sentence> not_shown;  // what no such file can show
  DrawTimeline timeline;            // the draw's entries in the file, up to a wrong one
};

// Parses strictly, and replays the draw by the rules that admitted it, the pool being the rows of
// the file. Without a policy the log's key is the one that the genesis in the file names, which
// proves nothing about who made the file. `now_s`: for deadlines. Pure; any thread.
ProofVerdict verify_proof_file(std::string_view text, const crypto::Policy* trusted,
                               std::uint64_t now_s);

// The draw's events replayed, as verify_proof_file does, for who goes on with the draw: verify the
// file first, for neither its checkpoint nor inclusions are looked at here.
Result<PartialReplay> replay_proof_file(std::string_view text);

}  // namespace liuhen::projections
