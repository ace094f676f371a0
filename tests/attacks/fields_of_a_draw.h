// The fields of a draw that an operator could falsify, each alone: of what it announces, closes,
// executes, lists and fills. What it is free to choose (whom it announces as a group's units and
// limits, how long substitutes wait) is not here.
#pragma once

#include <algorithm>

#include "ledger/event.h"
#include "tests/attacks/falsified.h"

namespace liuhen::tests {

namespace schema = ledger::schema;

using Announced = schema::DrawAnnouncedT;
using Closed = schema::CommitmentsClosedT;
using OneReveal = schema::DrawRevealedT;
using RevealsClosed = schema::RevealsClosedT;
using Recorded = schema::BeaconRecordedT;
using Executed = schema::DrawExecutedT;
using Listed = schema::DrawDisclosedT;
using Substituted = schema::SubstituteDrawnT;

inline constexpr Falsified<Announced> kAnnounced[] = {
    {"plan", "draw.plan", "there is no plan \"P9\"", [](Announced& a) { a.plan = "P9"; }},
    {"attempt", "draw.attempt", "9 is not the next", [](Announced& a) { a.attempt = 9; }},
    {"previous", "draw.previous", "leave \"previous\" empty",
     [](Announced& a) { a.previous = "draw/P1/1"; }},
    {"rule_revision", "draw.rule_revision", "is at revision 1",
     [](Announced& a) { a.rule_revision = 2; }},
    {"items", "item.unlisted", "\"I2\" is not in the plan",
     [](Announced& a) { a.items.emplace_back("I2"); }},
    {"items_none", "item.unlisted", "names no inspection item",
     [](Announced& a) { a.items.clear(); }},
    {"scope", "draw.pool_root", "the announced number of subjects",
     [](Announced& a) {
       a.scope.push_back(std::make_unique<schema::ConditionT>());
       a.scope[0]->field = schema::Field::division;
       a.scope[0]->values = {"370203"};
     }},
    {"rule_stratum", "draw.strata", "stratum 1 is not in the rule and the plan",
     [](Announced& a) { a.strata[0]->rule_stratum = 1; }},
    {"num", "draw.rate", "stratum 0", [](Announced& a) { a.strata[0]->num = 2; }},
    {"den", "draw.rate", "stratum 0", [](Announced& a) { a.strata[0]->den = 20; }},
    {"fixed", "draw.rate", "stratum 0", [](Announced& a) { a.strata[0]->fixed = 3; }},
    {"minimum", "draw.rate", "stratum 0", [](Announced& a) { a.strata[0]->minimum = 1; }},
    {"maximum", "draw.rate", "stratum 0", [](Announced& a) { a.strata[0]->maximum = 9; }},
    {"total", "draw.total", "if, and only if", [](Announced& a) { a.total = 4; }},
    {"qualification", "draw.pool_root", "the announced number of eligible inspectors",
     [](Announced& a) { a.groups[0]->qualification = "特种设备"; }},
    {"units", "draw.units", "\"MSA-9\" of group 0",
     [](Announced& a) { a.groups[0]->units.emplace_back("MSA-9"); }},
    {"seats", "draw.groups", "two or more seats", [](Announced& a) { a.groups[0]->seats = 1; }},
    {"default_capacity", "draw.capacity", "must be those of the rule",
     [](Announced& a) { a.default_capacity = 11; }},
    {"capacities", "draw.capacity", "must be those of the rule",
     [](Announced& a) {
       a.capacities.push_back(std::make_unique<schema::UnitCapacityT>());
       a.capacities[0]->unit = "MSA-1";
       a.capacities[0]->capacity = 10;
     }},
    {"vrf_key", "draw.vrf_key", "not the one in force", [](Announced& a) { flip(a.vrf_key); }},
    {"contributors", "draw.contributors", "has no such role",
     [](Announced& a) { flip(a.contributors); }},
    {"contributors_one", "draw.contributors", "2 to 16 contributors",
     [](Announced& a) { a.contributors.resize(32); }},
    {"contributors_same", "draw.contributors", "the same person as another",
     [](Announced& a) { std::copy_n(a.contributors.begin(), 32, a.contributors.begin() + 32); }},
    {"commit_deadline", "draw.deadlines", "ascend from now",
     [](Announced& a) { a.commit_deadline -= 1000; }},
    {"reveal_deadline", "draw.deadlines", "ascend from now",
     [](Announced& a) { a.reveal_deadline = a.commit_deadline; }},
    {"execute_deadline", "draw.deadlines", "ascend from now",
     [](Announced& a) { a.execute_deadline += 30 * 86'400; }},
    {"substitute_deadline", "draw.deadlines", "ascend from now",
     [](Announced& a) { a.substitute_deadline_s = 0; }},
    {"pool_position", "draw.pool_stale", "must be before the announcement",
     [](Announced& a) { ++a.pool_position; }},
    {"subject_root", "draw.pool_root", "the announced root of the subjects",
     [](Announced& a) { flip(a.subject_root); }},
    {"subject_rows", "draw.pool_root", "the announced number of subjects",
     [](Announced& a) { --a.subject_rows; }},
    {"subject_eligible", "draw.pool_root", "the announced number of eligible subjects",
     [](Announced& a) { --a.subject_eligible; }},
    {"inspector_root", "draw.pool_root", "the announced root of the inspectors",
     [](Announced& a) { flip(a.inspector_root); }},
    {"inspector_rows", "draw.pool_root", "the announced number of inspectors",
     [](Announced& a) { ++a.inspector_rows; }},
    {"inspector_eligible", "draw.pool_root", "the announced number of eligible inspectors",
     [](Announced& a) { --a.inspector_eligible; }},
    {"conflict_root", "draw.pool_root", "the announced root of the conflicts",
     [](Announced& a) { flip(a.conflict_root); }},
    {"conflict_rows", "draw.pool_root", "the announced number of conflicts",
     [](Announced& a) { ++a.conflict_rows; }},
    {"beacon_chain", "beacon.unknown", "is not registered",
     [](Announced& a) { flip(a.beacon_chain); }},
    {"beacon_round_early", "draw.beacon_round", "seconds or more after the deadline for reveals",
     [](Announced& a) { --a.beacon_round; }},
    {"beacon_round_late", "draw.beacon_round", "before that for execution",
     [](Announced& a) { a.beacon_round += 1000; }},
    {"sealed", "draw.deadlines", "for disclosure is after", [](Announced& a) { a.sealed = true; }},
    {"disclosure_deadline", "draw.sealed", "that is not sealed has no disclosure deadline",
     [](Announced& a) { a.disclosure_deadline = a.execute_deadline + 1; }},
    {"supervisors", "draw.sealed", "that is not sealed has no disclosure deadline",
     [](Announced& a) { a.supervisors = a.contributors; }},
    {"pool_key_hash", "draw.restricted", "speak of nothing restricted",
     [](Announced& a) { a.pool_key_hash.assign(32, 7); }},
    {"pool_key_sealed", "draw.restricted", "without a key",
     [](Announced& a) { a.pool_key_sealed.assign(80, 7); }},
    {"weighted", "draw.weighted", "has no weights", [](Announced& a) { a.weighted = true; }},
    {"form", "draw.form", "needs its reason",
     [](Announced& a) { a.form = schema::DrawForm::subjects; }},
    {"form_reason", "draw.form", "takes no reason",
     [](Announced& a) { a.form_reason = "专项整治"; }},
    {"first_day", "draw.form_days", "only a full inspection has days",
     [](Announced& a) { a.first_day = 20'800; }},
    {"visits_per_day", "draw.form_days", "only a full inspection has days",
     [](Announced& a) { a.visits_per_day = 7; }},
};

inline constexpr Falsified<Closed> kClosed[] = {
    {"draw", "draw.unknown", "there is no draw", [](Closed& c) { c.draw = "draw/P1/9"; }},
    {"committed", "draw.commitments", "exactly those who committed",
     [](Closed& c) { flip(c.committed); }},
    {"committed_order", "draw.commitments", "in the announced order",
     [](Closed& c) {
       std::rotate(c.committed.begin(), c.committed.begin() + 32, c.committed.end());
     }},
};

inline constexpr Falsified<OneReveal> kReveal[] = {
    {"draw", "draw.unknown", "there is no draw", [](OneReveal& r) { r.draw = "draw/P1/9"; }},
    {"nonce", "draw.reveal_mismatch", "not the one committed to",
     [](OneReveal& r) { flip(r.nonce); }},
};

inline constexpr Falsified<RevealsClosed> kRevealsClosed[] = {
    {"draw", "draw.unknown", "there is no draw", [](RevealsClosed& c) { c.draw = "draw/P1/9"; }},
    {"nonces", "draw.reveals", "the nonce revealed",
     [](RevealsClosed& c) { flip(c.nonces[0]->nonce); }},
    {"nonces_order", "draw.reveals", "in order",
     [](RevealsClosed& c) { std::swap(c.nonces[0], c.nonces[1]); }},
    {"nonces_fewer", "draw.reveals", "for each announced contributor",
     [](RevealsClosed& c) { c.nonces.pop_back(); }},
};

inline constexpr Falsified<Recorded> kRecorded[] = {
    {"draw", "draw.unknown", "there is no draw", [](Recorded& r) { r.draw = "draw/P1/9"; }},
    {"round", "draw.beacon_round", "and no other", [](Recorded& r) { --r.round; }},
    {"signature", "beacon.signature", "", [](Recorded& r) { flip(r.signature); }},
};

inline constexpr const char* kNotOfTheSeed = "are not what the seed gives";
inline constexpr Falsified<Executed> kExecuted[] = {
    {"draw", "draw.unknown", "there is no draw", [](Executed& e) { e.draw = "draw/P1/9"; }},
    {"pi", "draw.vrf", "not of the announced key", [](Executed& e) { flip(e.pi); }},
    {"eligible", "draw.selection", kNotOfTheSeed, [](Executed& e) { --e.strata[0]->eligible; }},
    {"drawn", "draw.selection", kNotOfTheSeed, [](Executed& e) { --e.strata[0]->drawn; }},
    {"cutoff", "draw.selection", kNotOfTheSeed, [](Executed& e) { flip(e.strata[0]->cutoff); }},
    {"cutoff_none", "draw.selection", kNotOfTheSeed,
     [](Executed& e) { e.strata[0]->cutoff.clear(); }},
    {"rest_drawn", "draw.selection", kNotOfTheSeed, [](Executed& e) { ++e.strata[0]->rest_drawn; }},
    {"rest_weight", "draw.selection", kNotOfTheSeed,
     [](Executed& e) { ++e.strata[0]->rest_weight; }},
    {"strata_fewer", "draw.selection", kNotOfTheSeed, [](Executed& e) { e.strata.clear(); }},
    {"strata_more", "draw.selection", kNotOfTheSeed,
     [](Executed& e) { e.strata.push_back(std::make_unique<schema::StratumOutcomeT>()); }},
    {"visits_root", "draw.visits_root", kNotOfTheSeed, [](Executed& e) { flip(e.visits_root); }},
    {"visits", "draw.selection", kNotOfTheSeed, [](Executed& e) { --e.visits; }},
    {"vacancies", "draw.visits_root", kNotOfTheSeed, [](Executed& e) { ++e.vacancies; }},
    {"seed_hash", "draw.sealed", "was not announced as sealed",
     [](Executed& e) { e.seed_hash.assign(32, 7); }},
    {"sealed_pi", "draw.sealed", "was not announced as sealed",
     [](Executed& e) { e.sealed_pi.assign(128, 7); }},
    {"cutoff_commitments", "draw.restricted", "the pool is not restricted",
     [](Executed& e) { e.cutoff_commitments.assign(32, 7); }},
};

// By weight: some are certain, and the rest is drawn.
inline constexpr Falsified<Executed> kByWeight[] = {
    {"eligible", "draw.selection", kNotOfTheSeed, [](Executed& e) { ++e.strata[0]->eligible; }},
    {"drawn", "draw.selection", kNotOfTheSeed, [](Executed& e) { ++e.strata[0]->drawn; }},
    {"cutoff", "draw.selection", kNotOfTheSeed,
     [](Executed& e) { e.strata[0]->cutoff.assign(32, 7); }},
    {"rest_drawn", "draw.selection", kNotOfTheSeed, [](Executed& e) { --e.strata[0]->rest_drawn; }},
    {"rest_weight", "draw.selection", kNotOfTheSeed,
     [](Executed& e) { --e.strata[0]->rest_weight; }},
};

inline constexpr const char* kInOrder = "the parts of the list go in order";
inline constexpr Falsified<Listed> kListed[] = {
    {"draw", "draw.unknown", "there is no draw", [](Listed& l) { l.draw = "draw/P1/9"; }},
    {"part", "draw.part", kInOrder, [](Listed& l) { l.part = 1; }},
    {"last", "draw.part", kInOrder, [](Listed& l) { l.last = false; }},
    {"visits_fewer", "draw.part", kInOrder, [](Listed& l) { l.visits.pop_back(); }},
    {"visits_more", "draw.part", kInOrder,
     [](Listed& l) { l.visits.push_back(std::make_unique<schema::VisitT>(*l.visits[0])); }},
    {"visits_order", "draw.disclosed_visit", "the subject or its ticket",
     [](Listed& l) { std::swap(l.visits[0], l.visits[1]); }},
    {"subject", "draw.disclosed_visit", "the subject or its ticket",
     [](Listed& l) { l.visits[0]->subject = l.visits[1]->subject; }},
    {"ticket", "draw.disclosed_visit", "the subject or its ticket",
     [](Listed& l) { flip(l.visits[0]->ticket); }},
    {"team", "draw.disclosed_visit", "the team is not what the seed gives",
     [](Listed& l) { std::swap(l.visits[0]->team[0], l.visits[0]->team[1]); }},
    {"team_seats", "draw.disclosed_visit", "the number of seats",
     [](Listed& l) { l.visits[0]->team.emplace_back(); }},
    {"pi", "draw.sealed", "the first part of a sealed draw's",
     [](Listed& l) { l.pi.assign(80, 7); }},
    {"strata", "draw.sealed", "the first part of a sealed draw's",
     [](Listed& l) { l.strata.push_back(std::make_unique<schema::StratumOutcomeT>()); }},
};

inline constexpr Falsified<Substituted> kSubstituted[] = {
    {"draw", "draw.unknown", "there is no draw", [](Substituted& s) { s.draw = "draw/P1/9"; }},
    {"visit", "substitute.not_due", "was not vacated", [](Substituted& s) { s.visit = 1; }},
    {"visit_none", "task.visit", "has no visit 99", [](Substituted& s) { s.visit = 99; }},
    {"seat", "substitute.not_due", "was not vacated", [](Substituted& s) { s.seat = 1; }},
    {"seat_none", "task.seat", "no seat 9", [](Substituted& s) { s.seat = 9; }},
    {"ordinal", "substitute.ordinal", "next substitution is number 1",
     [](Substituted& s) { s.ordinal = 2; }},
    {"inspector", "substitute.candidate", "there are candidates left",
     [](Substituted& s) { s.inspector.clear(); }},
    {"inspector_nobody", "substitute.candidate", "\"Z9999\" is not whom the announced rule gives",
     [](Substituted& s) { s.inspector = "Z9999"; }},
    {"beacon_round", "substitute.beacon_round", "the first round at or after",
     [](Substituted& s) { --s.beacon_round; }},
    {"beacon_signature", "beacon.signature", "", [](Substituted& s) { flip(s.beacon_signature); }},
};

// Sealed.
inline constexpr const char* kSealed = "holds no proof and no vacancies";
inline constexpr const char* kNotOfThePool = "are not what the pool gives";
inline constexpr Falsified<Executed> kSealedExecution[] = {
    {"pi", "draw.sealed", kSealed, [](Executed& e) { e.pi.assign(80, 7); }},
    {"vacancies", "draw.sealed", kSealed, [](Executed& e) { e.vacancies = 1; }},
    {"seed_hash", "draw.sealed", kSealed, [](Executed& e) { e.seed_hash.clear(); }},
    {"sealed_pi", "draw.sealed", kSealed, [](Executed& e) { e.sealed_pi.resize(128); }},
    {"cutoff_commitments", "draw.sealed", kSealed,
     [](Executed& e) { e.cutoff_commitments.assign(32, 7); }},
    {"eligible", "draw.selection", kNotOfThePool, [](Executed& e) { --e.strata[0]->eligible; }},
    {"drawn", "draw.selection", kNotOfThePool, [](Executed& e) { --e.strata[0]->drawn; }},
    {"cutoff", "draw.selection", kNotOfThePool,
     [](Executed& e) { e.strata[0]->cutoff.assign(32, 7); }},
    {"rest_drawn", "draw.selection", kNotOfThePool, [](Executed& e) { ++e.strata[0]->rest_drawn; }},
    {"rest_weight", "draw.selection", kNotOfThePool,
     [](Executed& e) { ++e.strata[0]->rest_weight; }},
    {"strata", "draw.selection", kNotOfThePool, [](Executed& e) { e.strata.clear(); }},
    {"visits", "draw.selection", kNotOfThePool, [](Executed& e) { --e.visits; }},
};

inline constexpr const char* kOpening = "the first part of its disclosure holds";
inline constexpr Falsified<Listed> kOpened[] = {
    {"pi", "draw.vrf", "not of the announced key", [](Listed& o) { flip(o.pi); }},
    {"pi_none", "draw.sealed", kOpening, [](Listed& o) { o.pi.clear(); }},
    {"part", "draw.sealed", kOpening, [](Listed& o) { o.part = 1; }},
    {"last", "draw.part", "only where there are no visits", [](Listed& o) { o.last = true; }},
    {"visits", "draw.sealed", kOpening,
     [](Listed& o) {
       o.visits.push_back(std::make_unique<schema::VisitT>());
       o.visits[0]->ticket.assign(32, 7);
     }},
    {"strata", "draw.sealed", kOpening, [](Listed& o) { o.strata.clear(); }},
    {"eligible", "draw.selection", kNotOfTheSeed, [](Listed& o) { --o.strata[0]->eligible; }},
    {"drawn", "draw.selection", kNotOfTheSeed, [](Listed& o) { --o.strata[0]->drawn; }},
    {"cutoff", "draw.selection", kNotOfTheSeed, [](Listed& o) { flip(o.strata[0]->cutoff); }},
    {"rest_drawn", "draw.selection", kNotOfTheSeed, [](Listed& o) { ++o.strata[0]->rest_drawn; }},
    {"rest_weight", "draw.selection", kNotOfTheSeed, [](Listed& o) { ++o.strata[0]->rest_weight; }},
};

// Of a restricted pool.
inline constexpr const char* kCommitment = "a commitment to the cut-off of each stratum";
inline constexpr Falsified<Executed> kRestricted[] = {
    {"pi", "draw.vrf", "not of the announced key", [](Executed& e) { flip(e.pi); }},
    {"strata", "draw.restricted", kCommitment,
     [](Executed& e) { e.strata.push_back(std::make_unique<schema::StratumOutcomeT>()); }},
    {"visits", "draw.selection", "more visits than subjects", [](Executed& e) { e.visits = 41; }},
    {"seed_hash", "draw.sealed", "was not announced as sealed",
     [](Executed& e) { e.seed_hash.assign(32, 7); }},
    {"sealed_pi", "draw.sealed", "was not announced as sealed",
     [](Executed& e) { e.sealed_pi.assign(128, 7); }},
    {"cutoff_commitments", "draw.restricted", kCommitment,
     [](Executed& e) { e.cutoff_commitments.resize(32); }},
};

// Of a list whose teams nobody can replay, a seat of a unit in each visit, and a visit for each.
// Inspectors of MSA-1 have odd numbers.
inline bool are_of_one_unit(const std::string& a, const std::string& b) {
  return a.back() % 2 == b.back() % 2;
}
inline constexpr Falsified<Listed> kTeams[] = {
    {"subject", "draw.disclosed_visit", "the subject or its ticket",
     [](Listed& l) { l.visits[0]->subject = l.visits[1]->subject; }},
    {"seats", "draw.disclosed_visit", "the number of seats",
     [](Listed& l) { l.visits[0]->team.emplace_back(); }},
    {"stranger", "draw.disclosed_visit", "\"Z9999\" is no announced inspector",
     [](Listed& l) { l.visits[0]->team[0] = "Z9999"; }},
    {"twice", "draw.disclosed_visit", "holds two seats",
     [](Listed& l) { l.visits[0]->team[1] = l.visits[0]->team[0]; }},
    {"unit_limit", "draw.disclosed_visit", "is over its limit in a group",
     [](Listed& l) {
       auto &one = l.visits[0]->team, &other = l.visits[1]->team;
       std::swap(one[1], are_of_one_unit(one[0], other[0]) ? other[0] : other[1]);
     }},
    {"capacity", "draw.disclosed_visit", "is over the capacity",
     [](Listed& l) {
       const auto& one = l.visits[0]->team;
       auto& other = l.visits[1]->team;
       (are_of_one_unit(one[0], other[0]) ? other[0] : other[1]) = one[0];
     }},
    {"officer", "draw.disclosed_visit", "an officer's seat is empty",
     [](Listed& l) { l.visits[0]->team[1].clear(); }},
};

}  // namespace liuhen::tests
