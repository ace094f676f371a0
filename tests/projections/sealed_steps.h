// A sealed draw of the small city, step by step; each step gives the right payload, to be recorded
// as it is or tampered with.
#pragma once

#include "projections/sealed_draw.h"
#include "tests/ledger_sample.h"
#include "tests/projections/city_log.h"

namespace liuhen::tests {

class SealedSteps {
 public:
  // The draw is the city's; two supervisors are there from now on.
  SealedSteps(City& city, CityDraw& draw) : city_(city), draw_(draw) {
    if (city.state().keys.find(city.id("supervisor2")) == nullptr)
      city.grant_key("supervisor2", {City::Role::supervisor});
  }

  schema::DrawAnnouncedT announcement() { return sealed(draw_.announcement()); }
  schema::DrawAnnouncedT sealed(schema::DrawAnnouncedT a) {
    a.sealed = true;
    a.disclosure_deadline = a.execute_deadline + 10'000;
    for (const char* name : {"supervisor", "supervisor2"}) {
      const KeyId id = city_.id(name);
      a.supervisors.insert(a.supervisors.end(), id.begin(), id.end());
    }
    return a;
  }
  void ready() {
    city_.must(announcement(), {"clerk", "approver"});
    draw_.contribute();
  }

  // What the platform works out, and records.
  schema::DrawExecutedT execution(const projections::OpenConflict& open = [](const Hash&) {
    return std::nullopt;
  }) {
    const Bytes alpha = projections::alpha_of(draw());
    pi_ = crypto::vrf::prove(City::seed("vrf"), alpha);
    seed_ = crypto::vrf::verify(crypto::vrf::public_key(City::seed("vrf")), alpha, pi_).value();
    visits_ = projections::visits_of(city_.state(), draw(), seed_, open).value();
    return projections::sealed_execution_of(draw(), pi_, seed_, visits_, entropy_).value();
  }
  void execute() { city_.must(execution(), {"platform"}); }
  schema::DrawAttestedT attestation(bool agrees = true) const {
    schema::DrawAttestedT out;
    out.draw = draw_.stream();
    out.agrees = agrees;
    out.statement = agrees ? "重算一致" : "重算不一致";
    return out;
  }
  void attest(const std::string& who = "supervisor") { city_.must(attestation(), {who}); }
  schema::DrawDisclosedT opening() const { return projections::opening_of(draw(), pi_, visits_); }
  schema::DrawDisclosedT list() const {
    schema::DrawDisclosedT out;
    out.draw = draw_.stream();
    out.part = 1;
    out.last = true;
    for (const auto& visit : visits_.visits)
      out.visits.push_back(std::make_unique<schema::VisitT>(visit));
    return out;
  }
  void disclose() {
    city_.must(opening(), {"platform"});
    if (!visits_.visits.empty()) city_.must(list(), {"platform"});
  }
  void run_to_sealed() {
    ready();
    execute();
  }
  void whole() {
    run_to_sealed();
    attest();
    disclose();
  }

  const projections::Draw& draw() const { return draw_.draw(); }
  projections::Visits& visits() { return visits_; }
  const crypto::draw::Seed& seed() const { return seed_; }

 private:
  City& city_;
  CityDraw& draw_;
  crypto::vrf::Proof pi_{};
  crypto::draw::Seed seed_{};
  projections::Visits visits_;
  CountingEntropy entropy_;
};

}  // namespace liuhen::tests
