// Proof files of draws that leave one side, or only the order, to chance, for the second
// implementation (api/web/test/proof-form.test.js).
//
//   form_cases NAME   prints the file to standard output, and to standard error the Unix second by
//                     which deadlines are to be judged
//
// NAME is subjects (teams named, one of them recused and another named), inspectors, full, row (the
// file of a firm's row), or what a dishonest operator would write: see kCases.
#include <functional>
#include <iostream>
#include <map>

#include "projections/calendar.h"
#include "projections/row_file.h"
#include "tests/web/forged_proofs.h"
#include "tests/web/print_case.h"

namespace liuhen::tests {
namespace {

using Form = ledger::schema::DrawForm;
using ledger::schema::DrawAnnouncedT;

DrawAnnouncedT of_form(DrawAnnouncedT announced, Form form) {
  announced.form = form;
  announced.form_reason = "专项整治：法律规定由县局指定人员";
  if (form != Form::full) return announced;
  announced.first_day =
      static_cast<std::uint32_t>(projections::day_of(announced.execute_deadline) + 1);
  while ((announced.first_day + 3) % 7 > 4) ++announced.first_day;
  announced.visits_per_day = 7;
  return announced;
}

void plan_everybody(BeaconTown& town) {
  auto plan = City::plan("P1", 2);
  for (auto& rate : plan.rates) rate->num = rate->den = 1;
  town.city.must(std::move(plan), {"clerk", "approver"});
}

void execute(BeaconTown& town, Form form) {
  town.city.must(of_form(town.announcement(), form), {"clerk", "approver"});
  town.draw.contribute();
  town.record_and_execute();
}

ledger::schema::TeamNamedT named(const BeaconTown& town, std::vector<std::string> inspectors,
                                 std::uint64_t visit = 0) {
  ledger::schema::TeamNamedT out;
  out.draw = town.draw.stream();
  out.visit = visit;
  out.inspectors = std::move(inspectors);
  out.reason = "辖区网格员";
  return out;
}
void name(BeaconTown& town, std::vector<std::string> inspectors, std::uint64_t visit = 0) {
  town.city.must(named(town, std::move(inspectors), visit), {"clerk", "approver"});
}

std::string subjects(BeaconTown& town) {
  execute(town, Form::subjects);
  name(town, {"Z0001", "Z0002"});
  name(town, {"Z0003", "Z0002"}, 1);
  town.recuse();
  name(town, {"Z0004", "Z0002"});
  town.draw.result(0);
  return proof_of(town.city, town.draw.draw());
}
std::string inspectors(BeaconTown& town) {
  plan_everybody(town);
  execute(town, Form::inspectors);
  town.recuse();
  town.substitute();
  return proof_of(town.city, town.draw.draw());
}
std::string full(BeaconTown& town) {
  plan_everybody(town);
  execute(town, Form::full);
  return proof_of(town.city, town.draw.draw());
}

// The file of one firm's row.
std::string row(BeaconTown& town) {
  full(town);
  CityProofs proofs(town.city);
  return projections::build_row_file(town.city.state(), town.draw.draw(), City::code(1), proofs)
      .value();
}

// After a first draw that is right, an announcement that is not.
std::string announced(BeaconTown& town, Form form,
                      const std::function<void(DrawAnnouncedT&)>& change) {
  town.draw.whole();
  auto second = of_form(CityDraw(town.city, 2).announcement(), form);
  change(second);
  return forged_announcement(town, town.draw.draw(), std::move(second));
}
std::string no_reason(BeaconTown& town) {
  return announced(town, Form::subjects, [](auto& second) { second.form_reason = " \u3000\n"; });
}
std::string reason_for_both(BeaconTown& town) {
  return announced(town, Form::both, [](auto&) {});
}
std::string sample(BeaconTown& town) {
  return announced(town, Form::full, [](auto&) {});
}
std::string days(BeaconTown& town) {
  return announced(town, Form::subjects, [](auto& second) { second.visits_per_day = 1; });
}
std::string weekend(BeaconTown& town) {
  plan_everybody(town);
  return announced(town, Form::full, [](auto& second) {
    while ((second.first_day + 3) % 7 < 5) ++second.first_day;
  });
}

template <class... Name>
std::string forged_team(BeaconTown& town, Name... names) {
  execute(town, Form::subjects);
  return forged(town, named(town, {names...}), {"clerk", "approver"});
}
std::string named_over_drawn(BeaconTown& town) {
  town.execute();
  return forged(town, named(town, {"Z0001", "Z0002"}), {"clerk", "approver"});
}
std::string named_overwritten(BeaconTown& town) {
  execute(town, Form::subjects);
  name(town, {"Z0001", "Z0002"});
  return forged(town, named(town, {"Z0003", "Z0002"}), {"clerk", "approver"});
}
std::string named_recused(BeaconTown& town) {
  execute(town, Form::subjects);
  name(town, {"Z0001", "Z0002"});
  town.recuse();
  return forged(town, named(town, {"Z0001", "Z0002"}), {"clerk", "approver"});
}
std::string substitute_for_named(BeaconTown& town) {
  execute(town, Form::subjects);
  name(town, {"Z0001", "Z0002"});
  town.recuse();
  ledger::schema::SubstituteDrawnT drawn;
  drawn.draw = town.draw.stream();
  drawn.ordinal = 1;
  drawn.inspector = "Z0003";
  return forged(town, std::move(drawn));
}
std::string result_unnamed(BeaconTown& town) {
  execute(town, Form::subjects);
  name(town, {"Z0001", "Z0002"}, 1);
  town.draw.result(1);  // so that their keys are in the file
  ledger::schema::ResultRecordedT recorded;
  recorded.draw = town.draw.stream();
  recorded.visited_at = town.city.now;
  recorded.method = 1;
  return forged(town, std::move(recorded), {"Z0001", "Z0002"});
}
std::string team_drawn(BeaconTown& town) {
  town.city.must(of_form(town.announcement(), Form::subjects), {"clerk", "approver"});
  town.draw.contribute();
  town.city.now = std::max(town.city.now, town.round_time());
  town.city.must(town.recorded(), {"platform"});
  town.city.must(town.draw.execution([](const Hash&) { return std::nullopt; }), {"platform"});
  auto disclosed = town.draw.disclosure();
  disclosed.visits[0]->team = {"Z0001", "Z0002"};
  return forged(town, std::move(disclosed));
}

const Cases kCases = {
    {"subjects", subjects},
    {"inspectors", inspectors},
    {"full", full},
    {"row", row},
    {"no-reason", no_reason},
    {"reason-for-both", reason_for_both},
    {"sample", sample},
    {"days", days},
    {"weekend", weekend},
    {"one-named", [](BeaconTown& town) { return forged_team(town, "Z0001"); }},
    {"nobody-named", [](BeaconTown& town) { return forged_team(town, "", ""); }},
    {"named-twice", [](BeaconTown& town) { return forged_team(town, "Z0001", "Z0001"); }},
    {"stranger", [](BeaconTown& town) { return forged_team(town, "Z0001", "Z9999"); }},
    {"named-over-drawn", named_over_drawn},
    {"named-overwritten", named_overwritten},
    {"named-recused", named_recused},
    {"substitute-for-named", substitute_for_named},
    {"result-unnamed", result_unnamed},
    {"team-drawn", team_drawn}};

}  // namespace
}  // namespace liuhen::tests

int main(int argc, char** argv) {
  using namespace liuhen;
  return tests::print_case(argc, argv, tests::kCases, [](const tests::BeaconTown& town) {
    return std::to_string(town.city.now);
  });
}
