#include "crypto/tuple.h"
#include "projections/fields.h"
#include "projections/inspectors.h"
#include "projections/state.h"

namespace liuhen::projections {

namespace schema = ledger::schema;

namespace {

Result<const Conflict*> find(const State& state, View bytes) {
  const auto commitment = exactly<32>(bytes);
  const auto found =
      commitment ? state.conflicts.index.find(*commitment) : state.conflicts.index.end();
  if (found != state.conflicts.index.end()) return &state.conflicts.rows[found->second];
  const std::string hex = to_hex(bytes);
  return fail("conflict.unknown", "没有申报过利益冲突 " + hex,
              "no conflict " + hex + " has been declared");
}

Conflict& conflict_at(State& state, View bytes) {
  return state.conflicts.rows[state.conflicts.index.at(exactly<32>(bytes).value())];
}

// Nobody decides what he declared himself, nor that it is over.
Outcome check_not_own(const State& state, const ledger::Event& event, const Conflict& conflict) {
  if (author_key(state, event, 0)->person != conflict.declared_by) return ok();
  const std::string hex = to_hex(conflict.commitment);
  return fail("conflict.own", "利益冲突 " + hex + " 由决定人本人申报：须由上级负责人决定",
              "the conflict " + hex +
                  " was declared by the person deciding: a superior's head has to decide");
}

}  // namespace

std::vector<Hash> Conflicts::of_draw(std::uint64_t pool_position, std::uint64_t position) const {
  std::vector<Hash> out;
  for (const Conflict& conflict : rows) {
    if (!conflict.approved || *conflict.decided_at > position) continue;
    if (conflict.ended_at && *conflict.ended_at <= pool_position) continue;
    out.push_back(conflict.commitment);
  }
  return out;
}

Bytes encode(const ConflictContent& content) {
  crypto::TupleWriter writer;
  writer.item(content.subject).item(content.inspector).item(content.kind).item(content.evidence);
  return writer.take();
}

Result<ConflictContent> decode_conflict(View bytes) {
  ConflictContent content;
  for (std::string* item :
       {&content.subject, &content.inspector, &content.kind, &content.evidence}) {
    std::size_t size = 0;
    bool whole = bytes.size() >= 4;
    for (std::size_t i = 0; whole && i < 4; ++i) size = size << 8 | bytes[i];
    whole = whole && bytes.size() - 4 >= size;
    if (!whole)
      return fail("conflict.content", "利益冲突的内容不完整：应为对象、检查员、种类、依据四项",
                  "the content of a conflict is cut short: subject, inspector, kind, evidence");
    item->assign(text_of(bytes.subspan(4, size)));
    bytes = bytes.subspan(4 + size);
  }
  if (!bytes.empty())
    return fail("conflict.content", "利益冲突的内容多于四项",
                "the content of a conflict has more than four items");
  return content;
}

Outcome admit(const State& state, const ledger::Event&, const schema::ConflictDeclared& payload) {
  const auto commitment = exactly<32>(raw(payload.commitment()));
  if (!commitment)
    return fail("conflict.commitment", "利益冲突的承诺须为 32 字节",
                "the commitment of a conflict has 32 bytes");
  if (auto checked = state.catalogue.check_department(text(payload.unit())); !checked)
    return checked;
  if (!state.conflicts.index.contains(*commitment)) return ok();
  return fail("conflict.known", "利益冲突 " + to_hex(*commitment) + " 已申报过",
              "the conflict " + to_hex(*commitment) + " has been declared before");
}

void apply(State& state, const ledger::Event& event, const schema::ConflictDeclared& payload) {
  Conflict conflict{.commitment = exactly<32>(raw(payload.commitment())).value(),
                    .unit = std::string(text(payload.unit())),
                    .declared_at = event.position(),
                    .decided_at = {},
                    .approved = false,
                    .declared_by = author_key(state, event, 0)->person};
  state.conflicts.index.emplace(conflict.commitment, state.conflicts.rows.size());
  state.conflicts.rows.push_back(std::move(conflict));
}

Outcome admit(const State& state, const ledger::Event& event,
              const schema::ConflictDecided& payload) {
  const auto conflict = find(state, raw(payload.commitment()));
  if (!conflict) return conflict.error();
  if (const auto decided_at = (*conflict)->decided_at) {
    const std::string hex = to_hex((*conflict)->commitment), at = std::to_string(*decided_at);
    return fail("conflict.decided", "利益冲突 " + hex + " 已由第 " + at + " 条记录决定",
                "the conflict " + hex + " was decided by entry " + at);
  }
  return check_not_own(state, event, **conflict);
}

void apply(State& state, const ledger::Event& event, const schema::ConflictDecided& payload) {
  Conflict& conflict = conflict_at(state, raw(payload.commitment()));
  conflict.decided_at = event.position();
  conflict.approved = payload.approved();
}

Outcome admit(const State& state, const ledger::Event& event,
              const schema::ConflictEnded& payload) {
  const auto conflict = find(state, raw(payload.commitment()));
  if (!conflict) return conflict.error();
  const std::string hex = to_hex((*conflict)->commitment);
  if (!(*conflict)->approved)
    return fail("conflict.not_in_force", "利益冲突 " + hex + " 未获批准，无可终止",
                "the conflict " + hex + " was not approved: there is nothing to end");
  if (const auto ended_at = (*conflict)->ended_at) {
    const std::string at = std::to_string(*ended_at);
    return fail("conflict.ended", "利益冲突 " + hex + " 已由第 " + at + " 条记录终止",
                "the conflict " + hex + " was ended by entry " + at);
  }
  if (text(payload.reason()).empty())
    return fail("conflict.reason", "须写明终止的理由", "say why the conflict ends");
  return check_not_own(state, event, **conflict);
}

void apply(State& state, const ledger::Event& event, const schema::ConflictEnded& payload) {
  conflict_at(state, raw(payload.commitment())).ended_at = event.position();
}

}  // namespace liuhen::projections
