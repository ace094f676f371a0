// The text of a `.draw-row` file, version 1 (docs/formats/draw-row.md): what it holds, unjudged.
#pragma once

#include <string>
#include <vector>

#include "crypto/draw/row_proof.h"
#include "projections/proof_lines.h"

namespace liuhen::projections {

inline constexpr std::size_t kRowFileBytesMax = 16u << 20;

struct RowText {
  std::string origin;
  std::string draw;                           // its stream
  std::string subject;                        // whom the file is about
  std::vector<ProofEntry> entries;            // by position
  std::vector<crypto::draw::ProvenRow> rows;  // the subject's, or its neighbours
  std::string checkpoint;                     // the signed note, verbatim
};

bool is_row_file(std::string_view text);
std::string format_row_file(const RowText& file);
// The exact inverse of format_row_file: fails with `proof.format`, naming the line, on anything
// that format_row_file would not give, with `proof.version` on a file of a later version.
Result<RowText> parse_row_file(std::string_view text);

}  // namespace liuhen::projections
