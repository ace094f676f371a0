#include "crypto/tuple.h"
#include "projections/fields.h"
#include "projections/inspectors.h"
#include "projections/state.h"

namespace liuhen::projections {

namespace schema = ledger::schema;

std::vector<Hash> Conflicts::in_force(std::uint64_t position) const {
  std::vector<Hash> out;
  for (const Conflict& conflict : rows) {
    if (conflict.approved && *conflict.decided_at <= position) out.push_back(conflict.commitment);
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
  const std::string hex = to_hex(raw(payload.commitment()));
  const auto commitment = exactly<32>(raw(payload.commitment()));
  const auto found =
      commitment ? state.conflicts.index.find(*commitment) : state.conflicts.index.end();
  if (found == state.conflicts.index.end())
    return fail("conflict.unknown", "没有申报过利益冲突 " + hex,
                "no conflict " + hex + " has been declared");
  const Conflict& conflict = state.conflicts.rows[found->second];
  if (conflict.decided_at) {
    return fail(
        "conflict.decided",
        "利益冲突 " + hex + " 已由第 " + std::to_string(*conflict.decided_at) + " 条记录决定",
        "the conflict " + hex + " was decided by entry " + std::to_string(*conflict.decided_at));
  }
  if (author_key(state, event, 0)->person == conflict.declared_by) {
    return fail("conflict.own", "利益冲突 " + hex + " 由决定人本人申报：须由上级负责人决定",
                "the conflict " + hex +
                    " was declared by the person deciding: a superior's head has to decide");
  }
  return ok();
}

void apply(State& state, const ledger::Event& event, const schema::ConflictDecided& payload) {
  Conflict& conflict =
      state.conflicts
          .rows[state.conflicts.index.at(exactly<32>(raw(payload.commitment())).value())];
  conflict.decided_at = event.position();
  conflict.approved = payload.approved();
}

}  // namespace liuhen::projections
