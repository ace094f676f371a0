// What draws are made from besides the registries: departments, inspection items, rules and plans.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "ledger/event.h"

namespace liuhen::projections {

struct State;

struct Department {
  std::string id, name, division, superior;
  bool active = true;
};

// 列入 → 审核 → 公布; a revision runs through the same while the published one stays in force.
struct Item {
  enum class Stage { listed, approved, rejected, published, withdrawn };
  ledger::schema::ItemListedT published;  // in force, if published_revision is not 0
  ledger::schema::ItemListedT proposed;   // the newest revision
  std::uint32_t published_revision = 0;
  Stage stage = Stage::listed;  // of the newest revision
  std::string listed_by;        // person who listed the newest revision
  bool in_force() const { return published_revision != 0 && stage != Stage::withdrawn; }
};

struct Catalogue {
  std::map<std::string, Department, std::less<>> departments;
  std::map<std::string, Item> items;
  std::map<std::string, ledger::schema::RuleSetT> rules;        // the newest revision
  std::map<std::string, ledger::schema::PlanPublishedT> plans;  // the newest revision

  // Whether `department` is `superior` or below it, however far.
  bool within(std::string_view department, std::string_view superior) const;
  // Fails with `department.unknown`, `department.inactive`.
  Outcome check_department(std::string_view id) const;
};

#define LIUHEN_PAYLOAD(T)                                                                          \
  Outcome admit(const State& state, const ledger::Event& event, const ledger::schema::T& payload); \
  void apply(State& state, const ledger::Event& event, const ledger::schema::T& payload)
LIUHEN_PAYLOAD(DepartmentSet);
LIUHEN_PAYLOAD(ItemListed);
LIUHEN_PAYLOAD(ItemReviewed);
LIUHEN_PAYLOAD(ItemPublished);
LIUHEN_PAYLOAD(ItemWithdrawn);
LIUHEN_PAYLOAD(RuleSet);
LIUHEN_PAYLOAD(PlanPublished);
#undef LIUHEN_PAYLOAD

}  // namespace liuhen::projections
