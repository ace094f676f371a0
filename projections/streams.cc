#include "projections/streams.h"

#include "projections/fields.h"
#include "projections/payload_visit.h"

namespace liuhen::projections {

namespace {

namespace schema = ledger::schema;

std::string joined(std::string_view kind, std::string_view id) {
  return std::string(kind).append(id);
}

template <class Table>
std::string stream_for(const Table& payload) {
  if constexpr (requires { payload.visit(); }) {
    return task_stream_of(text(payload.draw()), payload.visit());
  } else {
    return std::string(text(payload.draw()));
  }
}

std::string stream_for(const schema::Genesis&) { return "genesis"; }
std::string stream_for(const schema::PermissionsChanged&) { return "permissions"; }
std::string stream_for(const schema::KeyGranted& payload) {
  return "key/" + to_hex(raw(payload.grant()->key()));
}
std::string stream_for(const schema::KeyRevoked& payload) {
  return "key/" + to_hex(raw(payload.key()));
}
std::string stream_for(const schema::VrfKeyRegistered&) { return "vrf"; }
std::string stream_for(const schema::VrfKeyShared&) { return "vrf"; }
std::string stream_for(const schema::VrfShareConfirmed&) { return "vrf"; }
std::string stream_for(const schema::DepartmentSet& payload) {
  return joined("department/", text(payload.id()));
}
std::string stream_for(const schema::ItemListed& payload) {
  return joined("item/", text(payload.id()));
}
std::string stream_for(const schema::ItemReviewed& payload) {
  return joined("item/", text(payload.id()));
}
std::string stream_for(const schema::ItemPublished& payload) {
  return joined("item/", text(payload.id()));
}
std::string stream_for(const schema::ItemWithdrawn& payload) {
  return joined("item/", text(payload.id()));
}
std::string stream_for(const schema::RuleSet& payload) {
  return joined("rule/", text(payload.id()));
}
std::string stream_for(const schema::PlanPublished& payload) {
  return joined("plan/", text(payload.id()));
}
std::string stream_for(const schema::SubjectsImported& payload) {
  return joined("import/", text(payload.run()));
}
std::string stream_for(const schema::InspectorsImported& payload) {
  return joined("import/", text(payload.run()));
}
std::string stream_for(const schema::ConflictDeclared& payload) {
  return "conflict/" + to_hex(raw(payload.commitment()));
}
std::string stream_for(const schema::ConflictDecided& payload) {
  return "conflict/" + to_hex(raw(payload.commitment()));
}
std::string stream_for(const schema::ConflictEnded& payload) {
  return "conflict/" + to_hex(raw(payload.commitment()));
}
std::string stream_for(const schema::DrawAnnounced& payload) {
  return draw_stream_of(text(payload.plan()), payload.attempt());
}
std::string stream_for(const schema::EvidenceAttached& payload) {
  return std::string(text(payload.about()));
}
std::string stream_for(const schema::BeaconChainSet& payload) {
  return "beacon/" + to_hex(raw(payload.chain()));
}
std::string stream_for(const schema::RecordsErased&) { return "state"; }
std::string stream_for(const schema::StateDigested&) { return "state"; }
std::string stream_for(const schema::CheckpointWitnessed&) { return "witness"; }

}  // namespace

std::string stream_of(const schema::Intent& intent) {
  return visit_payload(
      intent, [](const auto& payload) { return stream_for(payload); },
      [] { return std::string(); });
}

std::string stream_of(const schema::IntentT& intent) {
  if (intent.payload.type == schema::Payload::NONE) return {};
  flatbuffers::FlatBufferBuilder builder;
  builder.Finish(schema::Intent::Pack(builder, &intent));
  return stream_of(*flatbuffers::GetRoot<schema::Intent>(builder.GetBufferPointer()));
}

bool version_is_expected(ledger::PayloadTag tag) {
  using Tag = ledger::PayloadTag;
  switch (tag) {
    case Tag::PermissionsChanged:
    case Tag::KeyGranted:
    case Tag::KeyRevoked:
    case Tag::VrfKeyRegistered:
    case Tag::VrfKeyShared:
    case Tag::PlanPublished:
    case Tag::DrawAnnounced:
    case Tag::CommitmentsClosed:
    case Tag::RevealsClosed:
    case Tag::DrawExecuted:
    case Tag::DrawDisclosed:
    case Tag::DrawVoided:
    case Tag::DrawFailed:
    case Tag::RecusalFiled:
    case Tag::RecusalDecided:
    case Tag::SubstituteDrawn:
    case Tag::UnitsAdded:
    case Tag::TeamNamed:
    case Tag::BeaconChainSet:
    case Tag::BeaconRecorded:
      return true;
    default:
      return false;
  }
}

std::string draw_stream_of(std::string_view plan, std::uint32_t attempt) {
  return joined("draw/", plan) + "/" + std::to_string(attempt);
}

std::string task_stream_of(std::string_view draw, std::uint64_t visit) {
  constexpr std::string_view kPrefix = "draw/";
  if (draw.starts_with(kPrefix)) draw.remove_prefix(kPrefix.size());
  return joined("task/", draw) + "/" + std::to_string(visit);
}

}  // namespace liuhen::projections
