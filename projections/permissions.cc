#include "projections/permissions.h"

#include "projections/fields.h"

namespace liuhen::projections {

namespace {

namespace schema = ledger::schema;
using Tag = schema::Payload;
using Roles = std::vector<Role>;

schema::PermissionT permission(Tag payload, const Roles& first, const Roles& second = {}) {
  schema::PermissionT out;
  out.payload = static_cast<std::uint8_t>(payload);
  for (const Role role : first) out.first.push_back(static_cast<std::uint8_t>(role));
  for (const Role role : second) out.second.push_back(static_cast<std::uint8_t>(role));
  return out;
}

Roles all_roles() {
  Roles roles;
  for (const Role role : schema::EnumValuesRole()) {
    if (role != Role::none) roles.push_back(role);
  }
  return roles;
}

Error malformed(const std::string& zh, const std::string& en) {
  return fail("permissions.malformed", "权限表：" + zh, "permissions: " + en);
}

Result<std::set<Role>> roles_of(View values) {
  std::set<Role> roles;
  for (const std::uint8_t value : values) {
    const auto role = static_cast<Role>(value);
    if (role == Role::none ||
        role > schema::EnumValuesRole()[std::size(schema::EnumValuesRole()) - 1]) {
      return malformed("没有编号为 " + std::to_string(value) + " 的角色",
                       "there is no role " + std::to_string(value));
    }
    roles.insert(role);
  }
  return roles;
}

// What keeps two trustees in charge, and two persons behind a draw, whatever else the table says.
Outcome check_safeguards(const std::map<ledger::PayloadTag, Permission>& table) {
  const std::set<Role> trustee{Role::trustee};
  for (const Tag tag : {Tag::KeyGranted, Tag::PermissionsChanged}) {
    const auto found = table.find(tag);
    if (found == table.end() || found->second.first != trustee || found->second.second != trustee) {
      const std::string name = schema::EnumNamePayload(tag);
      return fail("permissions.trustees", "权限表中“" + name + "”须且仅须两位受托人签名",
                  "permissions must leave " + name + " to two trustees, and to nobody else");
    }
  }
  // Ledgers founded before there were beacons have no line for them.
  const auto chain = table.find(Tag::BeaconChainSet);
  if (chain != table.end() && (chain->second.first != trustee || chain->second.second != trustee)) {
    return fail("permissions.trustees", "权限表中“BeaconChainSet”须且仅须两位受托人签名",
                "permissions must leave BeaconChainSet to two trustees, and to nobody else");
  }
  for (const Tag tag : {Tag::DrawAnnounced, Tag::DrawVoided, Tag::UnitsAdded, Tag::DigitsRecorded,
                        Tag::TeamNamed}) {
    const auto found = table.find(tag);
    if (found == table.end() || !found->second.second.empty()) continue;
    const std::string name = schema::EnumNamePayload(tag);
    return fail("permissions.two", "权限表中“" + name + "”须由两人签名",
                "permissions must have two persons sign " + name);
  }
  const auto revoked = table.find(Tag::KeyRevoked);
  if (revoked == table.end() || !revoked->second.first.contains(Role::trustee) ||
      !revoked->second.second.empty()) {
    return fail("permissions.trustees", "权限表须允许一位受托人单独撤销密钥（KeyRevoked）",
                "permissions must let one trustee alone revoke a key (KeyRevoked)");
  }
  return ok();
}

}  // namespace

std::vector<schema::PermissionT> default_permissions() {
  using enum schema::Role;
  return {
      permission(Tag::PermissionsChanged, {trustee}, {trustee}),
      permission(Tag::KeyGranted, {trustee}, {trustee}),
      permission(Tag::KeyRevoked, all_roles()),
      permission(Tag::VrfKeyRegistered, {platform}, {trustee}),
      permission(Tag::DepartmentSet, {office}),
      permission(Tag::ItemListed, {clerk}),
      permission(Tag::ItemReviewed, {office}),
      permission(Tag::ItemPublished, {clerk}),
      permission(Tag::ItemWithdrawn, {clerk}, {office}),
      permission(Tag::RuleSet, {clerk}, {approver}),
      permission(Tag::PlanPublished, {clerk}, {approver}),
      permission(Tag::SubjectsImported, {registrar}),
      permission(Tag::InspectorsImported, {registrar}),
      permission(Tag::ConflictDeclared, {inspector, registrar}),
      permission(Tag::ConflictDecided, {head}),
      permission(Tag::ConflictEnded, {head}),
      permission(Tag::DrawAnnounced, {clerk}, {approver}),
      permission(Tag::DrawCommitted, {contributor}),
      permission(Tag::CommitmentsClosed, {platform}),
      permission(Tag::DrawRevealed, {contributor}),
      permission(Tag::RevealsClosed, {platform}),
      permission(Tag::DrawExecuted, {platform, holder}),
      permission(Tag::DrawDisclosed, {platform, holder}),
      permission(Tag::DrawVoided, {approver}, {clerk, approver, supervisor}),
      permission(Tag::DrawFailed, {platform}),
      permission(Tag::DrawAttested, {observer, supervisor}),
      permission(Tag::EvidenceAttached, {clerk, inspector, observer, supervisor}),
      permission(Tag::RecusalFiled, {inspector, clerk}),
      permission(Tag::RecusalDecided, {head}),
      permission(Tag::SubstituteDrawn, {platform}),
      permission(Tag::UnitsAdded, {approver}, {head}),
      permission(Tag::ResultRecorded, {inspector}, {inspector}),
      permission(Tag::ResultCorrected, {inspector}, {approver}),
      permission(Tag::ResultFollowedUp, {clerk}),
      permission(Tag::ResultPublished, {clerk}),
      permission(Tag::PublicationWithheld, {clerk}, {approver}),
      permission(Tag::ObjectionFiled, {clerk}),
      permission(Tag::ObjectionDecided, {approver}),
      permission(Tag::RecordsErased, {registrar}, {supervisor}),
      permission(Tag::StateDigested, {platform}),
      permission(Tag::CheckpointWitnessed, {platform}),
      permission(Tag::BeaconChainSet, {trustee}, {trustee}),
      permission(Tag::BeaconRecorded, {platform, contributor, observer, supervisor}),
      permission(Tag::DigitsRecorded, {observer}, {observer}),
      permission(Tag::VrfKeyShared, {platform}, {trustee}),
      permission(Tag::VrfShareConfirmed, {holder}),
      permission(Tag::TeamNamed, {clerk}, {approver, head}),
  };
}

Result<std::map<ledger::PayloadTag, Permission>> permission_table(
    const flatbuffers::Vector<flatbuffers::Offset<schema::Permission>>& permissions) {
  std::map<ledger::PayloadTag, Permission> table;
  for (const schema::Permission* entry : permissions) {
    const auto tag = static_cast<Tag>(entry->payload());
    if (tag <= Tag::Genesis || tag > Tag::MAX) {
      return malformed(
          "没有编号为 " + std::to_string(entry->payload()) + " 的事件种类，或该种类不由权限表规定",
          "there is no kind of event " + std::to_string(entry->payload()) +
              ", or the table does not govern it");
    }
    auto first = roles_of(raw(entry->first()));
    if (!first) return first.error();
    auto second = roles_of(raw(entry->second()));
    if (!second) return second.error();
    const std::string name = schema::EnumNamePayload(tag);
    if (first->empty())
      return malformed("“" + name + "”没有可以签名的角色", "nobody may sign " + name);
    if (!table.emplace(tag, Permission{.first = std::move(*first), .second = std::move(*second)})
             .second) {
      return malformed("“" + name + "”列了两次", name + " is listed twice");
    }
  }
  if (auto checked = check_safeguards(table); !checked) return checked.error();
  return table;
}

}  // namespace liuhen::projections
