#include "projections/known_outcome.h"

#include <algorithm>

#include "crypto/draw/protocol.h"
#include "crypto/vrf.h"
#include "projections/calendar.h"
#include "projections/draw_lookup.h"

namespace liuhen::projections {

namespace {

// Admission sees public content only: no conflict opens here.
std::optional<ConflictContent> closed(const Hash&) { return std::nullopt; }

Outcome check_strata(const RecordedOutcome& recorded, const Visits& expected) {
  bool same = recorded.strata.size() == expected.strata.size();
  for (std::size_t i = 0; same && i < expected.strata.size(); ++i) {
    const auto* stratum = recorded.strata.Get(static_cast<flatbuffers::uoffset_t>(i));
    const View cutoff = raw(stratum->cutoff());
    const auto& right = expected.strata[i];
    same = stratum->eligible() == right.eligible && stratum->drawn() == right.drawn &&
           stratum->rest_drawn() == right.rest_drawn &&
           stratum->rest_weight() == right.rest_weight &&
           std::equal(cutoff.begin(), cutoff.end(), right.cutoff.begin(), right.cutoff.end());
  }
  if (same && recorded.visits == expected.visits.size()) return ok();
  return fail(
      "draw.selection", "各层的可抽数、抽中数、截止号或检查总数与按种子重算的不符",
      "the counts or cut-offs of the strata, or the number of visits, are not what the seed gives");
}

}  // namespace

Result<crypto::draw::Seed> seed_of(const Draw& draw, View pi) {
  const auto key = exactly<32>(View(draw.announcement.vrf_key));
  if (!key) return key.error();
  const auto proof = exactly<80>(pi);
  if (!proof) return proof.error();
  const auto beta = crypto::vrf::verify(*key, alpha_of(draw), *proof);
  if (!beta)
    return fail("draw.vrf", "抽取“" + draw.stream + "”的随机证明与公告的公钥和已公开的随机数不符",
                "the proof of the draw \"" + draw.stream +
                    "\" is not of the announced key over what was contributed");
  if (!draw.announcement.sealed ||
      std::ranges::equal(crypto::draw::sealed_hash(draw.leaf_hash, *beta), draw.outcome->seed_hash))
    return *beta;
  return fail(
      "draw.seed_hash", "抽取“" + draw.stream + "”的种子不是执行时所承诺的那一个",
      "the seed of the draw \"" + draw.stream + "\" is not the one committed to at execution");
}

Outcome check_outcome(const State& state, const Draw& draw, const RecordedOutcome& recorded) {
  auto seed = seed_of(draw, recorded.pi);
  if (!seed) return seed.error();
  auto expected = visits_of(state, draw, *seed, closed);
  if (!expected) return expected.error();
  if (auto checked = check_strata(recorded, *expected); !checked) return checked;
  if (expected->conflicts_unopened != 0)
    return ok();  // the matching is replayed by who may open them
  if (recorded.vacancies.value_or(expected->vacancies) == expected->vacancies &&
      std::ranges::equal(recorded.visits_root, expected->root)) {
    return ok();
  }
  return fail("draw.visits_root", "检查名单的根或空缺数与按种子重算的不符",
              "the root of the visits, or the vacancies, are not what the seed gives");
}

void make_known(State& state, Draw& draw, const ledger::Event& event, View pi) {
  draw.seed = seed_of(draw, pi).value();
  if (draw.is_restricted()) {  // who is drawn is known with the last part of the list
    draw.known_at = event.position();
    return;
  }
  auto expected = visits_of(state, draw, *draw.seed, closed);
  LIUHEN_CHECK(expected);
  draw.expected = std::move(expected->visits);
  draw.expects_teams = expected->conflicts_unopened == 0;
  draw.known_at = event.position();
  if (draw.expects_teams) draw.outcome->vacancies = expected->vacancies;
  if (draw.discarded) return;
  for (const auto& visit : draw.expected) {
    state.draws.visited[visit.subject].emplace_back(event.position(), calendar_year(event.time()));
  }
}

}  // namespace liuhen::projections
