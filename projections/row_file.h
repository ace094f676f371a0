// What one draw says of one subject, provable offline: whether it was in the pool, why it could not
// be drawn, its ticket against the cut-off (docs/formats/draw-row.md). The server builds the file;
// anyone verifies it, trusting only keys.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crypto/policy.h"
#include "ledger/replay.h"
#include "projections/proof_file.h"
#include "projections/row_text.h"

namespace liuhen::projections {

// As build_proof_file; also `draw.id` for what is no id, `draw.restricted_row` where the pool is
// restricted.
Result<std::string> build_row_file(const State& state, const Draw& draw, std::string_view subject,
                                   ProofSource& source);

// Of a restricted pool, the subject's own row and nobody else's: for its own eyes. Also
// `row.absent` where it has none.
Result<std::string> build_opened_row_file(const Draw& draw, std::string_view subject,
                                          ProofSource& source, const OpenedPool& opened);

struct RowVerdict {
  ledger::Verdict verdict = ledger::Verdict::inconclusive;
  std::optional<Error> finding;           // unless verified
  std::optional<std::uint64_t> position;  // of the entry that the finding is about, where it is one
  bool keys_pinned = false;
  std::string origin, draw, subject;
  std::uint64_t size = 0;  // of the checkpoint
  Hash root{};

  // Shown only where the verdict is verified.
  std::uint64_t rows = 0, eligible = 0;         // of the pool, as announced
  std::optional<crypto::draw::SubjectRow> row;  // absent: not in the pool
  std::optional<std::uint64_t> index;           // of the row, from 0
  // Once executed, for a row that could be drawn.
  std::optional<Hash> ticket, cutoff;  // no cut-off: nobody of the stratum was drawn
  bool executed = false, drawn = false, voided = false, failed = false;
  std::uint64_t stratum_eligible = 0, stratum_drawn = 0;
  // By weight there is no cut-off, and `drawn` says only whether the row was certain: who else was
  // drawn does not follow from one row.
  bool weighted = false;
  bool restricted = false;                        // the pool is: the stratum's counts are not known
  std::uint64_t rest_drawn = 0, rest_weight = 0;  // of the row's stratum

  std::vector<Sentence> shown;      // in the order in which it was checked
  std::vector<Sentence> not_shown;  // what no such file can show
};

// Parses strictly. Without a policy the log's key is that of the genesis in the file. Pure; any
// thread. Codes beside those of proof files: `row.entry`, `row.inclusion`, `row.neighbours`.
RowVerdict verify_row_file(std::string_view text, const crypto::Policy* trusted);

}  // namespace liuhen::projections
