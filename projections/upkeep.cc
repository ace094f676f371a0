#include "projections/upkeep.h"

#include <algorithm>

#include "projections/fields.h"

namespace liuhen::projections {

namespace schema = ledger::schema;

Outcome admit(const State& state, const ledger::Event&, const schema::RecordsErased& payload) {
  const View commitments = raw(payload.commitments());
  if (commitments.empty() || commitments.size() % 32 != 0) {
    return fail("erasure.commitments", "须列出要删除的内容的承诺，各 32 字节",
                "list the commitments of what is to be erased, 32 bytes each");
  }
  if (text(payload.ground()).empty())
    return fail("erasure.ground", "须写明删除依据", "say on what ground it is erased");
  std::set<Hash> seen;
  for (std::size_t at = 0; at < commitments.size(); at += 32) {
    const Hash commitment = exactly<32>(commitments.subspan(at, 32)).value();
    if (!state.erased.contains(commitment) && seen.insert(commitment).second) continue;
    return fail(
        "erasure.known", "承诺 " + to_hex(commitment) + " 的内容已删除过，或列了两次",
        "the content of " + to_hex(commitment) + " has been erased before, or is listed twice");
  }
  return ok();
}

void apply(State& state, const ledger::Event& event, const schema::RecordsErased& payload) {
  const View commitments = raw(payload.commitments());
  for (std::size_t at = 0; at < commitments.size(); at += 32) {
    state.erased.emplace(exactly<32>(commitments.subspan(at, 32)).value(), event.position());
  }
}

Outcome admit(const State& state, const ledger::Event&, const schema::StateDigested& payload) {
  if (payload.position() + 1 != state.size()) {
    return fail("state.position",
                "状态摘要须是其前一条记录（第 " + std::to_string(state.size() - 1) +
                    " 条）之后的，实为第 " + std::to_string(payload.position()) + " 条",
                "a state's digest is that after the entry just before (" +
                    std::to_string(state.size() - 1) + "), not after " +
                    std::to_string(payload.position()));
  }
  if (std::ranges::equal(raw(payload.digest()), digest(state))) return ok();
  return fail("state.digest",
              "第 " + std::to_string(payload.position()) + " 条记录之后的状态摘要与重放所得不符",
              "the digest of the state after entry " + std::to_string(payload.position()) +
                  " is not the one that replay gives");
}

void apply(State&, const ledger::Event&, const schema::StateDigested&) {}

}  // namespace liuhen::projections
