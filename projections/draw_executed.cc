// DrawExecuted: the seed, and what follows from it and the pool alone; or that all of it is sealed.
#include "projections/draw_lookup.h"
#include "projections/known_outcome.h"
#include "projections/restricted_pool.h"
#include "projections/sealed_draw.h"
#include "projections/vrf_sharing.h"

namespace liuhen::projections {

Outcome admit(const State& state, const ledger::Event& event,
              const ledger::schema::DrawExecuted& payload) {
  auto found = find_draw(state, text(payload.draw()), Draw::Phase::ready);
  if (!found) return found.error();
  const Draw& draw = **found;
  if (draw.awaits_beacon()) {
    return fail("draw.beacon_awaited",
                "抽取“" + draw.stream + "”须先记录公告的信标第 " +
                    std::to_string(draw.beacon->round) + " 轮，才能执行",
                "the draw \"" + draw.stream + "\" is executed once round " +
                    std::to_string(draw.beacon->round) +
                    " of the announced beacon is recorded, not before");
  }
  if (auto checked = check_executor(state, event, draw); !checked) return checked;
  if (draw.announcement.sealed) return check_sealed_execution(state, draw, payload);
  if (raw(payload.pi()).empty() || !raw(payload.seed_hash()).empty() ||
      !raw(payload.sealed_pi()).empty()) {
    return fail("draw.sealed", "抽取“" + draw.stream + "”没有公告密封，执行时须列出随机证明",
                "the draw \"" + draw.stream +
                    "\" was not announced as sealed: its execution shows the proof");
  }
  if (draw.is_restricted()) return check_restricted_execution(draw, payload);
  if (!raw(payload.cutoff_commitments()).empty())
    return fail("draw.restricted", "名录不受限，各层的截止号须明列",
                "the pool is not restricted: cut-offs are given as they are");
  return check_outcome(state, draw,
                       {.pi = raw(payload.pi()),
                        .strata = *payload.strata(),
                        .visits_root = raw(payload.visits_root()),
                        .visits = payload.visits(),
                        .vacancies = payload.vacancies()});
}

void apply(State& state, const ledger::Event& event, const ledger::schema::DrawExecuted& payload) {
  Draw& draw = draw_at(state, text(payload.draw()));
  draw.outcome = unpacked(payload);
  draw.executed_at = event.position();
  draw.executed_time = event.time();
  retire_if_by_holder(state, event, draw);
  draw.phase = Draw::Phase::executed;
  if (!draw.announcement.sealed) make_known(state, draw, event, raw(payload.pi()));
}

}  // namespace liuhen::projections
