// DrawExecuted: the seed, and what follows from it and the pool alone.
#include <algorithm>

#include "crypto/vrf.h"
#include "projections/calendar.h"
#include "projections/draw_lookup.h"
#include "projections/outcome.h"
#include "projections/vrf_sharing.h"

namespace liuhen::projections {

namespace {

// Admission sees public content only: no conflict opens here.
std::optional<ConflictContent> closed(const Hash&) { return std::nullopt; }

Result<std::array<std::uint8_t, 64>> seed_of(const Draw& draw, View pi) {
  const auto key = exactly<32>(View(draw.announcement.vrf_key));
  if (!key) return key.error();
  const auto proof = exactly<80>(pi);
  if (!proof) return proof.error();
  auto beta = crypto::vrf::verify(*key, alpha_of(draw), *proof);
  if (beta) return *beta;
  return fail("draw.vrf", "抽取“" + draw.stream + "”的随机证明与公告的公钥和已公开的随机数不符",
              "the proof of the draw \"" + draw.stream +
                  "\" is not of the announced key over what was contributed");
}

Outcome check_strata(const ledger::schema::DrawExecuted& payload, const Visits& expected) {
  bool same = payload.strata()->size() == expected.strata.size();
  for (std::size_t i = 0; same && i < expected.strata.size(); ++i) {
    const auto* stratum = payload.strata()->Get(static_cast<flatbuffers::uoffset_t>(i));
    const View cutoff = raw(stratum->cutoff());
    const auto& right = expected.strata[i];
    same = stratum->eligible() == right.eligible && stratum->drawn() == right.drawn &&
           stratum->rest_drawn() == right.rest_drawn &&
           stratum->rest_weight() == right.rest_weight &&
           std::equal(cutoff.begin(), cutoff.end(), right.cutoff.begin(), right.cutoff.end());
  }
  if (same && payload.visits() == expected.visits.size()) return ok();
  return fail(
      "draw.selection", "各层的可抽数、抽中数、截止号或检查总数与按种子重算的不符",
      "the counts or cut-offs of the strata, or the number of visits, are not what the seed gives");
}

}  // namespace

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
  const KeyId announced = exactly<32>(View(draw.announcement.vrf_key)).value();
  if (auto checked = check_executor(state, event, announced); !checked) return checked;
  auto seed = seed_of(draw, raw(payload.pi()));
  if (!seed) return seed.error();
  auto expected = visits_of(state, draw, *seed, closed);
  if (!expected) return expected.error();
  if (auto checked = check_strata(payload, *expected); !checked) return checked;
  if (expected->conflicts_unopened != 0)
    return ok();  // the matching is replayed by who may open them
  const View root = raw(payload.visits_root());
  if (payload.vacancies() == expected->vacancies &&
      std::equal(root.begin(), root.end(), expected->root.begin(), expected->root.end())) {
    return ok();
  }
  return fail("draw.visits_root", "检查名单的根或空缺数与按种子重算的不符",
              "the root of the visits, or the vacancies, are not what the seed gives");
}

void apply(State& state, const ledger::Event& event, const ledger::schema::DrawExecuted& payload) {
  Draw& draw = draw_at(state, text(payload.draw()));
  draw.seed = seed_of(draw, raw(payload.pi())).value();
  auto expected = visits_of(state, draw, *draw.seed, closed);
  LIUHEN_CHECK(expected);
  draw.outcome = unpacked(payload);
  draw.expected = std::move(expected->visits);
  draw.expects_teams = expected->conflicts_unopened == 0;
  draw.executed_at = event.position();
  draw.executed_time = event.time();
  if (executes_as_holder(state, event)) {
    const KeyId announced = exactly<32>(View(draw.announcement.vrf_key)).value();
    std::ranges::find(state.keys.vrf, announced, &VrfKey::id)->retired_at = event.position();
  }
  draw.phase = Draw::Phase::executed;
  if (draw.discarded) return;
  for (const auto& visit : draw.expected) {
    state.draws.visited[visit.subject].emplace_back(event.position(), calendar_year(event.time()));
  }
}

}  // namespace liuhen::projections
