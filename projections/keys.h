// Who may act: keys, the persons they belong to, and what each role may sign.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "crypto/feldman.h"
#include "crypto/tree_history.h"
#include "ledger/event.h"

namespace liuhen::projections {

using Role = ledger::schema::Role;

struct Key {
  KeyId id{};
  std::string person;
  std::string name;
  std::set<Role> roles;
  std::string department;  // empty: the whole city
  std::string inspector;   // certificate number
  bool outside = false;
  std::uint64_t granted_at = 0;             // position
  std::optional<std::uint64_t> revoked_at;  // position
  bool has(Role role) const { return roles.contains(role); }
  bool valid() const { return !revoked_at; }
};

struct Permission {
  std::set<Role> first;
  std::set<Role> second;  // empty: one signature
};

// Who has shares of a VRF key (docs/formats/feldman.md).
struct VrfSharing {
  crypto::feldman::Commitments commitments;
  std::vector<KeyId> holders;   // the one in place i has share i + 1
  std::set<KeyId> confirmed;    // who say that their share is right
  std::uint64_t shared_at = 0;  // position
};

struct VrfKey {
  KeyId id{};
  std::uint64_t registered_at = 0;
  std::optional<VrfSharing> sharing;
  // Position of a DrawExecuted by a holder: whoever recovered the key knows it, and no draw is
  // announced under it any more.
  std::optional<std::uint64_t> retired_at;
};

struct Keys {
  std::map<KeyId, Key> keys;
  std::map<ledger::PayloadTag, Permission> permissions;
  std::vector<VrfKey> vrf;  // the last one is in force, unless it is retired

  const Key* find(const KeyId& id) const;  // revoked ones too; null if unknown
  const VrfKey* find_vrf(const KeyId& id) const;  // null if unknown
  const VrfKey* vrf_in_force() const;             // null if there is none
};

struct State;

inline constexpr std::uint32_t kAdmissionVersion = 1;

// The permission table that `liuhen init` writes into a genesis; shown in docs/formats/events.md.
std::vector<ledger::schema::PermissionT> default_permissions();

// What a new key signs to show that its holder agrees: "liuhen/key/v1\0" ‖ tuple(origin, person,
// key).
Bytes possession_bytes(std::string_view origin, std::string_view person, const KeyId& key);
// What a VRF key proves: "liuhen/vrf-key/v1\0" ‖ tuple(origin, key).
Bytes vrf_possession_bytes(std::string_view origin, const KeyId& key);

// The checks that hold for every payload: origin, stream name, expected version, expiry, last seen
// checkpoint, keys valid, distinct persons, roles. Codes: docs/formats/errors.md.
Outcome admit_envelope(const State& state, const ledger::Event& event,
                       const crypto::TreeHistory& tree);
// Its parts that need no more of the log than what the event cites: origin, stream name, expiry,
// keys, persons and roles; and the stream's expected version.
Outcome admit_sender(const State& state, const ledger::Event& event);
Outcome admit_version(const State& state, const ledger::Event& event);

// Two trustees, two persons, one of them outside the operator. Codes: `role.signatures`,
// `intent.same_person`, `role.outside`.
Outcome check_trustees(const State& state, const ledger::Event& event);

// The key that an author of an admitted event signed with. For the genesis, none: its keys are not
// yet granted.
const Key* author_key(const State& state, const ledger::Event& event, std::size_t author);

Outcome admit(const State& state, const ledger::Event& event,
              const ledger::schema::Genesis& payload);
Outcome admit(const State& state, const ledger::Event& event,
              const ledger::schema::PermissionsChanged& payload);
Outcome admit(const State& state, const ledger::Event& event,
              const ledger::schema::KeyGranted& payload);
Outcome admit(const State& state, const ledger::Event& event,
              const ledger::schema::KeyRevoked& payload);
Outcome admit(const State& state, const ledger::Event& event,
              const ledger::schema::VrfKeyRegistered& payload);
void apply(State& state, const ledger::Event& event, const ledger::schema::Genesis& payload);
void apply(State& state, const ledger::Event& event,
           const ledger::schema::PermissionsChanged& payload);
void apply(State& state, const ledger::Event& event, const ledger::schema::KeyGranted& payload);
void apply(State& state, const ledger::Event& event, const ledger::schema::KeyRevoked& payload);
void apply(State& state, const ledger::Event& event,
           const ledger::schema::VrfKeyRegistered& payload);

}  // namespace liuhen::projections
