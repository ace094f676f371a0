// The root of the visits in the record of a draw (docs/formats/draw.md section 8). Pure.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "crypto/bytes.h"
#include "crypto/draw/matching.h"
#include "crypto/draw/selection.h"
#include "crypto/merkle.h"

namespace liuhen::crypto::draw {

// One visit as it is recorded and published.
struct VisitRecord {
  std::string subject;
  Hash ticket{};
  std::vector<std::string> team;  // an inspector's id for each seat, empty if the seat is

  bool operator==(const VisitRecord&) const = default;
};

// tuple(id, ticket, [team]), the list preceded by its count, an empty seat being an empty item
Bytes encode(const VisitRecord& visit);

// The root over the visits, which must be in visit order; visits put aside are there, all seats
// empty.
Hash visits_root(std::span<const VisitRecord> visits);

// The visits of a draw, in visit order. `matching` must be of the subjects of `selection.drawn` in
// the order they have there, and of these inspectors.
std::vector<VisitRecord> visit_records(const Selection& selection, const Matching& matching,
                                       std::span<const InspectorRow> inspectors);

}  // namespace liuhen::crypto::draw
