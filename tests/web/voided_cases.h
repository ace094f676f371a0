// Proof files of draws that were voided, and of those announced in their place
// (tests/web/proof_cases.cc).
#pragma once

#include "tests/projections/beacon_town.h"
#include "tests/web/forged_proofs.h"

namespace liuhen::tests {

// Executed, listed, and voided by a supervisor.
inline void discard(BeaconTown& town, CityDraw& draw) {
  ledger::schema::DrawVoidedT voided;
  voided.draw = draw.stream();
  voided.reason = "结果不合意";
  town.city.must(std::move(voided), {"approver", "supervisor"});
}

// Voided before its round by the recorded time, executed all the same, and announced anew.
inline std::string redraw_in_time(BeaconTown& town) {
  town.announce();
  town.draw.contribute();
  town.void_it();
  town.record_and_execute();
  CityDraw second(town.city, 2);
  auto again = second.announcement();
  again.previous = town.draw.stream();
  town.city.must(std::move(again), {"clerk", "approver"});
  second.contribute();
  second.execute();
  return proof_of(town.city, second.draw());
}

// Voided in one of its phases, and executed and shown as it has to be.
inline std::string voided_in_time(BeaconTown& town) {
  town.announce();
  town.draw.contribute();
  town.void_it();
  town.record_and_execute();
  return proof_of(town.city, town.draw.draw());
}
inline std::string voided_revealing(BeaconTown& town) {
  town.draw.announce();
  for (const char* name : {"contributor1", "contributor2"}) town.draw.commit(name);
  town.city.must(town.draw.commitments_closed(), {"platform"});
  town.void_it();
  for (const char* name : {"contributor1", "contributor2"})
    town.city.must(town.draw.reveal_of(name), {name});
  town.city.must(town.draw.reveals_closed(), {"platform"});
  town.draw.execute();
  return proof_of(town.city, town.draw.draw());
}
// All have revealed, and the closing is not recorded.
inline std::string voided_revealed(BeaconTown& town) {
  town.draw.announce();
  for (const char* name : {"contributor1", "contributor2"}) town.draw.commit(name);
  town.city.must(town.draw.commitments_closed(), {"platform"});
  for (const char* name : {"contributor1", "contributor2"})
    town.city.must(town.draw.reveal_of(name), {name});
  town.void_it();
  town.city.must(town.draw.reveals_closed(), {"platform"});
  town.draw.execute();
  return proof_of(town.city, town.draw.draw());
}
// The round has come, after the deadline for reveals, of which one is missing for good.
inline std::string voided_forfeited(BeaconTown& town) {
  town.announce();
  for (const char* name : {"contributor1", "contributor2"}) town.draw.commit(name);
  town.city.must(town.draw.commitments_closed(), {"platform"});
  town.city.must(town.draw.reveal_of("contributor1"), {"contributor1"});
  town.city.now = town.round_time();
  town.void_it();
  town.city.must(town.draw.reveals_closed(), {"platform"});
  town.record_and_execute();
  return proof_of(town.city, town.draw.draw());
}
inline std::string voided_uncommitted(BeaconTown& town) {
  town.announce();
  town.city.now = town.round_time();
  town.void_it();
  town.city.must(town.draw.commitments_closed(), {"platform"});
  town.city.must(town.draw.reveals_closed(), {"platform"});
  town.record_and_execute();
  return proof_of(town.city, town.draw.draw());
}
inline std::string voided_ready(BeaconTown& town) {
  town.ready();
  town.void_it();
  town.record_and_execute();
  return proof_of(town.city, town.draw.draw());
}
inline std::string voided_executed(BeaconTown& town) {
  town.execute();
  discard(town, town.draw);
  return proof_of(town.city, town.draw.draw());
}

// After one that was voided in time and executed, and to be executed.
inline std::string redraw_awaited(BeaconTown& town) {
  voided_in_time(town);
  CityDraw second(town.city, 2);
  auto again = second.announcement();
  again.previous = town.draw.stream();
  town.city.must(std::move(again), {"clerk", "approver"});
  second.contribute();
  return proof_of(town.city, second.draw());
}

// A whole draw after the town's, which was discarded.
inline void redraw_after(BeaconTown& town, CityDraw& second) {
  auto announced = second.announcement();
  announced.previous = town.draw.stream();
  town.city.must(std::move(announced), {"clerk", "approver"});
  second.contribute();
  second.execute();
}

}  // namespace liuhen::tests
