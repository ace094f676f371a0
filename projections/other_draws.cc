#include "projections/other_draws.h"

#include <algorithm>

#include "projections/draw_lookup.h"
#include "projections/fields.h"
#include "projections/streams.h"
#include "projections/vrf_sharing.h"

namespace liuhen::projections {

namespace {

namespace schema = ledger::schema;
using Phase = Draw::Phase;
using Tag = ledger::PayloadTag;

bool is_of_task(const ledger::Event& event) { return event.intent().stream().starts_with("task/"); }

Outcome in_phase(const State& state, const ledger::Event& event, Phase phase) {
  const auto found = find_draw(state, event.intent().stream(), phase);
  return found ? ok() : Outcome(found.error());
}

// Its chain was registered, whether or not it is in force still.
Outcome check_beacon(const State& state, const schema::DrawAnnounced& announced) {
  const View chain = raw(announced.beacon_chain());
  if (chain.empty() && announced.beacon_round() == 0) return ok();
  const auto hash = exactly<32>(chain);
  const RegisteredChain* registered = hash ? state.beacons.find(*hash) : nullptr;
  if (registered == nullptr) {
    return fail("beacon.unknown", "公告所用的信标链不在文件中",
                "the beacon chain of the announcement is not in the file");
  }
  const auto time = crypto::drand::round_time(registered->chain, announced.beacon_round());
  return time ? ok() : Outcome(time.error());
}

Outcome check_announced(const State& state, const schema::DrawAnnounced& announced) {
  const std::string plan(text(announced.plan()));
  if (!state.catalogue.plans.contains(plan)) {
    return fail("draw.plan", "公告所据的计划不在文件中",
                "the plan of the announcement is not in the file");
  }
  const auto& draws = state.draws.by_stream;
  const std::uint32_t attempt = announced.attempt();
  if (attempt == 0 || draws.contains(draw_stream(plan, attempt)) ||
      (attempt > 1 && !draws.contains(draw_stream(plan, attempt - 1)))) {
    return fail("draw.attempt", "不是计划的下一次抽取", "it is not the plan's next attempt");
  }
  return check_beacon(state, announced);
}

Outcome check_executed(const State& state, const ledger::Event& event) {
  auto found = find_draw(state, event.intent().stream(), Phase::ready);
  if (!found) return found.error();
  if ((*found)->awaits_beacon()) {
    return fail("draw.beacon_awaited", "须先记录公告的信标轮次，才能执行",
                "it is executed once the announced round of the beacon is recorded, not before");
  }
  return check_executor(state, event, **found);
}

Outcome check_disclosed(const State& state, const ledger::Event& event) {
  auto found = find_draw(state, event.intent().stream(), Phase::executed);
  if (!found) return found.error();
  return check_executor(state, event, **found);
}

// Units added: of a draw whose tasks are open.
Outcome check_tasks(const State& state, const ledger::Event& event) {
  const auto found = find_draw(state, event.intent().stream());
  if (!found) return found.error();
  if ((*found)->has_tasks()) return ok();
  return fail("task.closed", "所属抽取的检查任务尚未开放，或抽取已作废",
              "the tasks of that draw are not open yet, or it was voided");
}

void fold_executed(State& state, const ledger::Event& event) {
  Draw& draw = draw_at(state, event.intent().stream());
  draw.phase = Phase::executed;
  draw.executed_at = event.position();
  draw.executed_time = event.time();
  retire_if_by_holder(state, event, draw);
}

void fold_disclosed(State& state, const ledger::Event& event) {
  Draw& draw = draw_at(state, event.intent().stream());
  retire_if_by_holder(state, event, draw);
  if (event.payload<schema::DrawDisclosed>().last()) draw.phase = Phase::disclosed;
}

}  // namespace

bool is_of_other_draw(const ledger::Event& event, const std::string& draw) {
  const std::string_view stream = event.intent().stream();
  if (stream.starts_with("draw/")) return stream != draw;
  return is_of_task(event) && !stream.starts_with("task/" + draw.substr(draw.find('/') + 1) + "/");
}

Outcome admit_other_draw(const State& state, const ledger::Event& event) {
  if (is_of_task(event)) return ok();
  switch (event.tag()) {
    case Tag::DrawAnnounced:
      return check_announced(state, event.payload<schema::DrawAnnounced>());
    case Tag::DrawCommitted:
    case Tag::DigitsRecorded:
    case Tag::CommitmentsClosed:
      return in_phase(state, event, Phase::committing);
    case Tag::DrawRevealed:
    case Tag::RevealsClosed:
      return in_phase(state, event, Phase::revealing);
    case Tag::BeaconRecorded:
      return admit(state, event, event.payload<schema::BeaconRecorded>());
    case Tag::DrawExecuted:
      return check_executed(state, event);
    case Tag::DrawDisclosed:
      return check_disclosed(state, event);
    case Tag::DrawVoided:
      return admit(state, event, event.payload<schema::DrawVoided>());
    case Tag::DrawFailed:
      return admit(state, event, event.payload<schema::DrawFailed>());
    case Tag::DrawAttested:
      return admit(state, event, event.payload<schema::DrawAttested>());
    case Tag::EvidenceAttached:
      return admit(state, event, event.payload<schema::EvidenceAttached>());
    default:
      return check_tasks(state, event);
  }
}

void fold_other_draw(State& state, const ledger::Event& event) {
  if (is_of_task(event)) return;
  const auto enter = [&](Phase phase) { draw_at(state, event.intent().stream()).phase = phase; };
  switch (event.tag()) {
    case Tag::DrawAnnounced:
      return apply(state, event, event.payload<schema::DrawAnnounced>());
    case Tag::CommitmentsClosed:
      return enter(Phase::revealing);
    case Tag::RevealsClosed:
      draw_at(state, event.intent().stream()).reveals_closed_at = event.position();
      return enter(Phase::ready);
    case Tag::BeaconRecorded:
      return apply(state, event, event.payload<schema::BeaconRecorded>());
    case Tag::DrawExecuted:
      return fold_executed(state, event);
    case Tag::DrawDisclosed:
      return fold_disclosed(state, event);
    case Tag::DrawVoided:
      return apply(state, event, event.payload<schema::DrawVoided>());
    case Tag::DrawFailed:
      return apply(state, event, event.payload<schema::DrawFailed>());
    case Tag::DrawAttested:
      return apply(state, event, event.payload<schema::DrawAttested>());
    default:
      return;
  }
}

}  // namespace liuhen::projections
