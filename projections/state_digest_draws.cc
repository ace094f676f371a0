#include "projections/state_digest.h"

namespace liuhen::projections {

namespace schema = ledger::schema;

void Listing::add(const schema::ItemResultT& result) {
  add(result.item);
  add(result.category);
  add(result.note);
}
void Listing::add(const schema::StratumOutcomeT& outcome) {
  add(outcome.eligible);
  add(outcome.drawn);
  add(outcome.cutoff);
}
void Listing::add(const Recusal& recusal) {
  add(recusal.inspector);
  add(recusal.ground);
  add(recusal.filer);
  add(recusal.filed_at);
  add(recusal.decided_at);
  add(recusal.approved);
}
void Listing::add(const Seat& seat) {
  add(seat.group);
  add(seat.inspector);
  add(seat.held);
  add(seat.recusals);
  add(seat.ordinal);
  add(seat.exhausted);
  add(seat.vacated_at);
}
void Listing::add(const TaskResult& result) {
  add(result.position);
  add(result.time);
  add(result.visited_at);
  add(result.rows);
  add(result.corrections);
  add(result.corrected_at);
  add(result.follow_ups);
  add(result.published_at);
  add(result.withheld_at);
  add(result.objections);
  add(result.open_objection);
}
void Listing::add(const Task& task) {
  add(task.subject);
  add(task.ticket);
  add(task.seats);
  add(task.result);
}

void Listing::add(const SealChecked& checked) {
  add(checked.supervisor);
  add(checked.position);
  add(checked.agrees);
}

void Listing::add(const Digits& digits) {
  add(digits.source);
  add(digits.issue);
  add(digits.digits);
  add(digits.position);
}

// What was announced, the rule then in force, and what contributors named as last seen are in the
// leaf hashes of their entries.
void list_draws(const Draws& draws, Listing& listing) {
  for (const std::string& stream : draws.streams) {
    const Draw& draw = draws.by_stream.at(stream);
    listing.row("draw", stream, draw.number, draw.position, draw.time, draw.leaf_hash,
                draw.department, draw.rule, draw.rule_set.revision);
    listing.row("contributions", draw.contributors, draw.commitments, draw.committed, draw.nonces,
                draw.revealed);
    if (!draw.digits.empty()) listing.row("digits", draw.digits);
    listing.row("progress", draw.phase, draw.discarded, draw.commitments_closed_at,
                draw.reveals_closed_at, draw.executed_at, draw.executed_time, draw.disclosed_at,
                draw.voided_at, draw.failed_at, draw.next_part);
    if (draw.beacon)
      listing.row("beacon", draw.beacon->chain_hash, draw.beacon->round, draw.beacon->round_time,
                  draw.beacon_output, draw.beacon_at);
    listing.row("seed", draw.seed);
    if (draw.outcome)
      listing.row("outcome", draw.outcome->pi, draw.outcome->strata, draw.outcome->visits_root,
                  draw.outcome->visits, draw.outcome->vacancies);
    if (draw.outcome && draw.announcement.weighted) {
      for (const auto& stratum : draw.outcome->strata)
        listing.row("rest", stratum->rest_drawn, stratum->rest_weight);
    }
    if (draw.outcome && draw.announcement.sealed)
      listing.row("sealed", draw.outcome->seed_hash, draw.outcome->sealed_pi, draw.known_at,
                  draw.seal_checked);
    if (draw.is_restricted()) listing.row("pool", draw.pool_checked);
    if (draw.outcome && draw.is_restricted())
      listing.row("restricted", draw.outcome->cutoff_commitments, draw.seal_checked);
    listing.row("units", draw.added_units);
    for (const Task& task : draw.tasks) listing.row("task", task);
    listing.row("attestations", draw.attestations, draw.attested_by);
  }
  for (const auto& [subject, visits] : draws.visited) listing.row("visited", subject, visits);
  for (const auto& [executed, voided] : draws.voided) listing.row("voided", executed, voided);
}

}  // namespace liuhen::projections
