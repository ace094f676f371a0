#include "projections/content_opens.h"

#include "projections/draw_form.h"
#include "projections/fields.h"

namespace liuhen::projections {

namespace {

namespace schema = ledger::schema;
using Tag = ledger::PayloadTag;

Outcome check_conflict(const Hash& commitment, const OpenConflict& conflicts) {
  if (conflicts(commitment)) return ok();
  const std::string hex = to_hex(commitment);
  return fail("conflict.unopened",
              "没有收到利益冲突 " + hex +
                  " 的内容，或其内容不是利益冲突，抽取无从打开：申报须附内容（liuhen conflict "
                  "declare）",
              "the content of the conflict " + hex +
                  " is not there, or is no conflict, and no draw could open it: it is handed over "
                  "with the declaration (liuhen conflict declare)");
}

Outcome check_conflicts(const State& state, const schema::DrawAnnounced& payload,
                        const OpenConflict& conflicts) {
  if (!draws_teams(payload.form())) return ok();  // who goes is named
  // As in check_conflicts_kept: its substitutes heed what is approved since.
  for (const Hash& commitment : state.conflicts.of_draw(payload.pool_position(), state.size())) {
    if (conflicts(commitment)) continue;
    const std::string hex = to_hex(commitment);
    return fail("draw.conflict_unopened",
                "已批准而在名录取定时尚未终止的利益冲突 " + hex +
                    " 打不开，抽取将无法匹配或递补：补交其内容（liuhen hand-in），或先终止它"
                    "（ConflictEnded），再于其后取名录",
                "the conflict " + hex +
                    ", approved and not ended when the pool is taken, does not open, and nobody "
                    "could match or find substitutes: hand its content in (liuhen hand-in), or end "
                    "it (ConflictEnded) and take the pool after that");
  }
  return ok();
}

Outcome check_pool(const State& state, const schema::DrawAnnounced& payload,
                   const PoolOpener& pools) {
  if (raw(payload.pool_key_hash()).empty()) return ok();
  const schema::DrawAnnouncedT announcement = unpacked(payload);
  const auto& rule = state.catalogue.rules.at(state.catalogue.plans.at(announcement.plan).rule);
  const auto key = pools.key(announcement);
  if (!key) {
    return fail("pool.unopened",
                "受限名录的公告须附名录密钥（pool_key_hash 的内容）：没有它，谁也不能执行抽取",
                "the announcement of a restricted pool comes with the pool's key (what "
                "pool_key_hash commits to): without it nobody can execute the draw");
  }
  if (auto checked = check_pool_key(announcement, *key); !checked) return checked;
  const auto opened = opened_pool_of(state, announcement, rule, *key, pools);
  if (!opened) return opened.error();
  return check_opened_pool(announcement, *opened);
}

}  // namespace

Outcome check_opens(const State& state, const ledger::Event& event, const OpenConflict& conflicts,
                    const PoolOpener& pools) {
  switch (event.tag()) {
    case Tag::ConflictDeclared: {
      const auto& payload = event.payload<schema::ConflictDeclared>();
      return check_conflict(exactly<32>(raw(payload.commitment())).value(), conflicts);
    }
    case Tag::ConflictDecided: {
      const auto& payload = event.payload<schema::ConflictDecided>();
      if (!payload.approved()) return ok();
      return check_conflict(exactly<32>(raw(payload.commitment())).value(), conflicts);
    }
    case Tag::DrawAnnounced: {
      const auto& payload = event.payload<schema::DrawAnnounced>();
      if (auto checked = check_conflicts(state, payload, conflicts); !checked) return checked;
      return check_pool(state, payload, pools);
    }
    default:
      return ok();
  }
}

}  // namespace liuhen::projections
