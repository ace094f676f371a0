#include "projections/concern.h"

#include "projections/fields.h"
#include "projections/payload_visit.h"

namespace liuhen::projections {

namespace {

namespace schema = ledger::schema;

// The department given, and the one that a thing of this id belongs to already.
template <class Things>
Concern given_and_present(const Things& things, std::string_view id, std::string_view department) {
  Concern concern{.departments = {std::string(department)}};
  const auto found = things.find(std::string(id));
  if (found != things.end()) concern.departments.push_back(found->second.department);
  return concern;
}

Concern of_item(const State& state, std::string_view id) {
  const auto found = state.catalogue.items.find(std::string(id));
  if (found == state.catalogue.items.end()) return {};
  return {.departments = {found->second.proposed.department}};
}

Concern of_draw(const State& state, std::string_view stream, bool first_author_only = false) {
  const auto found = state.draws.by_stream.find(std::string(stream));
  if (found == state.draws.by_stream.end()) return {};
  return {.departments = {found->second.department}, .first_author_only = first_author_only};
}

template <class Table>
Concern of(const State&, const Table&) {
  return {};
}
Concern of(const State& state, const schema::DepartmentSet& payload) {
  // One that is new is its superior's affair; nobody moves one out of, or into, somebody else's.
  const std::string id(text(payload.id())), superior(text(payload.superior()));
  const auto found = state.catalogue.departments.find(id);
  if (found == state.catalogue.departments.end()) return {.departments = {superior}};
  if (found->second.superior == superior) return {.departments = {id}};
  return {.departments = {found->second.superior, superior}};
}
Concern of(const State& state, const schema::ItemListed& payload) {
  Concern concern = of_item(state, text(payload.id()));
  concern.departments.emplace_back(text(payload.department()));
  return concern;
}
Concern of(const State& state, const schema::ItemReviewed& payload) {
  return of_item(state, text(payload.id()));
}
Concern of(const State& state, const schema::ItemPublished& payload) {
  return of_item(state, text(payload.id()));
}
Concern of(const State& state, const schema::ItemWithdrawn& payload) {
  return of_item(state, text(payload.id()));
}
Concern of(const State& state, const schema::RuleSet& payload) {
  return given_and_present(state.catalogue.rules, text(payload.id()), text(payload.department()));
}
Concern of(const State& state, const schema::PlanPublished& payload) {
  return given_and_present(state.catalogue.plans, text(payload.id()), text(payload.department()));
}
Concern of(const State& state, const schema::InspectorsImported& payload) {
  std::set<std::string> units;
  for (const schema::InspectorRow* row : *payload.rows()) {
    units.emplace(text(row->unit()));
    if (const InspectorVersion* present = state.inspectors.latest(text(row->id())))
      units.insert(present->unit);
  }
  // Who has one draw's entries does not have every department.
  if (state.given_pool) {
    std::erase_if(units, [&](const std::string& unit) {
      return !state.catalogue.departments.contains(unit);
    });
  }
  return {.departments = {units.begin(), units.end()}};
}
Concern of(const State&, const schema::ConflictDeclared& payload) {
  return {.departments = {std::string(text(payload.unit()))}};
}
Concern of_conflict(const State& state, View bytes) {
  const auto commitment = exactly<32>(bytes);
  const auto found =
      commitment ? state.conflicts.index.find(*commitment) : state.conflicts.index.end();
  if (found == state.conflicts.index.end()) return {};
  return {.departments = {state.conflicts.rows[found->second].unit}};
}
Concern of(const State& state, const schema::ConflictDecided& payload) {
  return of_conflict(state, raw(payload.commitment()));
}
Concern of(const State& state, const schema::ConflictEnded& payload) {
  return of_conflict(state, raw(payload.commitment()));
}
Concern of(const State& state, const schema::DrawAnnounced& payload) {
  const auto found = state.catalogue.plans.find(std::string(text(payload.plan())));
  if (found == state.catalogue.plans.end()) return {};
  return {.departments = {found->second.department}};
}
Concern of(const State& state, const schema::DrawVoided& payload) {
  return of_draw(state, text(payload.draw()));
}
Concern of(const State& state, const schema::UnitsAdded& payload) {
  return of_draw(state, text(payload.draw()), true);
}
Concern of(const State& state, const schema::TeamNamed& payload) {
  return of_draw(state, text(payload.draw()));
}
Concern of(const State& state, const schema::ResultFollowedUp& payload) {
  return of_draw(state, text(payload.draw()));
}
Concern of(const State& state, const schema::ResultPublished& payload) {
  return of_draw(state, text(payload.draw()));
}
Concern of(const State& state, const schema::PublicationWithheld& payload) {
  return of_draw(state, text(payload.draw()));
}
Concern of(const State& state, const schema::ObjectionFiled& payload) {
  return of_draw(state, text(payload.draw()));
}
Concern of(const State& state, const schema::ObjectionDecided& payload) {
  return of_draw(state, text(payload.draw()));
}

}  // namespace

Concern concern_of(const State& state, const ledger::Event& event) {
  return visit_payload(
      event.intent().fields(), [&](const auto& payload) { return of(state, payload); },
      [] { return Concern{}; });
}

}  // namespace liuhen::projections
