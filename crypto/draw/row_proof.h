// That one subject has a row in an announced pool, or has none, from the pool's root alone
// (docs/formats/draw-row.md). Pure and thread-safe.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "crypto/draw/rows.h"

namespace liuhen::crypto::draw {

struct ProvenRow {
  std::uint64_t index = 0;  // its place in the pool, from 0
  SubjectRow row;
  Proof path;  // to the pool's root, from the leaf's sibling upward
};

// The row of this id; where there is none, the last row below it and the first one above, as far as
// there are. `rows` ascend by id. O(rows) hashes, O(log rows) memory. Fails with `draw.id`.
Result<std::vector<ProvenRow>> prove_row(std::span<const SubjectRow> rows, std::string_view id);

// The row, or nothing if the rows given leave no place for one in a pool that ascends by id. The
// order of the other rows is not shown. Fails with `draw.id`, `draw.weights`, `row.inclusion`,
// `row.neighbours`.
Result<std::optional<SubjectRow>> check_row(std::string_view id, std::span<const ProvenRow> proof,
                                            std::uint64_t size, const Hash& root,
                                            bool weighted = false);

}  // namespace liuhen::crypto::draw
