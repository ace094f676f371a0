#include "projections/set_aside.h"

#include <algorithm>

#include "projections/calendar.h"
#include "projections/draw_lookup.h"
#include "projections/fields.h"
#include "projections/last_pool.h"
#include "projections/payload_visit.h"
#include "projections/streams.h"
#include "projections/vrf_sharing.h"

namespace liuhen::projections {

namespace {

namespace schema = ledger::schema;
using Phase = Draw::Phase;
using Tag = ledger::PayloadTag;

// Whether the beacon that it names can be looked up, if it names one.
bool names_a_beacon(const State& state, const schema::DrawAnnounced& announced) {
  const View chain = raw(announced.beacon_chain());
  if (chain.empty()) return true;
  const auto hash = exactly<32>(chain);
  const RegisteredChain* registered = hash ? state.beacons.find(*hash) : nullptr;
  return registered != nullptr &&
         crypto::drand::round_time(registered->chain, announced.beacon_round()).has_value();
}

// An announcement without a plan, a rule or a beacon that the log knows begins no draw.
bool begins_a_draw(const State& state, const schema::DrawAnnounced& announced) {
  const auto plan = state.catalogue.plans.find(std::string(text(announced.plan())));
  return plan != state.catalogue.plans.end() && state.catalogue.rules.contains(plan->second.rule) &&
         raw(announced.vrf_key()).size() == sizeof(KeyId) && names_a_beacon(state, announced);
}

void follow_execution(State& state, const ledger::Event& event, Draw& draw) {
  if (draw.executed_at) return;
  draw.executed_at = event.position();
  draw.executed_time = event.time();
  if (!draw.announcement.sealed) draw.known_at = event.position();
  retire_if_by_holder(state, event, draw);
}

// Whoever is listed is visited. Where what made them known was folded, they count already.
void follow_list(State& state, const ledger::Event& event, Draw& draw) {
  if (!draw.executed_at || draw.disclosed_at) return;
  retire_if_by_holder(state, event, draw);
  if (!draw.known_at) draw.known_at = event.position();
  const auto& listed = event.payload<schema::DrawDisclosed>();
  for (const schema::Visit* visit : *listed.visits()) {
    Task task;
    task.subject = text(visit->subject());
    if ((!draw.seed || draw.is_restricted()) && !draw.discarded)
      state.draws.visited[task.subject].emplace_back(*draw.known_at,
                                                     calendar_year(state.times[*draw.known_at]));
    draw.tasks.push_back(std::move(task));
  }
  if (listed.last()) draw.disclosed_at = event.position();
}

void follow_result(const ledger::Event& event, Draw& draw) {
  const auto& recorded = event.payload<schema::ResultRecorded>();
  if (recorded.visit() >= draw.tasks.size() || draw.tasks[recorded.visit()].result) return;
  TaskResult result;
  result.position = event.position();
  result.time = event.time();
  result.visited_at = recorded.visited_at();
  draw.tasks[recorded.visit()].result = std::move(result);
}

void follow(State& state, const ledger::Event& event, Draw& draw) {
  switch (event.tag()) {
    case Tag::DrawExecuted:
      return follow_execution(state, event, draw);
    case Tag::DrawDisclosed:
      return follow_list(state, event, draw);
    case Tag::ResultRecorded:
      return follow_result(event, draw);
    case Tag::DrawVoided:
      if (draw.discarded || draw.failed_at) return;
      return apply(state, event, event.payload<schema::DrawVoided>());
    case Tag::DrawFailed:
      if (draw.executed_at || draw.failed_at) return;
      return apply(state, event, event.payload<schema::DrawFailed>());
    default:
      return;
  }
}

}  // namespace

std::string draw_of(const ledger::Event& event) {
  constexpr std::string_view kTask = "task/";
  std::string stream = stream_of(event.intent().fields());
  if (stream.starts_with("draw/")) return stream;
  if (!stream.starts_with(kTask)) return {};
  return "draw/" + stream.substr(kTask.size(), stream.rfind('/') - kTask.size());
}

bool is_about_the_log(std::string_view code) {
  return code == "intent.fork" || code == "payload.unknown";
}

void follow_unjudged(State& state, const ledger::Event& event) {
  state.times.push_back(event.time());
  ++state.stream_versions[std::string(event.intent().stream())];
  const std::string stream = draw_of(event);
  const auto found = state.draws.by_stream.find(stream);
  if (found != state.draws.by_stream.end()) return follow(state, event, found->second);
  if (event.tag() != Tag::DrawAnnounced) return;
  const auto& announced = event.payload<schema::DrawAnnounced>();
  if (begins_a_draw(state, announced)) apply(state, event, announced);
}

void set_aside(State& state, const std::string& draw) {
  const auto found = state.draws.by_stream.find(draw);
  if (found == state.draws.by_stream.end()) return;
  if (state.last_pool) state.last_pool->forget();
  if (found->second.phase != Phase::failed) found->second.phase = Phase::disclosed;
}

void take_out(State& state, const std::string& draw) {
  const auto found = state.draws.by_stream.find(draw);
  if (found == state.draws.by_stream.end()) return;
  if (state.last_pool) state.last_pool->forget();
  // Visits of a restricted pool count from the last part of the list on.
  for (const auto& at : {found->second.known_at, found->second.disclosed_at}) {
    if (!at) continue;
    state.draws.voided.erase(*at);
    for (auto& [subject, visits] : state.draws.visited)
      std::erase_if(visits, [&](const auto& visit) { return visit.first == *at; });
  }
  std::erase(state.draws.streams, draw);
  state.draws.by_stream.erase(found);
}

}  // namespace liuhen::projections
