// Where an announcement narrows its plan's scope, and whom that leaves out. Admission allows it: a
// plan is drawn district by district. It is also how a firm is kept out of every draw.
#pragma once

#include <cstdint>
#include <optional>

#include "projections/conditions.h"
#include "projections/sentence.h"
#include "projections/state.h"

namespace liuhen::projections {

// The same conditions, in whatever order.
bool same_scope(const Conditions& a, const Conditions& b);

// "行政区划 370202、370203；主体类型 firm"; that all are meant where there is no condition.
Sentence words_of_scope(const Conditions& scope);

struct ScopeShown {
  std::uint32_t revision = 0;   // of the plan
  Sentence planned, announced;  // words_of_scope
  // Registered as of pool_position, in the plan's scope and not in the announced one; and those of
  // them that were active.
  std::uint64_t left_out = 0, active = 0;
};

// By the plan as the state has it: ask right after the announcement for what held then. Absent
// where the two scopes are the same. Goes through the whole registry.
std::optional<ScopeShown> scope_shown(const State& state,
                                      const ledger::schema::DrawAnnouncedT& announcement);

// In one sentence.
Sentence words_of(const ScopeShown& scope);

}  // namespace liuhen::projections
