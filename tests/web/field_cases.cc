// Proof files in which one field of a draw is wrong and nothing else (tests/attacks/
// fields_of_a_draw.h), for the second implementation (api/web/test/proof-fields.test.js).
//
//   field_cases        prints the names, TABLE/FIELD, and the code of each, a line for each
//   field_cases NAME   prints the file to standard output, and to standard error the chain hash and
//                      the Unix second by which deadlines are to be judged
#include <functional>
#include <iostream>
#include <map>

#include "projections/draw_lookup.h"
#include "projections/proof_text.h"
#include "tests/attacks/closed_conflict.h"
#include "tests/attacks/fields_of_a_draw.h"
#include "tests/projections/sealed_steps.h"
#include "tests/web/forged_proofs.h"

namespace liuhen::tests {
namespace {

struct Case {
  std::string code;
  std::function<std::string(BeaconTown&)> print;
};
using Cases = std::map<std::string, Case>;

// The draw goes on to where the payload is next, which is recorded with its one field wrong.
template <class Payload, std::size_t kRows>
void add(Cases& cases, const std::string& table, const Falsified<Payload> (&rows)[kRows],
         Payload (*next)(BeaconTown&), const char* author = "platform") {
  for (const auto& row : rows) {
    cases[table + "/" + row.field] = {.code = row.code,
                                      .print = [&row, next, author](BeaconTown& town) {
                                        Payload payload = next(town);
                                        row.falsify(payload);
                                        return forged(town, std::move(payload), {author});
                                      }};
  }
}

std::optional<projections::ConflictContent> none(const Hash&) { return std::nullopt; }

void run_to_execution(BeaconTown& town) {
  town.ready();
  town.city.must(town.recorded(), {"platform"});
}
Closed commitments_closed(BeaconTown& town) {
  town.announce();
  for (const char* name : {"contributor1", "contributor2"}) town.draw.commit(name);
  return town.draw.commitments_closed();
}
OneReveal reveal(BeaconTown& town) {
  town.city.must(commitments_closed(town), {"platform"});
  return town.draw.reveal_of("contributor1");
}
RevealsClosed reveals_closed(BeaconTown& town) {
  town.city.must(commitments_closed(town), {"platform"});
  for (const char* name : {"contributor1", "contributor2"})
    town.city.must(town.draw.reveal_of(name), {name});
  return town.draw.reveals_closed();
}
Recorded recorded(BeaconTown& town) {
  town.ready();
  return town.recorded();
}
Executed executed(BeaconTown& town) {
  run_to_execution(town);
  return town.draw.execution(none);
}
Executed executed_by_weight(BeaconTown& town) {
  town.city.weigh();
  return executed(town);
}
Listed listed(BeaconTown& town) {
  town.city.must(executed(town), {"platform"});
  return town.draw.disclosure();
}
Substituted substituted(BeaconTown& town) {
  town.execute();
  town.recuse();
  town.city.now = town.substitute_time();
  return town.substitution();
}
Executed sealed_execution(BeaconTown& town) {
  SealedSteps steps(town.city, town.draw);
  steps.ready();
  return steps.execution();
}
Listed opened(BeaconTown& town) {
  SealedSteps steps(town.city, town.draw);
  steps.run_to_sealed();
  steps.attest();
  return steps.opening();
}

// A team that the announcement does not allow; the execution before it has the root of the list.
std::string teams(BeaconTown& town, const Falsified<Listed>& row) {
  ClosedConflict conflict(town.city, town.draw);
  conflict.announce();
  town.draw.contribute();
  auto list = conflict.execute_for(row.falsify);
  return forged(town, std::move(list));
}

// After another draw on a beacon, so that there is a file; the rows are those of the right
// announcement, and what is wrong with its pool is wrong with them.
std::string announced(BeaconTown& town, const Falsified<Announced>& row) {
  town.execute();
  CityDraw second(town.city, 2);
  Announced payload = second.announcement();
  name_beacon(payload, town.beacon.chain());
  auto pool =
      projections::pool_of(town.city.state(), payload, town.city.state().catalogue.rules.at("R1"))
          .value();
  row.falsify(payload);
  for (auto& inspector : pool.inspectors) inspector.capacity = payload.default_capacity;
  auto proof = projections::parse_proof(proof_of(town.city, town.draw.draw())).value();
  proof.draw = projections::draw_stream(payload.plan, payload.attempt);
  proof.subjects = std::move(pool.subjects);
  proof.inspectors = std::move(pool.inspectors);
  return with_forged(town, std::move(proof), std::move(payload), {"clerk", "approver"});
}

Cases all() {
  Cases cases;
  for (const auto& row : kAnnounced) {
    const std::string code = row.code;
    cases["announced/" + std::string(row.field)] = {
        .code = code == "draw.pool_root" ? "proof.rows" : code,
        .print = [&row](BeaconTown& town) { return announced(town, row); }};
  }
  for (const auto& row : kTeams) {
    cases["teams/" + std::string(row.field)] = {
        .code = row.code, .print = [&row](BeaconTown& town) { return teams(town, row); }};
  }
  add(cases, "commitments", kClosed, commitments_closed);
  add(cases, "reveal", kReveal, reveal, "contributor1");
  add(cases, "reveals", kRevealsClosed, reveals_closed);
  add(cases, "beacon", kRecorded, recorded);
  add(cases, "executed", kExecuted, executed);
  add(cases, "by-weight", kByWeight, executed_by_weight);
  add(cases, "listed", kListed, listed);
  add(cases, "substituted", kSubstituted, substituted);
  // A file of one draw says nothing of another's tasks, nor where its subjects are; and with a key
  // of the pool its rows would have to be commitments.
  for (const char* name : {"substituted/draw", "announced/scope", "announced/pool_key_hash"})
    cases.erase(name);
  add(cases, "sealed", kSealedExecution, sealed_execution);
  add(cases, "opened", kOpened, opened);
  return cases;
}

}  // namespace
}  // namespace liuhen::tests

int main(int argc, char** argv) {
  using namespace liuhen;
  const auto cases = tests::all();
  if (argc == 1) {
    for (const auto& [name, one] : cases) std::cout << name << " " << one.code << "\n";
    return 0;
  }
  const auto found = argc == 2 ? cases.find(argv[1]) : cases.end();
  if (found == cases.end()) {
    std::cerr << "usage: " << argv[0] << " [NAME]\n";
    return 3;
  }
  tests::BeaconTown town;
  std::cout << found->second.print(town);
  std::cerr << to_hex(crypto::drand::chain_hash(town.beacon.chain())) << " " << town.city.now
            << "\n";
  return 0;
}
