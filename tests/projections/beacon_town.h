// The small city with a beacon of its own, and one draw on it, step by step.
#pragma once

#include "crypto/sha256.h"
#include "tests/projections/beacon_payloads.h"
#include "tests/projections/city_log.h"

namespace liuhen::tests {

struct BeaconTown {
  City city;
  TestBeacon beacon;
  CityDraw draw{city};

  BeaconTown() {
    city.furnish();
    city.must(chain_set(beacon.chain()), {"trustee-inside", "trustee-outside"});
  }
  ledger::schema::DrawAnnouncedT announcement() {
    auto announced = draw.announcement();
    name_beacon(announced, beacon.chain());
    return announced;
  }
  void announce() { city.must(announcement(), {"clerk", "approver"}); }
  std::uint64_t round_time() const { return draw.draw().beacon->round_time; }
  // Everything is closed, and the round's time has come.
  void ready() {
    announce();
    draw.contribute();
    city.now = round_time();
  }
  ledger::schema::BeaconRecordedT recorded() const {
    return beacon_recorded(draw.draw(), beacon.sign(draw.draw().beacon->round));
  }
  // Of a draw whose reveals are closed.
  void record_and_execute() {
    city.now = std::max(city.now, round_time());
    city.must(recorded(), {"platform"});
    draw.execute();
  }
  void execute() {
    ready();
    record_and_execute();
  }
  void void_it() {
    ledger::schema::DrawVoidedT voided;
    voided.draw = draw.stream();
    voided.reason = "公告有误";
    city.must(std::move(voided), {"approver", "clerk"});
  }

  // Seat 0 of the visit is vacated now.
  void recuse(std::uint64_t visit = 0) {
    ledger::schema::RecusalFiledT filed;
    filed.draw = draw.stream();
    filed.visit = visit;
    filed.ground = "kinship";
    city.must(std::move(filed), {draw.draw().tasks[visit].seats[0].inspector});
    ledger::schema::RecusalDecidedT decided;
    decided.draw = draw.stream();
    decided.visit = visit;
    decided.approved = true;
    city.must(std::move(decided), {"head"});
  }
  std::uint64_t substitute_round(std::uint64_t visit = 0) const {
    return projections::substitute_round(city.state(), draw.draw(),
                                         draw.draw().tasks[visit].seats[0])
        .value();
  }
  std::uint64_t substitute_time(std::uint64_t visit = 0) const {
    return crypto::drand::round_time(beacon.chain(), substitute_round(visit)).value();
  }
  // By the round that is due.
  ledger::schema::SubstituteDrawnT substitution(std::uint64_t visit = 0) const {
    ledger::schema::SubstituteDrawnT out;
    out.visit = visit;
    out.beacon_round = substitute_round(visit);
    out.beacon_signature = City::bytes(beacon.sign(out.beacon_round));
    const std::vector<Hash> outputs{crypto::sha256(out.beacon_signature)};
    out.draw = draw.stream();
    out.ordinal = 1;
    out.inspector =
        projections::substitute_of(
            city.state(), draw.draw(), visit, 0, [](const Hash&) { return std::nullopt; }, outputs)
            .value()
            .inspector;
    return out;
  }
  void substitute(std::uint64_t visit = 0) {
    city.now = std::max(city.now, substitute_time(visit));
    city.must(substitution(visit), {"platform"});
  }
};

}  // namespace liuhen::tests
