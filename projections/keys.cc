#include "projections/keys.h"

#include <algorithm>

#include "crypto/draw/rows.h"
#include "crypto/ed25519.h"
#include "crypto/tuple.h"
#include "crypto/vrf.h"
#include "projections/fields.h"
#include "projections/permissions.h"
#include "projections/state.h"

namespace liuhen::projections {

namespace {

namespace schema = ledger::schema;

constexpr std::string_view kKeyPrefix{"liuhen/key/v1\0", 14};
constexpr std::string_view kVrfPrefix{"liuhen/vrf-key/v1\0", 18};
constexpr std::size_t kPersonBytesMax = 64;

Bytes prefixed(std::string_view prefix, Bytes tuple) {
  const View head = view_of(prefix);
  tuple.insert(tuple.begin(), head.begin(), head.end());
  return tuple;
}

Key key_of(const schema::KeyGrant& grant, std::uint64_t position) {
  Key key;
  key.id = exactly<32>(raw(grant.key())).value();
  key.person = text(grant.person());
  key.name = text(grant.name());
  for (const std::uint8_t role : raw(grant.roles())) key.roles.insert(static_cast<Role>(role));
  key.department = text(grant.department());
  key.inspector = text(grant.inspector());
  key.outside = grant.outside();
  key.granted_at = position;
  return key;
}

bool is_person(std::string_view id) {
  return !id.empty() && id.size() <= kPersonBytesMax &&
         std::all_of(id.begin(), id.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

Outcome check_roles(const schema::KeyGrant& grant, const std::string& who) {
  const View roles = raw(grant.roles());
  const auto last = static_cast<std::uint8_t>(Role::MAX);
  const bool known = std::all_of(roles.begin(), roles.end(),
                                 [&](std::uint8_t role) { return role >= 1 && role <= last; });
  const std::set<std::uint8_t> distinct(roles.begin(), roles.end());
  if (roles.empty() || !known || distinct.size() != roles.size()) {
    return fail("key.roles", "授予“" + who + "”的角色为空、未知或重复",
                "the roles granted to " + who + " are none, unknown or repeated");
  }
  if (distinct.contains(static_cast<std::uint8_t>(Role::inspector)) &&
      !crypto::draw::is_id(text(grant.inspector()))) {
    return fail("key.inspector", "授予“" + who + "”检查员角色须写明其执法证号",
                "granting " + who + " the role of inspector needs the certificate number");
  }
  return ok();
}

// What holds for a grant by itself.
Outcome check_grant(std::string_view origin, const schema::KeyGrant& grant) {
  const auto key = exactly<32>(raw(grant.key()));
  const auto proof = exactly<64>(raw(grant.proof()));
  const std::string who(text(grant.person()));
  if (grant.alg() != 1) {
    return fail("key.algorithm",
                "“" + who + "”的密钥算法 " + std::to_string(grant.alg()) +
                    " 不受支持：本版本只有 1（Ed25519）",
                "the algorithm " + std::to_string(grant.alg()) + " of " + who +
                    "'s key is not supported: this version has 1 (Ed25519) only");
  }
  if (!is_person(who)) {
    return fail("key.person", "人员编号须为 1 至 64 个不含空格的可见 ASCII 字符",
                "a person's id has 1 to 64 printable ASCII characters without spaces");
  }
  if (!key || !crypto::is_valid_key(*key))
    return fail("key.malformed", "“" + who + "”的公钥不是有效的 Ed25519 公钥",
                who + "'s key is not a valid Ed25519 public key");
  if (auto checked = check_roles(grant, who); !checked) return checked;
  if (!proof || !crypto::verify(*key, possession_bytes(origin, who, *key), *proof)) {
    return fail("key.possession",
                "“" + who + "”的持有证明不成立：须由新密钥对本账本名、本人编号和公钥签名",
                who +
                    "'s proof of possession fails: the new key has to sign this log's origin, the "
                    "person's id and the key");
  }
  return ok();
}

// Who checks the operator from outside, and so cannot be the operator.
bool checks_from_outside(const Key& key) {
  return key.outside && (key.has(Role::trustee) || key.has(Role::holder));
}

// What holds between a key and the valid keys beside it.
Outcome check_beside(const Key& key, const std::map<KeyId, Key>& keys) {
  bool platform = key.has(Role::platform), outside = checks_from_outside(key);
  for (const auto& [id, other] : keys) {
    if (!other.valid() || other.person != key.person) continue;
    if (other.outside != key.outside) {
      return fail("key.outside",
                  "“" + key.person + "”的其他密钥登记为运营方" + (other.outside ? "以外" : "内部") +
                      "人员，须一致",
                  key.person + " is registered as " + (other.outside ? "outside" : "inside") +
                      " the operator by another key; a person is one or the other");
    }
    platform = platform || other.has(Role::platform);
    outside = outside || checks_from_outside(other);
  }
  if (platform && outside) {
    return fail("key.roles", "“" + key.person + "”不能既是外部受托人或外部份额持有人，又持平台密钥",
                key.person + " cannot be an outside trustee or holder and hold the platform's key");
  }
  return ok();
}

Outcome check_trustees(std::span<const Key* const> authors) {
  const bool trustees =
      authors.size() == 2 && std::all_of(authors.begin(), authors.end(), [](const Key* key) {
        return key != nullptr && key->has(Role::trustee);
      });
  if (!trustees) return fail("role.signatures", "须由两位受托人签名", "two trustees have to sign");
  if (authors[0]->person == authors[1]->person) {
    return fail("intent.same_person",
                "两个签名属于同一人“" + authors[0]->person + "”：须由两人分别签名",
                "both signatures are " + authors[0]->person + "'s: two persons have to sign");
  }
  if (!authors[0]->outside && !authors[1]->outside) {
    return fail("role.outside", "两位受托人都在运营方内部：至少一位须在其外",
                "both trustees are inside the operator: at least one has to be outside");
  }
  return ok();
}

}  // namespace

Outcome check_trustees(const State& state, const ledger::Event& event) {
  std::vector<const Key*> authors;
  for (std::size_t i = 0; i < event.intent().author_count(); ++i)
    authors.push_back(author_key(state, event, i));
  return check_trustees(authors);
}

const Key* Keys::find(const KeyId& id) const {
  const auto found = keys.find(id);
  return found == keys.end() ? nullptr : &found->second;
}

const VrfKey* Keys::find_vrf(const KeyId& id) const {
  const auto found = std::ranges::find(vrf, id, &VrfKey::id);
  return found == vrf.end() ? nullptr : &*found;
}

const VrfKey* Keys::vrf_in_force() const {
  return vrf.empty() || vrf.back().retired_at ? nullptr : &vrf.back();
}

const Key* author_key(const State& state, const ledger::Event& event, std::size_t author) {
  return state.keys.find(event.intent().author(author));
}

Bytes possession_bytes(std::string_view origin, std::string_view person, const KeyId& key) {
  crypto::TupleWriter writer;
  writer.item(origin).item(person).item(View(key));
  return prefixed(kKeyPrefix, writer.take());
}

Bytes vrf_possession_bytes(std::string_view origin, const KeyId& key) {
  crypto::TupleWriter writer;
  writer.item(origin).item(View(key));
  return prefixed(kVrfPrefix, writer.take());
}

Outcome admit(const State&, const ledger::Event& event, const schema::Genesis& payload) {
  if (payload.version() != kAdmissionVersion) {
    return fail("genesis.version", "创世事件须采用规则版本 1",
                "the genesis has to put admission version 1 in force");
  }
  const std::string_view division = text(payload.division());
  if (text(payload.city()).empty() || division.size() != 6 ||
      !std::all_of(division.begin(), division.end(), [](char c) { return c >= '0' && c <= '9'; })) {
    return fail("genesis.city", "创世事件须写明城市名称和六位行政区划代码",
                "the genesis has to name the city and its six-digit division");
  }
  auto permissions = permission_table(*payload.permissions());
  if (!permissions) return permissions.error();
  std::map<KeyId, Key> keys;
  bool platform = false;
  for (const schema::KeyGrant* grant : *payload.keys()) {
    if (auto checked = check_grant(event.intent().origin(), *grant); !checked) return checked;
    Key key = key_of(*grant, event.position());
    if (!key.department.empty()) {
      return fail("key.department",
                  "创世时还没有部门：请先设部门，再授予“" + key.person + "”部门密钥",
                  "there are no departments at the genesis: set them first, then grant " +
                      key.person + " a key for one");
    }
    if (auto checked = check_beside(key, keys); !checked) return checked;
    platform = platform || key.has(Role::platform);
    const std::string person = key.person;
    if (!keys.emplace(key.id, std::move(key)).second)
      return fail("key.known", "“" + person + "”的密钥列了两次", person + "'s key is listed twice");
  }
  if (!platform)
    return fail("genesis.platform", "创世事件须授予平台密钥",
                "the genesis has to grant a platform key");
  const auto log_key = exactly<32>(raw(payload.log_key()));
  if (!log_key || !crypto::is_valid_key(*log_key) || keys.contains(*log_key)) {
    return fail("genesis.log_key", "日志密钥须为有效的 Ed25519 公钥，且不是任何人的密钥",
                "the log key has to be a valid Ed25519 public key, and nobody's own");
  }
  std::vector<const Key*> authors;
  for (std::size_t i = 0; i < event.intent().author_count(); ++i) {
    const auto found = keys.find(event.intent().author(i));
    authors.push_back(found == keys.end() ? nullptr : &found->second);
  }
  return check_trustees(authors);
}

void apply(State& state, const ledger::Event& event, const schema::Genesis& payload) {
  state.origin = event.intent().origin();
  state.city = text(payload.city());
  state.division = text(payload.division());
  state.admission_version = payload.version();
  state.log_key = exactly<32>(raw(payload.log_key())).value();
  state.keys.permissions = permission_table(*payload.permissions()).value();
  for (const schema::KeyGrant* grant : *payload.keys()) {
    Key key = key_of(*grant, event.position());
    state.keys.keys.emplace(key.id, std::move(key));
  }
}

Outcome admit(const State& state, const ledger::Event& event,
              const schema::PermissionsChanged& payload) {
  if (auto checked = check_trustees(state, event); !checked) return checked;
  if (auto table = permission_table(*payload.permissions()); !table) return table.error();
  return ok();
}

void apply(State& state, const ledger::Event&, const schema::PermissionsChanged& payload) {
  state.keys.permissions = permission_table(*payload.permissions()).value();
}

Outcome admit(const State& state, const ledger::Event& event, const schema::KeyGranted& payload) {
  if (auto checked = check_trustees(state, event); !checked) return checked;
  const schema::KeyGrant& grant = *payload.grant();
  if (auto checked = check_grant(state.origin, grant); !checked) return checked;
  const Key key = key_of(grant, event.position());
  if (state.keys.find(key.id) != nullptr || key.id == state.log_key) {
    return fail("key.known", "密钥 " + to_hex(key.id) + " 已登记过；撤销的密钥不能再用，请换新密钥",
                "the key " + to_hex(key.id) +
                    " has been registered before; a revoked key cannot come back, make a new one");
  }
  if (!key.department.empty() && !state.catalogue.departments.contains(key.department)) {
    return fail("key.department",
                "没有部门“" + key.department + "”：请先设部门，再授予“" + key.person + "”密钥",
                "there is no department \"" + key.department + "\": set it first, then grant " +
                    key.person + " the key");
  }
  return check_beside(key, state.keys.keys);
}

void apply(State& state, const ledger::Event& event, const schema::KeyGranted& payload) {
  Key key = key_of(*payload.grant(), event.position());
  state.keys.keys.emplace(key.id, std::move(key));
}

Outcome admit(const State& state, const ledger::Event& event, const schema::KeyRevoked& payload) {
  const auto id = exactly<32>(raw(payload.key()));
  const Key* key = id ? state.keys.find(*id) : nullptr;
  const std::string hex = to_hex(raw(payload.key()));
  if (key == nullptr)
    return fail("key.unknown", "没有登记过密钥 " + hex, "no key " + hex + " has been registered");
  if (!key->valid())
    return fail("key.revoked", "密钥 " + hex + " 此前已撤销",
                "the key " + hex + " has been revoked before");
  const Key* author = author_key(state, event, 0);
  if (author == nullptr || (!author->has(Role::trustee) && author->id != key->id)) {
    return fail("key.revoke_denied", "只有受托人或密钥持有人本人可以撤销密钥 " + hex,
                "only a trustee, or its own holder, can revoke the key " + hex);
  }
  // Who has one draw's entries does not have every grant, and cannot count who remains.
  if (!key->has(Role::trustee) || state.given_pool) return ok();
  std::set<std::string> inside, outside;
  for (const auto& [other_id, other] : state.keys.keys) {
    if (other_id == key->id || !other.valid() || !other.has(Role::trustee)) continue;
    (other.outside ? outside : inside).insert(other.person);
  }
  if (outside.empty() || inside.size() + outside.size() < 2) {
    return fail("key.last_trustee",
                "撤销后受托人将不足两位或没有外部受托人：请先授予新的受托人密钥",
                "that would leave fewer than two trustees, or none outside the operator: grant "
                "another trustee's key first");
  }
  return ok();
}

void apply(State& state, const ledger::Event& event, const schema::KeyRevoked& payload) {
  state.keys.keys.at(exactly<32>(raw(payload.key())).value()).revoked_at = event.position();
}

Outcome admit(const State& state, const ledger::Event&, const schema::VrfKeyRegistered& payload) {
  const auto key = exactly<32>(raw(payload.key()));
  const auto proof = exactly<80>(raw(payload.proof()));
  if (!key || !proof)
    return fail("vrf.proof", "可验证随机函数的公钥或证明长度不对",
                "the VRF key or its proof has the wrong length");
  if (state.keys.find_vrf(*key) != nullptr) {
    return fail("vrf.known", "可验证随机函数公钥 " + to_hex(*key) + " 已登记过，请换新密钥",
                "the VRF key " + to_hex(*key) + " has been registered before, make a new one");
  }
  if (!crypto::vrf::verify(*key, vrf_possession_bytes(state.origin, *key), *proof)) {
    return fail(
        "vrf.proof",
        "可验证随机函数公钥 " + to_hex(*key) + " 的证明不成立：须由其持有人对本账本名和公钥计算",
        "the proof for the VRF key " + to_hex(*key) +
            " fails: its holder has to compute it over this log's origin and the key");
  }
  return ok();
}

void apply(State& state, const ledger::Event& event, const schema::VrfKeyRegistered& payload) {
  state.keys.vrf.push_back({.id = exactly<32>(raw(payload.key())).value(),
                            .registered_at = event.position(),
                            .sharing = {},
                            .retired_at = {}});
}

}  // namespace liuhen::projections
