// The text of a `.draw-proof` file, version 1 or, of a restricted pool, 2
// (docs/formats/draw-proof.md): what it holds, unjudged.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crypto/draw/restricted_pool.h"
#include "projections/proof_lines.h"

namespace liuhen::projections {

inline constexpr std::size_t kProofBytesMax = 1u << 30;

struct ProofText {
  std::string origin;
  std::string draw;                 // its stream
  std::vector<ProofEntry> entries;  // by position
  std::vector<crypto::draw::SubjectRow> subjects;
  // Of a restricted pool, in their place.
  std::optional<std::vector<crypto::draw::CommittedRow>> committed;
  std::vector<crypto::draw::InspectorRow> inspectors;
  std::vector<Hash> conflicts;  // commitments in force at the pool's position
  std::string checkpoint;       // the signed note, verbatim
};

bool is_proof_file(std::string_view text);  // of whatever version
std::string format_proof(const ProofText& proof);
// The exact inverse of format_proof: fails with `proof.format`, naming the line, on anything that
// format_proof would not give, with `proof.version` on a file of a later version.
Result<ProofText> parse_proof(std::string_view text);

// Units and qualifications in a row: bytes up to 0x20, 0x7f, '%' and ',' as %XX; a text that is "-"
// as %2D.
std::string escape_word(std::string_view text);

}  // namespace liuhen::projections
