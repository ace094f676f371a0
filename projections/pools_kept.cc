#include "projections/pools_kept.h"

#include <algorithm>
#include <tuple>

#include "projections/conditions.h"
#include "projections/draw_lookup.h"
#include "projections/fields.h"

namespace liuhen::projections {

namespace {

namespace schema = ledger::schema;
using Tag = ledger::PayloadTag;

// Its list is still to be made from the opened pool. What comes after does without: substitutes
// hang on no class, and supervisors have their own copy of the openings and of the key.
bool has_to_open(const Draw& draw) {
  if (!draw.is_restricted()) return false;
  switch (draw.phase) {
    case Draw::Phase::committing:
      return !draw.discarded || draw.must_execute();
    case Draw::Phase::revealing:
    case Draw::Phase::ready:
    case Draw::Phase::executed:
      return true;
    case Draw::Phase::disclosed:
    case Draw::Phase::failed:
      return false;
  }
  return false;
}

// What is hidden in the rows of the pool whose stratum hangs on their class. In the order of the
// log, so that each entry is read once.
std::vector<Hash> classes_in(const State& state, const schema::DrawAnnouncedT& announcement,
                             const schema::RuleSetT& rule, const RowCommitment& commitment) {
  const SubjectFilter scope(announcement.scope, state.subjects);
  std::vector<SubjectFilter> by_class;
  for (const auto& stratum : announcement.strata) {
    const Conditions& conditions = rule.strata[stratum->rule_stratum]->conditions;
    if (has_restricted(conditions)) by_class.emplace_back(conditions, state.subjects);
  }
  std::vector<const SubjectVersion*> versions;
  for (std::uint32_t subject = 0; subject < state.subjects.size(); ++subject) {
    const SubjectVersion* version = state.subjects.at(subject, announcement.pool_position);
    if (version == nullptr || !scope.meets(*version)) continue;
    if (std::ranges::any_of(by_class, [&](const auto& filter) { return filter.meets(*version); }))
      versions.push_back(version);
  }
  std::ranges::sort(versions, {}, [](const SubjectVersion* version) {
    return std::tuple(version->position, version->row);
  });
  std::vector<Hash> out;
  for (const SubjectVersion* version : versions) {
    if (const auto hidden = commitment(*version)) out.push_back(*hidden);
  }
  return out;
}

Hash key_of(const schema::DrawAnnouncedT& announcement) {
  return exactly<32>(View(announcement.pool_key_hash)).value();
}

Error still_needed(const Hash& commitment, const Draw& draw, const std::string& zh,
                   const std::string& en) {
  const std::string hex = to_hex(commitment);
  return fail("erasure.pool",
              "不能删除 " + hex + " 的内容：它是" + zh + "，受限名录的抽取“" + draw.stream +
                  "”还须打开它，须待其名单公布完毕（作废而不再执行、或失败的除外）",
              "what " + hex + " hides cannot be erased: it is " + en +
                  ", and the draw of a restricted pool \"" + draw.stream +
                  "\" still has to open it: wait until its list is complete, or it is voided and "
                  "not to be executed, or has failed");
}

Outcome check_not_needed(const State& state, const Draw& draw, const std::set<Hash>& going,
                         const RowCommitment& commitment) {
  const Hash key = key_of(draw.announcement);
  // Of a pool that an earlier version left closed for ever, nothing is kept.
  if (state.erased.contains(key)) return ok();
  if (going.contains(key)) return still_needed(key, draw, "名录密钥", "the pool's key");
  const auto classes = classes_in(state, draw.announcement, draw.rule_set, commitment);
  if (std::ranges::any_of(classes, [&](const Hash& one) { return state.erased.contains(one); }))
    return ok();
  for (const Hash& one : classes) {
    if (going.contains(one))
      return still_needed(one, draw, "名录中一行所隐的风险等级",
                          "where the risk class of a row of the pool is");
  }
  return ok();
}

Outcome check(const State& state, const schema::RecordsErased& payload,
              const RowCommitment& commitment) {
  // Those of conflicts too: what a row or a key hides can have been declared as one.
  const auto erased = hashes(raw(payload.commitments()));
  const std::set<Hash> going(erased.begin(), erased.end());
  for (const auto& [stream, draw] : state.draws.by_stream) {
    if (!has_to_open(draw)) continue;
    if (auto checked = check_not_needed(state, draw, going, commitment); !checked) return checked;
  }
  return ok();
}

Outcome check(const State& state, const schema::DrawAnnounced& payload,
              const RowCommitment& commitment) {
  if (raw(payload.pool_key_hash()).empty()) return ok();
  if (state.erased.empty()) return ok();
  const schema::DrawAnnouncedT announcement = unpacked(payload);
  auto needed = classes_in(
      state, announcement,
      state.catalogue.rules.at(state.catalogue.plans.at(announcement.plan).rule), commitment);
  needed.push_back(key_of(announcement));
  for (const Hash& one : needed) {
    if (!state.erased.contains(one)) continue;
    const std::string hex = to_hex(one);
    return fail("draw.pool_erased",
                "名录密钥或名录中一行的风险等级（" + hex +
                    "）已删除，无从打开名录：请重新登记该检查对象，于其后取名录，重新起草公告",
                "the pool's key, or the risk class of one of its rows (" + hex +
                    "), was erased, and nobody could open the pool: register the subject anew, "
                    "take the pool after that, and draft the announcement again");
  }
  return ok();
}

}  // namespace

Outcome check_pools_kept(const State& state, const ledger::Event& event,
                         const RowCommitment& commitment) {
  switch (event.tag()) {
    case Tag::RecordsErased:
      return check(state, event.payload<schema::RecordsErased>(), commitment);
    case Tag::DrawAnnounced:
      return check(state, event.payload<schema::DrawAnnounced>(), commitment);
    default:
      return ok();
  }
}

}  // namespace liuhen::projections
