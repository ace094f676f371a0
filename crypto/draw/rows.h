// The rows over which a draw is made, as they enter the roots of the announcement
// (docs/formats/draw.md sections 2 and 3). Pure; a root builder is not thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/bytes.h"
#include "crypto/merkle.h"
#include "crypto/tuple.h"

namespace liuhen::crypto::draw {

// One subject of the registry in scope. Rows that may not be drawn stay in, with the reason why.
struct SubjectRow {
  std::string id;
  std::uint64_t stratum = 0;      // number of the stratum in the announcement, from 0
  std::uint64_t weight = 1;       // 1 unless the draw is by weight
  std::uint64_t eligibility = 0;  // 0: may be drawn; otherwise the reason why not
};

struct InspectorRow {
  std::string id;
  std::string unit;
  std::vector<std::string> qualifications;  // strictly ascending bytewise
  std::uint64_t capacity = 0;               // visits in this draw, at most
  std::uint64_t eligibility = 0;            // as above
};

// 1 to 23 bytes of A–Z, 0–9, '-', '_' and '.'. Upper case is the only case, so an id has one
// spelling.
inline constexpr std::size_t kMaxIdBytes = 23;
bool is_id(std::string_view id);
// Fails with `draw.id`.
Outcome check_id(std::string_view id);

// tuple(id, stratum, weight, eligibility)
Bytes encode(const SubjectRow& row);
// tuple(id, unit, [qualifications], capacity, eligibility), the list preceded by its count
Bytes encode(const InspectorRow& row);

// The root over all subjects in scope, row by row.
class SubjectPool {
 public:
  explicit SubjectPool(bool weighted = false) : weighted_(weighted) {}

  // Fails, and leaves the pool as it was: `draw.id`; `draw.order` unless the id is bytewise greater
  // than the last one's; `draw.weights` if the weight is 0, or not 1 in a pool without weights.
  Outcome add(std::string_view id, std::uint64_t stratum, std::uint64_t weight,
              std::uint64_t eligibility);
  Outcome add(const SubjectRow& row) {
    return add(row.id, row.stratum, row.weight, row.eligibility);
  }

  std::uint64_t rows() const { return tree_.size(); }
  std::uint64_t eligible() const { return eligible_; }
  Hash root() const { return tree_.root(); }

 private:
  MerkleTree tree_;
  TupleWriter writer_;
  std::string last_;
  std::uint64_t eligible_ = 0;
  bool weighted_;
};

// `draw.weights` if the weight is 0, or not 1 in a draw without weights.
Outcome check_weight(std::string_view id, std::uint64_t weight, bool weighted);

// The root over all inspectors, row by row.
class InspectorPool {
 public:
  // Fails, and leaves the pool as it was: `draw.id`; `draw.order` as above; `draw.unit` if the unit
  // is empty; `draw.qualifications` unless they are non-empty and strictly ascending.
  Outcome add(const InspectorRow& row);

  std::uint64_t rows() const { return tree_.size(); }
  std::uint64_t eligible() const { return eligible_; }
  Hash root() const { return tree_.root(); }

 private:
  MerkleTree tree_;
  std::string last_;
  std::uint64_t eligible_ = 0;
};

// What InspectorPool::add checks of a row by itself.
Outcome check(const InspectorRow& row);

// Fails (`draw.order`) unless `next` may follow `last`; an empty `last` is the start.
Outcome check_order(std::string_view last, std::string_view next);

// The root over the commitments of conflicts in force, in the order of their positions in the log.
Hash conflicts_root(std::span<const Hash> commitments);

}  // namespace liuhen::crypto::draw
