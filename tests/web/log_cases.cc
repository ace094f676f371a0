// Whole logs beside the proof files that the C++ makes of them, for the second implementation's
// builder (api/web/test/build-proof.test.js).
//
//   log_cases NAME   prints the file to standard output, and to standard error the Unix second by
//                    which deadlines are to be judged and the log's entries, in hex
#include "crypto/bytes.h"
#include "tests/projections/sealed_steps.h"
#include "tests/web/conflict_cases.h"
#include "tests/web/print_case.h"

namespace liuhen::tests {
namespace {

std::string proof(BeaconTown& town, const CityDraw& draw) {
  return proof_of(town.city, draw.draw());
}
void cap(BeaconTown& town) {
  auto rule = City::rule("R1", 2);
  rule.yearly_cap = 1;
  town.city.must(std::move(rule), {"clerk", "approver"});
}
std::string second(BeaconTown& town, const std::string& previous = "") {
  CityDraw draw(town.city, 2);
  auto announced = draw.announcement();
  announced.previous = previous;
  town.city.must(std::move(announced), {"clerk", "approver"});
  draw.contribute();
  draw.execute();
  return proof(town, draw);
}

std::string weighted(BeaconTown& town) {
  town.city.weigh();
  town.execute();
  return proof(town, town.draw);
}
// One visit of the first draw is over since ten days, and a firm is suspended.
std::string rested(BeaconTown& town) {
  town.draw.whole();
  town.draw.result(0);
  schema::SubjectsImportedT imported;
  imported.run = "suspended";
  imported.last = true;
  imported.rows.push_back(City::firm(900));
  imported.rows[0]->status = schema::SubjectStatus::suspended;
  town.city.now += 10 * 86'400;
  town.city.must(std::move(imported), {"registrar"});
  auto rule = City::rule("R1", 2);
  rule.rest_days = 30;
  rule.suspended_apart = true;
  town.city.must(std::move(rule), {"clerk", "approver"});
  return second(town);
}
std::string capped(BeaconTown& town) {
  cap(town);
  town.draw.whole();
  return second(town);
}
std::string capped_by_sealed(BeaconTown& town) {
  cap(town);
  SealedSteps steps(town.city, town.draw);
  steps.run_to_sealed();
  steps.attest();
  steps.disclose();
  return second(town);
}
std::string not_capped_by_voided(BeaconTown& town) {
  cap(town);
  town.draw.whole();
  schema::DrawVoidedT voided;
  voided.draw = town.draw.stream();
  voided.reason = "名单泄露";
  town.city.must(std::move(voided), {"approver", "supervisor"});
  return second(town, town.draw.stream());
}
// Inspectors are moved before and after; who recuses himself has another key, of which nothing else
// speaks.
std::string moved(BeaconTown& town) {
  town.execute();
  const std::string leaves = town.draw.draw().tasks[0].seats[0].inspector;
  town.city.grant_key("aside", {City::Role::observer}, "", leaves);
  schema::InspectorsImportedT imported;
  imported.run = "moved";
  imported.last = true;
  for (const char* id : {"Z0001", "Z0002"}) {
    if (id != leaves) imported.rows.push_back(City::inspector(id, "MSA"));
  }
  town.city.must(std::move(imported), {"registrar"});
  town.recuse();
  town.substitute();
  return proof(town, town.draw);
}
// Voided without a supervisor once it was executed, which no admission let in; the operator signs.
std::string voided_alone(BeaconTown& town) {
  town.draw.whole();
  schema::DrawVoidedT voided;
  voided.draw = town.draw.stream();
  voided.reason = "名单泄露";
  town.city.slip_in(std::move(voided), {"approver", "clerk"});
  return proof(town, town.draw);
}
std::string with_conflict(BeaconTown& town) {
  const auto content = projections::ConflictContent{
      .subject = City::code(1), .inspector = "Z0001", .kind = "kinship", .evidence = ""};
  for (int number = 1; number <= 3; ++number) {
    Hash commitment;
    commitment.fill(static_cast<std::uint8_t>(number));
    town.city.must(declared_conflict(commitment), {"registrar"});
    if (number < 3) approve_conflict(town.city, commitment);
  }
  town.draw.announce();
  town.draw.contribute();
  town.draw.execute([&](const Hash&) { return std::optional(content); });
  return proof(town, town.draw);
}
// By the entry after which the pool is taken.
std::string conflict_ended_by_pool(BeaconTown& town) {
  approve(town);
  end(town);
  town.execute();
  town.recuse();
  town.substitute();
  return proof(town, town.draw);
}
// By the entry after that one: the draw heeds it, and so does the substitute.
std::string conflict_ended_before_announcement(BeaconTown& town) {
  approve(town);
  auto announced = town.draw.announcement();
  end(town);
  town.city.must(std::move(announced), {"clerk", "approver"});
  town.draw.contribute();
  town.draw.execute(elsewhere);
  town.city.must(town.draw.recuse(0, elsewhere), {"platform"});
  return proof(town, town.draw);
}

const Cases kCases = {{"weighted", weighted},
                      {"rested", rested},
                      {"capped", capped},
                      {"capped-by-sealed", capped_by_sealed},
                      {"not-capped-by-voided", not_capped_by_voided},
                      {"moved", moved},
                      {"voided-alone", voided_alone},
                      {"with-conflict", with_conflict},
                      {"conflict-ended-by-pool", conflict_ended_by_pool},
                      {"conflict-ended-before-announcement", conflict_ended_before_announcement},
                      {"conflict-ended", conflict_ended},
                      {"conflict-renewed", conflict_renewed}};

}  // namespace
}  // namespace liuhen::tests

int main(int argc, char** argv) {
  using namespace liuhen;
  return tests::print_case(argc, argv, tests::kCases, [](const tests::BeaconTown& town) {
    std::string words = std::to_string(town.city.now);
    for (const Bytes& entry : town.city.entries()) words += " " + to_hex(entry);
    return words;
  });
}
