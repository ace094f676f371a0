#include "projections/vrf_sharing.h"

#include <algorithm>

#include "projections/fields.h"

namespace liuhen::projections {

namespace {

namespace schema = ledger::schema;

crypto::feldman::Commitments commitments_of(const schema::VrfKeyShared& payload) {
  const View bytes = raw(payload.commitments());
  crypto::feldman::Commitments out;
  for (std::size_t at = 0; at + 32 <= bytes.size(); at += 32)
    out.push_back(exactly<32>(bytes.subspan(at, 32)).value());
  return out;
}

std::vector<KeyId> holders_of(const schema::VrfKeyShared& payload) {
  const View bytes = raw(payload.holders());
  std::vector<KeyId> out;
  for (std::size_t at = 0; at + 32 <= bytes.size(); at += 32)
    out.push_back(exactly<32>(bytes.subspan(at, 32)).value());
  return out;
}

Result<const VrfKey*> find_vrf(const State& state, View key) {
  const auto id = exactly<32>(key);
  const VrfKey* found = id ? state.keys.find_vrf(*id) : nullptr;
  if (found != nullptr && !found->retired_at) return found;
  return fail("vrf.unknown", "可验证随机函数公钥 " + to_hex(key) + " 没有登记，或已停用",
              "the VRF key " + to_hex(key) + " is not registered, or is retired");
}

Outcome check_holders(const State& state, const std::vector<KeyId>& holders,
                      std::size_t threshold) {
  if (holders.size() < threshold || holders.size() > crypto::feldman::kMaxHolders) {
    return fail("feldman.threshold",
                "持有人须不少于门限（" + std::to_string(threshold) + "），且不超过 " +
                    std::to_string(crypto::feldman::kMaxHolders) + " 位",
                "there have to be as many holders as the threshold (" + std::to_string(threshold) +
                    ") and " + std::to_string(crypto::feldman::kMaxHolders) + " at most");
  }
  std::set<std::string> persons;
  for (const KeyId& id : holders) {
    const Key* key = state.keys.find(id);
    if (key != nullptr && key->valid() && key->outside && key->has(Role::holder) &&
        !key->has(Role::platform) && persons.insert(key->person).second)
      continue;
    return fail(
        "vrf.holders",
        "份额持有人须是运营方之外、具有 holder 角色的不同人员的有效密钥；" + to_hex(id) + " 不是",
        "holders of shares are valid keys of distinct persons outside the operator who "
        "have the role holder; " +
            to_hex(id) + " is not");
  }
  return ok();
}

Error not_a_holder() {
  return fail("vrf.holder", "签名人不是这把可验证随机函数密钥的份额持有人",
              "the author holds no share of this VRF key");
}

}  // namespace

Outcome admit(const State& state, const ledger::Event&, const schema::VrfKeyShared& payload) {
  const auto key = find_vrf(state, raw(payload.key()));
  if (!key) return key.error();
  if ((*key)->sharing) {
    return fail("vrf.shared", "这把可验证随机函数密钥已经分持", "this VRF key is shared already");
  }
  const auto commitments = commitments_of(payload);
  if (auto checked = crypto::feldman::check_commitments((*key)->id, commitments); !checked)
    return checked;
  return check_holders(state, holders_of(payload), commitments.size());
}

void apply(State& state, const ledger::Event& event, const schema::VrfKeyShared& payload) {
  const KeyId id = exactly<32>(raw(payload.key())).value();
  std::ranges::find(state.keys.vrf, id, &VrfKey::id)->sharing =
      VrfSharing{.commitments = commitments_of(payload),
                 .holders = holders_of(payload),
                 .confirmed = {},
                 .shared_at = event.position()};
}

Outcome admit(const State& state, const ledger::Event& event,
              const schema::VrfShareConfirmed& payload) {
  const auto key = find_vrf(state, raw(payload.key()));
  if (!key) return key.error();
  const auto& sharing = (*key)->sharing;
  if (!sharing) {
    return fail("vrf.not_shared", "这把可验证随机函数密钥没有分持", "this VRF key is not shared");
  }
  const KeyId author = event.intent().author(0);
  if (std::ranges::find(sharing->holders, author) == sharing->holders.end()) return not_a_holder();
  if (sharing->confirmed.contains(author))
    return fail("vrf.confirmed", "已经确认过份额", "the share is confirmed already");
  if (event.intent().fields().seen_size() > sharing->shared_at) return ok();
  return fail("vrf.unseen",
              "所见检查点须覆盖第 " + std::to_string(sharing->shared_at) +
                  " 条记录（分持的承诺）：请先核对新的检查点再签名",
              "the checkpoint last seen must cover entry " + std::to_string(sharing->shared_at) +
                  ", which holds the commitments: check a newer one before signing");
}

void apply(State& state, const ledger::Event& event, const schema::VrfShareConfirmed& payload) {
  const KeyId id = exactly<32>(raw(payload.key())).value();
  std::ranges::find(state.keys.vrf, id, &VrfKey::id)
      ->sharing->confirmed.insert(event.intent().author(0));
}

bool is_shared(const State& state, const Draw& draw) {
  const auto id = exactly<32>(View(draw.announcement.vrf_key));
  const VrfKey* key = id ? state.keys.find_vrf(*id) : nullptr;
  return key != nullptr && key->sharing.has_value();
}

Sentence sharing_words(const State& state, const Draw& draw) {
  if (!is_shared(state, draw))
    return {"可验证随机函数密钥没有分持：执行与否取决于运营方一家",
            "the VRF key is not shared: whether the draw is executed depends on the operator "
            "alone"};
  const auto id = exactly<32>(View(draw.announcement.vrf_key)).value();
  const VrfSharing& sharing = *state.keys.find_vrf(id)->sharing;
  const std::string threshold = std::to_string(sharing.commitments.size());
  const std::string holders = std::to_string(sharing.holders.size());
  const std::string confirmed = std::to_string(sharing.confirmed.size());
  const bool enough = sharing.confirmed.size() >= sharing.commitments.size();
  return {"可验证随机函数密钥由运营方之外的 " + holders + " 人分持，任意 " + threshold +
              " 人可代为执行；" + confirmed + " 人确认了份额" +
              (enough ? "" : "，不足门限：执行与否仍可能取决于运营方一家"),
          "the VRF key is shared among " + holders + " persons outside the operator, any " +
              threshold + " of whom can execute in its stead; " + confirmed +
              " have confirmed their shares" +
              (enough ? "" : ", fewer than that: the draw may still depend on the operator alone")};
}

bool executes_as_holder(const State& state, const ledger::Event& event) {
  const Key* key = author_key(state, event, 0);
  const auto permission = state.keys.permissions.find(ledger::PayloadTag::DrawExecuted);
  if (key == nullptr || permission == state.keys.permissions.end()) return false;
  return std::ranges::none_of(key->roles, [&](Role role) {
    return role != Role::holder && permission->second.first.contains(role);
  });
}

Outcome check_executor(const State& state, const ledger::Event& event, const Draw& draw) {
  if (!executes_as_holder(state, event)) return ok();
  const VrfKey* key = state.keys.find_vrf(exactly<32>(View(draw.announcement.vrf_key)).value());
  const bool holds = key != nullptr && key->sharing &&
                     std::ranges::find(key->sharing->holders, event.intent().author(0)) !=
                         key->sharing->holders.end();
  return holds ? ok() : Outcome(not_a_holder());
}

void retire_if_by_holder(State& state, const ledger::Event& event, const Draw& draw) {
  if (!executes_as_holder(state, event)) return;
  const KeyId announced = exactly<32>(View(draw.announcement.vrf_key)).value();
  const auto key = std::ranges::find(state.keys.vrf, announced, &VrfKey::id);
  if (key != state.keys.vrf.end() && !key->retired_at) key->retired_at = event.position();
}

}  // namespace liuhen::projections
