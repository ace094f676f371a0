#include "crypto/draw/outcome.h"

#include "crypto/tuple.h"

namespace liuhen::crypto::draw {

Bytes encode(const VisitRecord& visit) {
  TupleWriter writer;
  writer.item(visit.subject).item(visit.ticket).list_count(visit.team.size());
  for (const std::string& inspector : visit.team) writer.item(inspector);
  return writer.take();
}

Hash visits_root(std::span<const VisitRecord> visits) {
  MerkleTree tree;
  for (const VisitRecord& visit : visits) tree.append(leaf_hash(encode(visit)));
  return tree.root();
}

std::vector<VisitRecord> visit_records(const Selection& selection, const Matching& matching,
                                       std::span<const InspectorRow> inspectors) {
  LIUHEN_CHECK(selection.drawn.size() == matching.visits.size());
  std::vector<VisitRecord> records;
  records.reserve(matching.visits.size());
  for (const Visit& visit : matching.visits) {
    const DrawnSubject& subject = selection.drawn[visit.subject];
    VisitRecord record{.subject = subject.id, .ticket = subject.ticket, .team = {}};
    for (const Seat& seat : visit.team) {
      record.team.push_back(seat.inspector == kVacant ? std::string()
                                                      : inspectors[seat.inspector].id);
    }
    records.push_back(std::move(record));
  }
  return records;
}

}  // namespace liuhen::crypto::draw
