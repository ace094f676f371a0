// From a payload's tag to its table: the one list of all kinds.
#pragma once

#include "ledger/event.h"

namespace liuhen::projections {

// Calls `visit` with the payload's table, or `unknown` if it is none of this schema.
template <class Visit, class Unknown>
auto visit_payload(const ledger::schema::Intent& intent, Visit&& visit, Unknown&& unknown)
    -> decltype(unknown()) {
  namespace schema = ledger::schema;
  using Tag = schema::Payload;
  switch (intent.payload_type()) {
    case Tag::Genesis:
      return visit(*intent.payload_as<schema::Genesis>());
    case Tag::PermissionsChanged:
      return visit(*intent.payload_as<schema::PermissionsChanged>());
    case Tag::KeyGranted:
      return visit(*intent.payload_as<schema::KeyGranted>());
    case Tag::KeyRevoked:
      return visit(*intent.payload_as<schema::KeyRevoked>());
    case Tag::VrfKeyRegistered:
      return visit(*intent.payload_as<schema::VrfKeyRegistered>());
    case Tag::DepartmentSet:
      return visit(*intent.payload_as<schema::DepartmentSet>());
    case Tag::ItemListed:
      return visit(*intent.payload_as<schema::ItemListed>());
    case Tag::ItemReviewed:
      return visit(*intent.payload_as<schema::ItemReviewed>());
    case Tag::ItemPublished:
      return visit(*intent.payload_as<schema::ItemPublished>());
    case Tag::ItemWithdrawn:
      return visit(*intent.payload_as<schema::ItemWithdrawn>());
    case Tag::RuleSet:
      return visit(*intent.payload_as<schema::RuleSet>());
    case Tag::PlanPublished:
      return visit(*intent.payload_as<schema::PlanPublished>());
    case Tag::SubjectsImported:
      return visit(*intent.payload_as<schema::SubjectsImported>());
    case Tag::InspectorsImported:
      return visit(*intent.payload_as<schema::InspectorsImported>());
    case Tag::ConflictDeclared:
      return visit(*intent.payload_as<schema::ConflictDeclared>());
    case Tag::ConflictDecided:
      return visit(*intent.payload_as<schema::ConflictDecided>());
    case Tag::DrawAnnounced:
      return visit(*intent.payload_as<schema::DrawAnnounced>());
    case Tag::DrawCommitted:
      return visit(*intent.payload_as<schema::DrawCommitted>());
    case Tag::CommitmentsClosed:
      return visit(*intent.payload_as<schema::CommitmentsClosed>());
    case Tag::DrawRevealed:
      return visit(*intent.payload_as<schema::DrawRevealed>());
    case Tag::RevealsClosed:
      return visit(*intent.payload_as<schema::RevealsClosed>());
    case Tag::DrawExecuted:
      return visit(*intent.payload_as<schema::DrawExecuted>());
    case Tag::DrawDisclosed:
      return visit(*intent.payload_as<schema::DrawDisclosed>());
    case Tag::DrawVoided:
      return visit(*intent.payload_as<schema::DrawVoided>());
    case Tag::DrawFailed:
      return visit(*intent.payload_as<schema::DrawFailed>());
    case Tag::DrawAttested:
      return visit(*intent.payload_as<schema::DrawAttested>());
    case Tag::EvidenceAttached:
      return visit(*intent.payload_as<schema::EvidenceAttached>());
    case Tag::RecusalFiled:
      return visit(*intent.payload_as<schema::RecusalFiled>());
    case Tag::RecusalDecided:
      return visit(*intent.payload_as<schema::RecusalDecided>());
    case Tag::SubstituteDrawn:
      return visit(*intent.payload_as<schema::SubstituteDrawn>());
    case Tag::UnitsAdded:
      return visit(*intent.payload_as<schema::UnitsAdded>());
    case Tag::ResultRecorded:
      return visit(*intent.payload_as<schema::ResultRecorded>());
    case Tag::ResultCorrected:
      return visit(*intent.payload_as<schema::ResultCorrected>());
    case Tag::ResultFollowedUp:
      return visit(*intent.payload_as<schema::ResultFollowedUp>());
    case Tag::ResultPublished:
      return visit(*intent.payload_as<schema::ResultPublished>());
    case Tag::PublicationWithheld:
      return visit(*intent.payload_as<schema::PublicationWithheld>());
    case Tag::ObjectionFiled:
      return visit(*intent.payload_as<schema::ObjectionFiled>());
    case Tag::ObjectionDecided:
      return visit(*intent.payload_as<schema::ObjectionDecided>());
    case Tag::RecordsErased:
      return visit(*intent.payload_as<schema::RecordsErased>());
    case Tag::StateDigested:
      return visit(*intent.payload_as<schema::StateDigested>());
    case Tag::CheckpointWitnessed:
      return visit(*intent.payload_as<schema::CheckpointWitnessed>());
    case Tag::BeaconChainSet:
      return visit(*intent.payload_as<schema::BeaconChainSet>());
    case Tag::BeaconRecorded:
      return visit(*intent.payload_as<schema::BeaconRecorded>());
    case Tag::DigitsRecorded:
      return visit(*intent.payload_as<schema::DigitsRecorded>());
    case Tag::VrfKeyShared:
      return visit(*intent.payload_as<schema::VrfKeyShared>());
    case Tag::VrfShareConfirmed:
      return visit(*intent.payload_as<schema::VrfShareConfirmed>());
    case Tag::TeamNamed:
      return visit(*intent.payload_as<schema::TeamNamed>());
    case Tag::ConflictEnded:
      return visit(*intent.payload_as<schema::ConflictEnded>());
    case Tag::NONE:
      break;
  }
  return unknown();
}

}  // namespace liuhen::projections
