// A draw of the small city with a conflict in force that readers cannot open, so that they cannot
// replay the matching. In each visit one seat for a unit, and one visit for each inspector.
#pragma once

#include "tests/projections/approved_conflict.h"
#include "tests/projections/city_log.h"

namespace liuhen::tests {

class ClosedConflict {
 public:
  explicit ClosedConflict(City& city, CityDraw& draw) : city_(city), draw_(draw) {}

  void announce() {
    const Hash commitment = crypto::sha256(view_of("closed"));
    city_.must(declared_conflict(commitment), {"registrar"});
    approve_conflict(city_, commitment);
    auto rule = City::rule("R1", 2);
    rule.default_capacity = 1;
    city_.must(std::move(rule), {"clerk", "approver"});
    auto announced = draw_.unpooled();
    announced.default_capacity = 1;
    announced.groups[0]->unit_limit = 1;
    draw_.take_pool(announced, city_.state().catalogue.rules.at("R1"));
    city_.must(std::move(announced), {"clerk", "approver"});
  }
  // The conflict is of a firm that is in no registry.
  schema::DrawExecutedT execution() {
    return draw_.execution([](const Hash&) {
      return projections::ConflictContent{
          .subject = City::code(999), .inspector = "Z0001", .kind = "kinship", .evidence = ""};
    });
  }
  // A list that is to be recorded, bent, after an execution that has its root and its vacancies.
  schema::DrawDisclosedT execute_for(void (*bend)(schema::DrawDisclosedT&)) {
    auto executed = execution();
    auto list = draw_.disclosure();
    bend(list);
    std::vector<crypto::draw::VisitRecord> records;
    executed.vacancies = 0;
    for (const auto& visit : list.visits) {
      records.push_back({.subject = visit->subject,
                         .ticket = exactly<32>(View(visit->ticket)).value(),
                         .team = visit->team});
      executed.vacancies += static_cast<std::uint64_t>(std::ranges::count(visit->team, ""));
    }
    executed.visits_root = City::bytes(crypto::draw::visits_root(records));
    city_.must(std::move(executed), {"platform"});
    return list;
  }

 private:
  City& city_;
  CityDraw& draw_;
};

}  // namespace liuhen::tests
