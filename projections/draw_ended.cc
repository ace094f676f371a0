// Voids and failures: how an attempt ends other than by its outcome (docs/formats/draw.md, "No
// escape").
#include "projections/draw_lookup.h"

namespace liuhen::projections {

bool Draw::must_execute() const {
  return phase == Phase::revealing || phase == Phase::ready ||
         (phase == Phase::committing && beacon.has_value());
}

bool Draw::open() const {
  switch (phase) {
    case Phase::committing:
      return beacon ? !voided_before_round() : !discarded;
    case Phase::revealing:
    case Phase::ready:
      return !voided_before_round();
    case Phase::executed:
      return true;
    case Phase::disclosed:
    case Phase::failed:
      return false;
  }
  return false;
}

namespace {

bool signed_by_supervisor(const State& state, const ledger::Event& event) {
  for (std::size_t i = 0; i < event.intent().author_count(); ++i) {
    const Key* key = state.keys.find(event.intent().author(i));
    if (key != nullptr && key->has(Role::supervisor)) return true;
  }
  return false;
}

}  // namespace

Outcome admit(const State& state, const ledger::Event& event,
              const ledger::schema::DrawVoided& payload) {
  auto found = find_draw(state, text(payload.draw()));
  if (!found) return found.error();
  const Draw& draw = **found;
  if (draw.phase == Draw::Phase::failed || draw.discarded) {
    return fail("draw.ended", "抽取“" + draw.stream + "”已经失败或作废，不能再作废",
                "the draw \"" + draw.stream + "\" has failed or was voided already");
  }
  if (payload.reason()->size() == 0) {
    return fail("draw.reason", "作废须写明理由", "a void needs a reason");
  }
  if (draw.executed_at && !signed_by_supervisor(state, event)) {
    return fail("draw.void_supervisor",
                "抽取“" + draw.stream + "”已执行：作废的两位签名人中须有一位监督人",
                "the draw \"" + draw.stream +
                    "\" is executed: one of the two who void it must be a supervisor");
  }
  return ok();
}

void apply(State& state, const ledger::Event& event, const ledger::schema::DrawVoided& payload) {
  Draw& draw = draw_at(state, text(payload.draw()));
  draw.discarded = true;
  draw.voided_at = event.position();
  draw.voided_time = event.time();
  if (draw.known_at) state.draws.voided[*draw.known_at] = event.position();
  if (draw.is_restricted() && draw.disclosed_at)
    state.draws.voided[*draw.disclosed_at] = event.position();
}

Outcome admit(const State& state, const ledger::Event& event,
              const ledger::schema::DrawFailed& payload) {
  auto found = find_draw(state, text(payload.draw()), Draw::Phase::committing);
  if (!found) return found.error();
  const Draw& draw = **found;
  if (draw.beacon) {
    return fail("draw.has_beacon",
                "抽取“" + draw.stream + "”有信标，无人承诺也须继续，不能记为失败",
                "the draw \"" + draw.stream +
                    "\" has a beacon: it goes on without commitments, it cannot fail");
  }
  if (!draw.commitments.empty()) {
    return fail(
        "draw.has_commitments", "抽取“" + draw.stream + "”已有承诺，须截止承诺并继续，不能记为失败",
        "the draw \"" + draw.stream + "\" has commitments: close them and go on, it cannot fail");
  }
  if (event.time() <= draw.announcement.commit_deadline) {
    return fail("draw.early", "承诺期限未过，不能记为失败",
                "the deadline for commitments has not passed, it cannot fail yet");
  }
  return ok();
}

void apply(State& state, const ledger::Event& event, const ledger::schema::DrawFailed& payload) {
  Draw& draw = draw_at(state, text(payload.draw()));
  draw.failed_at = event.position();
  draw.phase = Draw::Phase::failed;
}

}  // namespace liuhen::projections
