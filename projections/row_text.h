// The text of a `.draw-row` file, version 1 or, of a restricted pool, 2 (docs/formats/draw-row.md):
// what it holds, unjudged.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crypto/draw/restricted_pool.h"
#include "crypto/draw/row_proof.h"
#include "projections/proof_lines.h"

namespace liuhen::projections {

inline constexpr std::size_t kRowFileBytesMax = 16u << 20;

// The subject's own row of a restricted pool, opened.
struct OpenedRow {
  std::uint64_t index = 0;  // its place in the pool, from 0
  crypto::draw::CommittedRow row;
  crypto::Proof path;  // to the pool's root
  crypto::draw::RowContent content;
  crypto::Salt salt{};  // of the commitment to it
  // Once executed: the cut-off of its stratum, no bytes where none is drawn.
  std::optional<crypto::draw::OpenedCommitment> cutoff;
};

struct RowText {
  std::string origin;
  std::string draw;                           // its stream
  std::string subject;                        // whom the file is about
  std::vector<ProofEntry> entries;            // by position
  std::vector<crypto::draw::ProvenRow> rows;  // the subject's, or its neighbours
  std::optional<OpenedRow> opened;            // in place of them, of a restricted pool
  std::string checkpoint;                     // the signed note, verbatim
};

bool is_row_file(std::string_view text);
std::string format_row_file(const RowText& file);
// The exact inverse of format_row_file: fails with `proof.format`, naming the line, on anything
// that format_row_file would not give, with `proof.version` on a file of a later version.
Result<RowText> parse_row_file(std::string_view text);

}  // namespace liuhen::projections
