#include "projections/conflicts_kept.h"

#include <algorithm>

#include "projections/draw_form.h"
#include "projections/fields.h"

namespace liuhen::projections {

namespace {

namespace schema = ledger::schema;
using Tag = ledger::PayloadTag;

// A matching is to be made, or somebody may still have to go in somebody's place.
bool is_finished(const Draw& draw) {
  switch (draw.phase) {
    case Draw::Phase::committing:
      return draw.discarded && !draw.must_execute();
    case Draw::Phase::revealing:
    case Draw::Phase::ready:
    case Draw::Phase::executed:
      return false;
    case Draw::Phase::disclosed:
      return !draw.has_tasks() ||
             std::ranges::all_of(draw.tasks, [](const Task& task) { return !!task.result; });
    case Draw::Phase::failed:
      return true;
  }
  return false;
}

Error still_needed(const Hash& commitment, const std::string& zh, const std::string& en) {
  const std::string hex = to_hex(commitment);
  return fail("erasure.conflict", "不能删除利益冲突 " + hex + " 的内容：" + zh,
              "the content of the conflict " + hex + " cannot be erased: " + en);
}

Outcome check_not_needed(const State& state, const Conflict& conflict) {
  if (!conflict.decided_at)
    return still_needed(conflict.commitment, "尚未决定，请先由负责人决定",
                        "it is not decided yet: let a head decide first");
  if (!conflict.approved) return ok();
  if (!conflict.ended_at)
    return still_needed(conflict.commitment,
                        "仍在生效，每次抽取都须打开它，请先由负责人终止（ConflictEnded）",
                        "it is in force, and every draw has to open it: let a head end it first "
                        "(ConflictEnded)");
  for (const auto& [stream, draw] : state.draws.by_stream) {
    if (*conflict.ended_at <= draw.announcement.pool_position || is_finished(draw)) continue;
    return still_needed(
        conflict.commitment,
        "抽取“" + stream + "”的名录在其终止之前取定，须待该抽取完成、各次检查都有结果",
        "the draw \"" + stream +
            "\" took its pool before the conflict ended: wait until it is done and "
            "every visit has its result");
  }
  return ok();
}

Outcome check(const State& state, const schema::RecordsErased& payload) {
  const View commitments = raw(payload.commitments());
  for (std::size_t at = 0; at < commitments.size(); at += 32) {
    const auto found = state.conflicts.index.find(exactly<32>(commitments.subspan(at, 32)).value());
    if (found == state.conflicts.index.end()) continue;
    const Outcome checked = check_not_needed(state, state.conflicts.rows[found->second]);
    if (!checked) return checked;
  }
  return ok();
}

Outcome check(const State& state, const schema::ConflictDecided& payload) {
  const Hash commitment = exactly<32>(raw(payload.commitment())).value();
  if (!payload.approved() || !state.erased.contains(commitment)) return ok();
  const std::string hex = to_hex(commitment);
  return fail("conflict.erased", "利益冲突 " + hex + " 的内容已删除，抽取无从打开：请重新申报",
              "the content of the conflict " + hex +
                  " was erased, and no draw could open it: declare it anew");
}

Outcome check(const State& state, const schema::DrawAnnounced& payload) {
  if (!draws_teams(payload.form())) return ok();  // who goes is named
  // Not only those that were decided by then: its substitutes heed all that are approved since.
  for (const Hash& commitment : state.conflicts.of_draw(payload.pool_position(), state.size())) {
    if (!state.erased.contains(commitment)) continue;
    const std::string hex = to_hex(commitment);
    return fail("draw.conflict_erased",
                "已批准而在名录取定时尚未终止的利益冲突 " + hex +
                    " 内容已删除，抽取将无法匹配或递补：先终止它（ConflictEnded），再于其后取名录",
                "the content of the conflict " + hex +
                    ", approved and not ended when the pool is taken, was erased, and nobody could "
                    "match or find substitutes: end it (ConflictEnded), and take the pool after "
                    "that");
  }
  return ok();
}

}  // namespace

Outcome check_conflicts_kept(const State& state, const ledger::Event& event) {
  switch (event.tag()) {
    case Tag::RecordsErased:
      return check(state, event.payload<schema::RecordsErased>());
    case Tag::ConflictDecided:
      return check(state, event.payload<schema::ConflictDecided>());
    case Tag::DrawAnnounced:
      return check(state, event.payload<schema::DrawAnnounced>());
    default:
      return ok();
  }
}

}  // namespace liuhen::projections
