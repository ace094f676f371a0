// Proof files of draws with a beacon, for the second implementation
// (api/web/test/proof-beacon.test.js).
//
//   proof_cases NAME   prints the file to standard output, and to standard error the chain hash and
//                      the Unix second by which deadlines are to be judged
//
// NAME is whole (with a substitute), digits (of a lottery and of dice), recovered (by holders of
// shares), redraw (of an attempt voided before its round), redraw-in-time and redraw-awaited (of
// one that was executed all the same), voided-* (in one of its phases, and executed), repeated (of
// one that was executed, a draw that stands in between), two-recusals (hardly anybody free), moved
// (a substitute passed over for having left his group), weighted (a draw by weight, with a
// minimum), rested (that leaves out who was visited lately or is suspended), sealed, opened (with a
// substitute), opened-with-conflict, opened-in-between (an earlier attempt was), unfinished, or
// what a dishonest operator would write: see kCases.
#include <array>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <map>

#include "projections/proof_text.h"
#include "tests/projections/beacon_town.h"
#include "tests/projections/shared_vrf.h"
#include "tests/web/forged_proofs.h"
#include "tests/web/print_case.h"
#include "tests/web/sealed_cases.h"
#include "tests/web/voided_cases.h"

namespace liuhen::tests {
namespace {

std::string whole(BeaconTown& town) {
  town.execute();
  town.recuse();
  town.substitute();
  return proof_of(town.city, town.draw.draw());
}

std::string digits(BeaconTown& town) {
  town.city.grant_key("observer2", {City::Role::observer});
  town.announce();
  for (const auto& [source, issue, numbers] :
       {std::array{"ssq", "2026137", "03081219273106"}, std::array{"dice", "", "415263"},
        std::array{"qxc", "26137", "00000014"}}) {
    ledger::schema::DigitsRecordedT recorded;
    recorded.draw = town.draw.stream();
    recorded.source = source;
    recorded.issue = issue;
    recorded.digits = numbers;
    town.city.must(std::move(recorded), {"observer", "observer2"});
  }
  town.draw.contribute();
  town.record_and_execute();
  return proof_of(town.city, town.draw.draw());
}

std::string recovered(BeaconTown& town) {
  SharedVrf vrf(town.city);
  vrf.share();
  town.ready();
  town.city.must(town.recorded(), {"platform"});
  town.city.must(vrf.execution(town.draw.draw()), {"holder2"});
  return proof_of(town.city, town.draw.draw());
}

// Somebody with the role, whose key is in the file, and who has no share.
std::string not_a_holder(BeaconTown& town) {
  SharedVrf vrf(town.city);
  vrf.share();
  vrf.grant("holder4", true, {City::Role::holder, City::Role::observer});
  town.ready();
  town.city.must(town.recorded(), {"holder4"});
  return forged(town, vrf.execution(town.draw.draw()), {"holder4"});
}

std::string redraw(BeaconTown& town) {
  town.announce();
  town.void_it();
  CityDraw second(town.city, 2);
  auto again = second.announcement();
  again.previous = town.draw.stream();
  name_beacon(again, town.beacon.chain());
  town.city.must(std::move(again), {"clerk", "approver"});
  second.contribute();
  town.city.now = second.draw().beacon->round_time;
  town.city.must(beacon_recorded(second.draw(), town.beacon.sign(second.draw().beacon->round)),
                 {"platform"});
  second.execute();
  return proof_of(town.city, second.draw());
}

std::string weighted(BeaconTown& town) {
  town.city.weigh();
  town.execute();
  return proof_of(town.city, town.draw.draw());
}

// Everybody of a first draw was visited ten days ago, and a firm is suspended.
void visit_and_suspend(BeaconTown& town) {
  town.draw.whole();
  for (std::size_t visit = 0; visit < town.draw.draw().tasks.size(); ++visit)
    town.draw.result(visit);
  ledger::schema::SubjectsImportedT imported;
  imported.run = "suspended";
  imported.last = true;
  imported.rows.push_back(City::firm(900));
  imported.rows[0]->status = ledger::schema::SubjectStatus::suspended;
  town.city.now += 10 * 86'400;
  town.city.must(std::move(imported), {"registrar"});
}
ledger::schema::RuleSetT resting(std::uint32_t revision = 2) {
  auto rule = City::rule("R1", revision);
  rule.rest_days = 30;
  rule.suspended_apart = true;
  return rule;
}
std::string rested(BeaconTown& town) {
  visit_and_suspend(town);
  town.city.must(resting(), {"clerk", "approver"});
  CityDraw second(town.city, 2);
  second.whole();
  return proof_of(town.city, second.draw());
}
// The pool is that of a rule which is not in force.
std::string other_reason(BeaconTown& town) {
  visit_and_suspend(town);
  CityDraw second(town.city, 2);
  auto announced = second.announcement();
  const auto rule = resting(1);
  second.take_pool(announced, rule);
  return forged_announcement(town, town.draw.draw(), std::move(announced), &rule);
}

std::string second_by_weight(BeaconTown& town,
                             const std::function<void(ledger::schema::RuleSetT&)>& change_rule,
                             bool is_weighted = true) {
  town.city.weigh();
  town.draw.whole();
  CityDraw second(town.city, 2);
  auto announced = second.announcement();
  announced.weighted = is_weighted;
  auto rule = City::rule("R1", 2);
  City::add_weights(rule);
  change_rule(rule);
  second.take_pool(announced, rule);
  return forged_announcement(town, town.draw.draw(), std::move(announced), &rule);
}
std::string other_weight(BeaconTown& town) {
  return second_by_weight(town, [](auto& rule) { rule.weights[1]->weight = 7; });
}
std::string weights_ignored(BeaconTown& town) {
  return second_by_weight(
      town, [](auto&) {}, false);
}
std::string no_minimum(BeaconTown& town) {
  town.city.weigh();
  town.draw.whole();
  auto announced = CityDraw(town.city, 2).announcement();
  announced.strata[0]->minimum = 0;
  return forged_announcement(town, town.draw.draw(), std::move(announced));
}
std::string other_rest(BeaconTown& town) {
  town.city.weigh();
  town.ready();
  town.city.must(town.recorded(), {"platform"});
  auto executed = town.draw.execution([](const Hash&) { return std::nullopt; });
  --executed.strata[0]->rest_weight;
  return forged(town, std::move(executed));
}

std::string unfinished(BeaconTown& town) {
  town.announce();
  return proof_of(town.city, town.draw.draw());
}

std::string other_round(BeaconTown& town) {
  town.ready();
  const std::uint64_t round = town.draw.draw().beacon->round - 1;
  auto payload = beacon_recorded(town.draw.draw(), town.beacon.sign(round));
  payload.round = round;
  return forged(town, std::move(payload));
}

std::string other_chain(BeaconTown& town) {
  town.ready();
  const TestBeacon own("own");
  return forged(town, beacon_recorded(town.draw.draw(), own.sign(town.draw.draw().beacon->round)));
}

std::string early(BeaconTown& town) {
  town.ready();
  town.city.now -= 1;
  return forged(town, town.recorded());
}

std::string without(BeaconTown& town) {
  town.ready();
  const Bytes alpha =
      crypto::draw::alpha(town.draw.draw().leaf_hash, town.draw.draw().revealed, {});
  ledger::schema::DrawExecutedT executed;
  executed.draw = town.draw.stream();
  executed.pi = City::bytes(crypto::vrf::prove(City::seed("vrf"), alpha));
  executed.visits_root.assign(32, 0);
  return forged(town, std::move(executed));
}

std::string substituted(BeaconTown& town,
                        const std::function<void(ledger::schema::SubstituteDrawnT&)>& change) {
  town.execute();
  town.recuse();
  town.city.now = town.substitute_time();
  auto payload = town.substitution();
  change(payload);
  return forged(town, std::move(payload));
}

std::string substitute_round(BeaconTown& town) {
  return substituted(town, [&](auto& payload) {
    payload.beacon_signature = City::bytes(town.beacon.sign(++payload.beacon_round));
  });
}
std::string substitute_early(BeaconTown& town) {
  return substituted(town, [&](auto&) { town.city.now -= 1; });
}
std::string substitute_bare(BeaconTown& town) {
  return substituted(town, [](auto& payload) { payload.beacon_signature.clear(); });
}

// A draw in between stands, and the third attempt says nothing of the first.
std::string hidden(BeaconTown& town) {
  town.draw.whole();
  discard(town, town.draw);
  CityDraw second(town.city, 2);
  redraw_after(town, second);
  return forged_announcement(town, second.draw(), CityDraw(town.city, 3).announcement());
}

// The first attempt is past its point of no return, was voided, and is to be executed.
std::string two_at_once(BeaconTown& town) {
  town.draw.announce();
  town.draw.contribute();
  town.void_it();
  auto second = CityDraw(town.city, 2).announcement();
  second.previous = town.draw.stream();
  return forged_announcement(town, town.draw.draw(), std::move(second));
}

std::string retired_key(BeaconTown& town) {
  SharedVrf vrf(town.city);
  vrf.share();
  town.draw.announce();
  town.draw.contribute();
  town.city.must(vrf.execution(town.draw.draw()), {"holder2"});
  ledger::schema::DrawDisclosedT disclosed;
  disclosed.draw = town.draw.stream();
  disclosed.last = true;
  for (const auto& visit : town.draw.draw().expected)
    disclosed.visits.push_back(std::make_unique<ledger::schema::VisitT>(visit));
  town.city.must(std::move(disclosed), {"platform"});
  discard(town, town.draw);
  auto second = CityDraw(town.city, 2).announcement();
  second.previous = town.draw.stream();
  return forged_announcement(town, town.draw.draw(), std::move(second));
}

std::string intent_twice(BeaconTown& town) {
  town.execute();
  town.recuse();
  town.city.now = town.substitute_time();
  const auto used =
      ledger::Event::parse(town.city.entries()[*town.draw.draw().commitments_closed_at]).value();
  const View id(used.intent().fields().id()->data(), used.intent().fields().id()->size());
  return forged(town, town.substitution(), {"platform"},
                [&](ledger::schema::IntentT& intent) { intent.id = City::bytes(id); });
}

std::string seen_future(BeaconTown& town) {
  town.execute();
  town.recuse();
  town.city.now = town.substitute_time();
  return forged(town, town.substitution(), {"platform"},
                [&](ledger::schema::IntentT& intent) { intent.seen_size = town.city.size() + 1; });
}

std::string stale_version(BeaconTown& town) {
  town.execute();
  ledger::schema::DrawAttestedT attested;
  attested.draw = town.draw.stream();
  return forged(town, std::move(attested), {"observer"},
                [](ledger::schema::IntentT& intent) { intent.expected_version = 1; });
}

// By a rule that lets everybody go once, so that all are taken.
ledger::schema::DrawAnnouncedT tight(BeaconTown& town, ledger::schema::DrawAnnouncedT announced) {
  announced.rule_revision = 2;
  announced.default_capacity = 1;
  const auto pool =
      projections::pool_of(town.city.state(), announced, town.city.state().catalogue.rules.at("R1"))
          .value();
  announced.inspector_root = City::bytes(pool.inspector_root);
  return announced;
}
void execute_tight(BeaconTown& town) {
  auto rule = City::rule("R1", 2);
  rule.default_capacity = 1;
  town.city.must(std::move(rule), {"clerk", "approver"});
  town.city.must(tight(town, town.announcement()), {"clerk", "approver"});
  town.draw.contribute();
  town.record_and_execute();
}

// The first had a beacon, a seat for which nobody was left, and a unit added for it.
std::string repeated(BeaconTown& town) {
  execute_tight(town);
  town.recuse();
  town.substitute();
  ledger::schema::UnitsAddedT added;
  added.draw = town.draw.stream();
  added.units = {"MSA"};
  added.reason = "无人可递补";
  town.city.must(std::move(added), {"approver", "head"});
  discard(town, town.draw);
  CityDraw second(town.city, 2), third(town.city, 3);
  for (CityDraw* again : {&second, &third}) {
    auto announced = tight(town, again->announcement());
    announced.previous = town.draw.stream();
    town.city.must(std::move(announced), {"clerk", "approver"});
    again->contribute();
    again->execute();
  }
  return proof_of(town.city, third.draw());
}

// When the first round is known, somebody leaves another visit.
std::string later_leaver(BeaconTown& town) {
  execute_tight(town);
  town.recuse(0);
  town.city.now = town.substitute_time(0);
  const std::string leaver = town.draw.draw().tasks[1].seats[0].inspector;
  town.recuse(1);
  return leaver;
}
std::string steered(BeaconTown& town) {
  const std::string leaver = later_leaver(town);
  auto payload = town.substitution(0);
  LIUHEN_CHECK(payload.inspector.empty());
  payload.inspector = leaver;
  return forged(town, std::move(payload));
}
std::string two_recusals(BeaconTown& town) {
  later_leaver(town);
  const std::string first = town.draw.draw().tasks[0].seats[0].held[0];
  town.substitute(0);
  LIUHEN_CHECK(town.substitution(1).inspector == first);
  town.substitute(1);
  return proof_of(town.city, town.draw.draw());
}

// Whom the order puts first is moved, before the decision, to a unit that is in no group.
std::string moved_first(BeaconTown& town) {
  BeaconTown other;
  other.execute();
  other.recuse();
  std::string first = other.substitution().inspector;
  town.execute();
  ledger::schema::InspectorsImportedT imported;
  imported.run = "moved";
  imported.last = true;
  imported.rows.push_back(City::inspector(first, "MSA"));
  town.city.must(std::move(imported), {"registrar"});
  town.recuse();
  return first;
}
std::string moved(BeaconTown& town) {
  const std::string first = moved_first(town);
  LIUHEN_CHECK(town.substitution().inspector != first);
  town.substitute();
  return proof_of(town.city, town.draw.draw());
}
std::string substitute_group(BeaconTown& town) {
  const std::string first = moved_first(town);
  town.city.now = town.substitute_time();
  auto payload = town.substitution();
  payload.inspector = first;
  return forged(town, std::move(payload));
}

std::string listed_late(BeaconTown& town) {
  town.draw.announce();
  town.draw.contribute();
  town.city.must(town.draw.execution([](const Hash&) { return std::nullopt; }), {"platform"});
  town.city.now = projections::disclosure_due(town.draw.draw()) + 1;
  town.city.must(town.draw.disclosure(), {"platform"});
  return proof_of(town.city, town.draw.draw());
}

const Cases kCases = {{"sealed", still_sealed},
                      {"opened", opened},
                      {"opened-with-conflict", opened_with_conflict},
                      {"opened-in-between", opened_in_between},
                      {"disclosed-late", disclosed_late},
                      {"listed-late", listed_late},
                      {"unattested", unattested},
                      {"attested-blindly", attested_blindly},
                      {"other-pi", other_pi},
                      {"other-cutoff", other_cutoff},
                      {"other-list", other_list},
                      {"other-root", other_root},
                      {"other-seed", other_seed},
                      {"shown-and-sealed", shown_and_sealed},
                      {"counts-of-another", counts_of_another},
                      {"supervisors-none", supervisors_none},
                      {"repeated", repeated},
                      {"two-recusals", two_recusals},
                      {"moved", moved},
                      {"hidden", hidden},
                      {"two-at-once", two_at_once},
                      {"retired-key", retired_key},
                      {"intent-twice", intent_twice},
                      {"seen-future", seen_future},
                      {"stale-version", stale_version},
                      {"steered", steered},
                      {"substitute-group", substitute_group},
                      {"weighted", weighted},
                      {"rested", rested},
                      {"other-reason", other_reason},
                      {"other-weight", other_weight},
                      {"weights-ignored", weights_ignored},
                      {"no-minimum", no_minimum},
                      {"other-rest", other_rest},
                      {"whole", whole},
                      {"digits", digits},
                      {"recovered", recovered},
                      {"not-a-holder", not_a_holder},
                      {"redraw", redraw},
                      {"redraw-in-time", redraw_in_time},
                      {"redraw-awaited", redraw_awaited},
                      {"voided-in-time", voided_in_time},
                      {"voided-revealing", voided_revealing},
                      {"voided-revealed", voided_revealed},
                      {"voided-forfeited", voided_forfeited},
                      {"voided-uncommitted", voided_uncommitted},
                      {"voided-ready", voided_ready},
                      {"voided-executed", voided_executed},
                      {"unfinished", unfinished},
                      {"other-round", other_round},
                      {"other-chain", other_chain},
                      {"early", early},
                      {"without", without},
                      {"substitute-round", substitute_round},
                      {"substitute-early", substitute_early},
                      {"substitute-bare", substitute_bare}};

}  // namespace
}  // namespace liuhen::tests

int main(int argc, char** argv) {
  using namespace liuhen;
  return tests::print_case(argc, argv, tests::kCases, [](const tests::BeaconTown& town) {
    return to_hex(crypto::drand::chain_hash(town.beacon.chain())) + " " +
           std::to_string(town.city.now);
  });
}
