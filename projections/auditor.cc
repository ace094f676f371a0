#include "projections/auditor.h"

#include <algorithm>
#include <map>

#include "crypto/sha256.h"
#include "ledger/loss.h"
#include "projections/draw_form.h"
#include "projections/fields.h"
#include "projections/late_draws.h"
#include "projections/partly_opened.h"
#include "projections/set_aside.h"
#include "projections/team_named.h"
#include "projections/witnessed.h"

namespace liuhen::projections {

namespace schema = ledger::schema;
using Tag = ledger::PayloadTag;

Outcome Auditor::visit(const ledger::Event& event, const crypto::TreeHistory& before) {
  const std::string draw = draw_of(event);
  if (facts_.aside.contains(draw)) {
    ++facts_.wrong.at(draw).later;
    follow_unjudged(state_, event);
    note_step(draw, event, false);
    return ok();
  }
  Outcome judged = judge(event, before);
  const bool folded = judged.has_value();
  if (judged) {
    fold(event);
    if (event.tag() == Tag::DrawAnnounced || event.tag() == Tag::DrawExecuted ||
        event.tag() == Tag::DrawDisclosed)
      judged = check_outcome_of(draw, event);
  }
  if (!judged && (draw.empty() || is_about_the_log(judged.error().code))) return judged;
  note_step(draw, event, !judged);
  if (judged) return ok();
  if (!folded) follow_unjudged(state_, event);
  set_aside(state_, draw);
  facts_.aside.insert(draw);
  name_wrong(draw, event.position(), judged.error());
  return ok();
}

void Auditor::find_escapes(std::uint64_t now_s, Extent& extent) {
  const std::uint64_t at = state_.times.empty() ? now_s : std::max(now_s, state_.times.back());
  const auto void_proven = [&](const Draw& draw) {
    return is_before(facts_.witnessed, *draw.voided_at, draw.beacon->round_time,
                     draw.rule_set.margin_s, std::nullopt);
  };
  for (const Escape& escape : escapes(state_, at, void_proven)) {
    if (facts_.aside.contains(escape.draw)) continue;
    extent.escaped.insert(escape.draw);
    const Draw& draw = state_.draws.by_stream.at(escape.draw);
    name_wrong(escape.draw, escape.executed_time ? *draw.executed_at : draw.position,
               error_of(escape));
  }
  for (const Undisclosed& late : undisclosed(state_, at)) {
    if (facts_.aside.contains(late.draw)) continue;
    const Draw& draw = state_.draws.by_stream.at(late.draw);
    name_wrong(late.draw, draw.disclosed_at.value_or(*draw.executed_at), error_of(late, draw));
  }
}

ReplayNotes Auditor::notes() const {
  ReplayNotes out{.voids = {}, .plans = facts_.plans};
  for (const auto& [stream, draw] : state_.draws.by_stream) {
    if (draw.voided_at) out.voids.emplace(stream, void_shown(draw, facts_));
  }
  return out;
}

const State& Auditor::state_without_those_aside() {
  state_.last_pool.reset();
  for (const std::string& draw : facts_.aside) take_out(state_, draw);
  return state_;
}

std::optional<ConflictContent> Auditor::open(const Hash& commitment) const {
  if (!options_.open) return std::nullopt;
  return options_.open(commitment);
}

Outcome Auditor::judge(const ledger::Event& event, const crypto::TreeHistory& before) {
  const Outcome admitted = admit(state_, event, before);
  if (!admitted) {
    // Of draws set aside nobody knows what the service made of them.
    const bool of_another_state = admitted.error().code == "state.digest" && !facts_.aside.empty();
    return of_another_state ? ok() : admitted;
  }
  if (event.tag() == Tag::StateDigested) ++facts_.digests;
  if (auto opened = opened_.before(state_, event); !opened) return opened;
  if (event.tag() == Tag::TeamNamed) return check_team_opened(event.payload<schema::TeamNamed>());
  if (event.tag() != Tag::SubstituteDrawn) return ok();
  return check_substitute_opened(event.payload<schema::SubstituteDrawn>());
}

void Auditor::note_void(const ledger::Event& event) {
  const std::string draw = draw_of(event);
  DrawFacts& facts = facts_.draws[draw];
  facts.void_signers = signers_of_void(state_, event);
  facts.reveals_awaited_at_void = awaits_reveals(state_.draws.by_stream.at(draw));
}

void Auditor::fold(const ledger::Event& event) {
  if (event.tag() == Tag::SubstituteDrawn) note_substitute(event);
  if (event.tag() == Tag::TeamNamed)
    ++facts_.draws[std::string(text(event.payload<schema::TeamNamed>().draw()))].teams_named;
  if (event.tag() == Tag::DrawVoided) note_void(event);
  if (event.tag() == Tag::PlanPublished)
    facts_.plans.emplace(text(event.payload<schema::PlanPublished>().id()), event.position());
  apply(state_, event);
  if (ledger::is_loss(event)) note_loss(event);
  if (event.tag() == Tag::CheckpointWitnessed) note_witnessed(event);
}

void Auditor::name_wrong(const std::string& draw, std::uint64_t position, const Error& error) {
  facts_.wrong.emplace(
      draw,
      WrongDraw{
          .draw = draw, .position = position, .what = error, .breaks = guarantee_of(error.code)});
}

void Auditor::note_step(const std::string& draw, const ledger::Event& event, bool wrong) {
  if (options_.timelines && !draw.empty()) add_step(facts_.timelines[draw], state_, event, wrong);
}

void Auditor::note_witnessed(const ledger::Event& event) {
  if (options_.trusted == nullptr) return;
  const auto& payload = event.payload<schema::CheckpointWitnessed>();
  if (const auto time = witnessed_time(*options_.trusted, state_.origin, payload)) {
    facts_.witnessed.emplace(payload.size(),
                             Witnessing{.recorded_at = event.position(), .time_s = *time});
  }
}

void Auditor::note_loss(const ledger::Event& event) {
  const auto& payload = event.payload<schema::EvidenceAttached>();
  const std::string at = std::to_string(event.position()), note(text(payload.note()));
  const Hash lost = ledger::lost_in(event);
  const std::string head = to_hex(lost);
  facts_.losses.push_back(
      {.position = event.position(),
       .head = lost,
       .what = {"第 " + at + " 条：账本只恢复到此前的 " + at +
                    " 条，失去了已签过的检查点（SHA-256 " + head + "）所含的其余条目：" + note,
                "entry " + at + ": the log was restored to the " + at +
                    " entries before it, and what a checkpoint signed earlier (SHA-256 " + head +
                    ") held beyond them is lost: " + note}});
}

void Auditor::note_substitute(const ledger::Event& event) {
  const auto& payload = event.payload<schema::SubstituteDrawn>();
  const Draw& draw = state().draws.by_stream.at(std::string(text(payload.draw())));
  const Seat& seat = draw.tasks[payload.visit()].seats[payload.seat()];
  const std::uint64_t decided = state().times[*seat.vacated_at];
  DrawFacts& facts = facts_.draws[draw.stream];
  ++(text(payload.inspector()).empty() ? facts.none_left : facts.substitutes);
  facts.decisions.push_back(
      {.decided_at = *seat.vacated_at,
       .round_time =
           draw.beacon
               ? crypto::drand::round_time(draw.beacon->chain, payload.beacon_round()).value()
               : 0,
       .drawn_at = event.position()});
  if (event.time() > decided + draw.announcement.substitute_deadline_s) ++facts.substitutes_late;
}

Outcome Auditor::check_outcome_of(const std::string& stream, const ledger::Event& event) {
  const Draw& draw = state().draws.by_stream.at(stream);
  if (event.tag() == Tag::DrawAnnounced)
    facts_.draws[stream].scope = scope_shown(state_, draw.announcement);
  if (!draw.is_restricted()) {
    if (event.tag() == Tag::DrawAnnounced) return ok();
    if (auto checked = check_matching(stream, event.position()); !checked) return checked;
    return check_listed(draw, event.position());
  }
  if (auto checked = opened_.after(state_, event, stream); !checked) return checked;
  DrawFacts& facts = facts_.draws[stream];
  facts.pool_unopened = opened_.is_unopened(stream);
  facts.matching_replayed = opened_.is_replayed(stream);
  facts.conflicts_unopened = opened_.conflicts_unopened(stream);
  if (draw.disclosed_at != event.position()) return ok();
  // Who is drawn is known by now, whoever opens the pool or not.
  if (facts.pool_unopened) {
    if (auto checked = check_teams_of_closed_pool(draw, facts); !checked) return checked;
  }
  if (facts.matching_replayed) note_matching(draw, facts);
  return check_listed(draw, event.position());
}

Outcome Auditor::check_teams_of_closed_pool(const Draw& draw, DrawFacts& facts) const {
  const auto in_force = state_.conflicts.in_force(draw.announcement.pool_position);
  std::map<Hash, ConflictContent> opened;
  for (const Hash& commitment : in_force) {
    if (auto content = open(commitment)) opened.emplace(commitment, std::move(*content));
  }
  facts.conflicts_unopened = in_force.size() - opened.size();
  facts.matching_replayed = facts.conflicts_unopened == 0;
  // Admission has replayed the teams where nothing is hidden.
  if (in_force.empty() || !facts.matching_replayed) return ok();
  std::vector<crypto::draw::VisitRecord> records;
  for (const Task& task : draw.tasks) {
    records.push_back({.subject = task.subject, .ticket = task.ticket, .team = {}});
    for (const Seat& seat : task.seats) records.back().team.push_back(seat.inspector);
  }
  return check_listed_teams(state_, draw, records, [&](const Hash& commitment) {
    const auto found = opened.find(commitment);
    return found == opened.end() ? std::nullopt : std::optional(found->second);
  });
}

Outcome Auditor::check_listed(const Draw& draw, std::uint64_t position) {
  if (draw.disclosed_at != position || facts_.draws[draw.stream].conflicts_unopened == 0)
    return ok();
  return check_teams_partly_opened(state(), draw,
                                   [this](const Hash& commitment) { return open(commitment); });
}

Outcome Auditor::check_matching(const std::string& stream, std::uint64_t position) {
  const Draw& draw = state().draws.by_stream.at(stream);
  if (draw.known_at != position) return ok();
  DrawFacts& facts = facts_.draws[draw.stream];
  if (draw.expects_teams) {
    note_matching(draw, facts);
    return ok();
  }
  const auto visits = visits_of(state(), draw, *draw.seed,
                                [this](const Hash& commitment) { return open(commitment); });
  if (!visits) return visits.error();
  facts.conflicts_unopened = visits->conflicts_unopened;
  if (visits->conflicts_unopened != 0) return ok();
  facts.matching_replayed = true;
  if ((draw.announcement.sealed || visits->vacancies == draw.outcome->vacancies) &&
      std::ranges::equal(visits->root, draw.outcome->visits_root)) {
    note_matching(draw, facts);
    return ok();
  }
  return fail("draw.visits_root", "打开利益冲突后重算：检查名单的根或空缺数与种子所得不符",
              "with the conflicts opened, the root of the visits or the vacancies are not what "
              "the seed gives");
}

void Auditor::note_matching(const Draw& draw, DrawFacts& facts) const {
  facts.matching_replayed = true;
  if (!options_.timelines && draw.outcome->vacancies == 0) return;
  facts.matching =
      matching_shown(state_, draw, [this](const Hash& commitment) { return open(commitment); });
}

Outcome Auditor::check_substitute_opened(const schema::SubstituteDrawn& payload) {
  const Draw& draw = state().draws.by_stream.at(std::string(text(payload.draw())));
  const Seat& seat = draw.tasks[payload.visit()].seats[payload.seat()];
  const std::uint64_t pool = draw.announcement.pool_position;
  const std::uint64_t conflicts = state().conflicts.of_draw(pool, *seat.vacated_at).size();
  if (conflicts == 0) return ok();
  std::vector<Hash> outputs;  // admission has verified the signature
  if (draw.beacon) outputs.push_back(crypto::sha256(raw(payload.beacon_signature())));
  const auto right = substitute_of(
      state(), draw, payload.visit(), payload.seat(),
      [this](const Hash& commitment) { return open(commitment); }, outputs);
  if (!right) return right.error();
  if (right->conflicts_unopened != 0) {
    ++facts_.draws[draw.stream].substitutes_unopened;
    if (right->conflicts_unopened == conflicts) return ok();
    return check_substitute_partly_opened(
        state(), draw, payload.visit(), payload.seat(), std::string(text(payload.inspector())),
        [this](const Hash& commitment) { return open(commitment); }, outputs);
  }
  if (right->inspector == text(payload.inspector())) return ok();
  return fail("substitute.candidate",
              "打开利益冲突后重算：应递补的不是“" + std::string(text(payload.inspector())) + "”",
              "with the conflicts opened, it is not \"" + std::string(text(payload.inspector())) +
                  "\" who goes instead");
}

Outcome Auditor::check_team_opened(const schema::TeamNamed& payload) {
  const auto unopened = check_named_conflicts(
      state(), payload, [this](const Hash& commitment) { return open(commitment); });
  if (!unopened) return unopened.error();
  if (*unopened != 0) ++facts_.draws[std::string(text(payload.draw()))].teams_unopened;
  return ok();
}

}  // namespace liuhen::projections
