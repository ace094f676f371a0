// What holds for every event, whatever it says: who signed it, where it belongs, what its author
// had seen.
#include "ledger/limits.h"
#include "ledger/log_keys.h"
#include "ledger/loss.h"
#include "projections/calendar.h"
#include "projections/concern.h"
#include "projections/state.h"
#include "projections/streams.h"

namespace liuhen::projections {

namespace {

using ledger::Event;
using Tag = ledger::PayloadTag;

Outcome check_place(const State& state, const Event& event) {
  const auto& intent = event.intent();
  if (!state.origin.empty() && intent.origin() != state.origin) {
    return fail(
        "intent.origin",
        "意图是给账本“" + std::string(intent.origin()) + "”的，本账本是“" + state.origin + "”",
        "the intent is for the log \"" + std::string(intent.origin()) + "\", this one is \"" +
            state.origin + "\"");
  }
  if ((event.tag() == Tag::Genesis) != (event.position() == 0)) {
    return fail("genesis.first", "创世事件须是且只能是第 0 条记录",
                "entry 0 has to be the genesis, and no other entry can be");
  }
  const std::string stream = stream_of(intent.fields());
  if (intent.stream() != stream) {
    return fail("intent.stream",
                "此事件属于流“" + stream + "”，意图写的是“" + std::string(intent.stream()) + "”",
                "this event belongs to the stream \"" + stream + "\", the intent says \"" +
                    std::string(intent.stream()) + "\"");
  }
  return ok();
}

Outcome check_expiry(const Event& event) {
  const std::uint64_t expires = event.intent().fields().expires();
  if (expires < event.time()) {
    return fail("intent.expired", "意图已于" + time_zh(expires) + " 过期，请重新签名",
                "the intent expired at " + time_en(expires) + "; sign a new one");
  }
  if (expires - event.time() > ledger::kIntentLifeMaxS) {
    return fail("intent.expiry",
                "意图的有效期超过 " + std::to_string(ledger::kIntentLifeMaxS / 86'400) +
                    " 天，请缩短后重新签名",
                "the intent would be good for more than " +
                    std::to_string(ledger::kIntentLifeMaxS / 86'400) +
                    " days; sign one that expires sooner");
  }
  return ok();
}

Outcome check_seen(const Event& event, const crypto::TreeHistory& tree) {
  const std::uint64_t size = event.intent().fields().seen_size();
  if (size <= tree.size() && tree.root(size) == event.intent().seen_root()) return ok();
  return fail("intent.fork",
              "签名人所见的检查点（大小 " + std::to_string(size) +
                  "）不在本账本的历史中：有人看到了另一个账本，请立即核查",
              "the checkpoint that the author saw (size " + std::to_string(size) +
                  ") is not in this log's past: somebody saw another log, look into it at once");
}

Outcome check_authors(const State& state, const Event& event) {
  const auto& intent = event.intent();
  for (std::size_t i = 0; i < intent.author_count(); ++i) {
    const std::string hex = to_hex(intent.author(i));
    const Key* key = author_key(state, event, i);
    if (key == nullptr)
      return fail("key.unknown", "没有登记过密钥 " + hex, "no key " + hex + " has been registered");
    if (!key->valid()) {
      return fail("key.revoked",
                  "密钥 " + hex + "（" + key->person + "）已在第 " +
                      std::to_string(*key->revoked_at) + " 条记录撤销",
                  "the key " + hex + " (" + key->person + ") was revoked by entry " +
                      std::to_string(*key->revoked_at));
    }
  }
  if (intent.author_count() == 2 &&
      author_key(state, event, 0)->person == author_key(state, event, 1)->person) {
    const std::string& person = author_key(state, event, 0)->person;
    return fail("intent.same_person", "两个签名属于同一人“" + person + "”：须由两人分别签名",
                "both signatures are " + person + "'s: two persons have to sign");
  }
  return ok();
}

bool has_any(const Key& key, const std::set<Role>& roles) {
  for (const Role role : roles) {
    if (key.has(role)) return true;
  }
  return false;
}

std::string names(const std::set<Role>& roles) {
  std::string out;
  for (const Role role : roles)
    out.append(out.empty() ? "" : ", ").append(ledger::schema::EnumNameRole(role));
  return out;
}

// That a signed head is lost, and that the log's key changes, no table lets anybody else say than
// those who answer for the log.
const Permission* permission_for(const State& state, const Event& event) {
  static const Permission kOfLosses{.first = {Role::platform, Role::trustee},
                                    .second = {Role::trustee}};
  static const Permission kOfKeyChanges{.first = {Role::trustee}, .second = {Role::trustee}};
  if (ledger::is_loss(event)) return &kOfLosses;
  if (ledger::is_key_change(event)) return &kOfKeyChanges;
  const auto found = state.keys.permissions.find(event.tag());
  return found == state.keys.permissions.end() ? nullptr : &found->second;
}

Outcome check_roles(const State& state, const Event& event) {
  const std::string kind = ledger::schema::EnumNamePayload(event.tag());
  const Permission* found = permission_for(state, event);
  if (found == nullptr) {
    return fail("role.denied", "权限表没有让任何人签“" + kind + "”",
                "the permissions let nobody sign " + kind);
  }
  const Permission& permission = *found;
  const std::size_t wanted = permission.second.empty() ? 1 : 2,
                    given = event.intent().author_count();
  if (given != wanted) {
    return fail("role.signatures",
                "“" + kind + "”须由 " + std::to_string(wanted) + " 人签名，实为 " +
                    std::to_string(given) + " 人",
                kind + " needs " + std::to_string(wanted) + " signature(s), there are " +
                    std::to_string(given));
  }
  for (std::size_t i = 0; i < given; ++i) {
    const auto& roles = i == 0 ? permission.first : permission.second;
    const Key& key = *author_key(state, event, i);
    if (has_any(key, roles)) continue;
    return fail("role.denied",
                "“" + kind + "”的第 " + std::to_string(i + 1) + " 个签名须由角色 " + names(roles) +
                    " 作出，“" + key.person + "”没有",
                "signature " + std::to_string(i + 1) + " of " + kind + " takes one of the roles " +
                    names(roles) + ", which " + key.person + " does not hold");
  }
  return ok();
}

Outcome check_departments(const State& state, const Event& event) {
  const Concern concern = concern_of(state, event);
  for (std::size_t i = 0; i < event.intent().author_count(); ++i) {
    const Key& key = *author_key(state, event, i);
    if (key.department.empty() || (concern.first_author_only && i > 0)) continue;
    for (const std::string& department : concern.departments) {
      if (state.catalogue.within(department, key.department)) continue;
      return fail("role.department",
                  "“" + key.person + "”的密钥只管部门“" + key.department + "”及其下级，此事属于“" +
                      department + "”",
                  key.person + "'s key acts for the department \"" + key.department +
                      "\" and those below it; this concerns \"" + department + "\"");
    }
  }
  return ok();
}

Outcome check_version(const State& state, const Event& event) {
  const auto expected = event.intent().expected_version();
  const std::string stream(event.intent().stream());
  const std::uint64_t current = state.stream_version(stream);
  if (!expected) {
    if (!version_is_expected(event.tag())) return ok();
    return fail(
        "intent.version_missing",
        "此类意图须写明所见的流“" + stream + "”的版本（现为 " + std::to_string(current) + "）",
        "such an intent has to name the version of the stream \"" + stream +
            "\" that its author saw (now " + std::to_string(current) + ")");
  }
  if (*expected == current) return ok();
  return fail("intent.version_stale",
              "流“" + stream + "”现为版本 " + std::to_string(current) + "，意图以版本 " +
                  std::to_string(*expected) + " 为准：请查看其后的变化，重新签名",
              "the stream \"" + stream + "\" is at version " + std::to_string(current) +
                  ", the intent expects " + std::to_string(*expected) +
                  ": look at what changed since, and sign a new one");
}

}  // namespace

Outcome admit_sender(const State& state, const Event& event) {
  if (auto checked = check_place(state, event); !checked) return checked;
  if (auto checked = check_expiry(event); !checked) return checked;
  if (event.tag() == Tag::Genesis) return ok();  // whose keys are its own: it checks them itself
  for (const auto check : {check_authors, check_roles, check_departments}) {
    if (auto checked = check(state, event); !checked) return checked;
  }
  return ok();
}

Outcome admit_version(const State& state, const Event& event) {
  return check_version(state, event);
}

Outcome admit_envelope(const State& state, const Event& event, const crypto::TreeHistory& tree) {
  if (auto checked = admit_sender(state, event); !checked) return checked;
  if (auto checked = check_seen(event, tree); !checked) return checked;
  return admit_version(state, event);
}

}  // namespace liuhen::projections
