// Who can be drawn: the registry in scope as of a position, every row with its stratum and with a
// reason where it is not eligible (docs/formats/draw.md, "Pool"). Rows are skipped in the draw,
// never left out.
#pragma once

#include <functional>

#include "crypto/draw/rows.h"
#include "projections/state.h"

namespace liuhen::projections {

// Codes of a subject's row; 0 is eligible. Later versions add, never change.
enum class SubjectEligibility : std::uint64_t {
  eligible = 0,
  not_active = 1,
  yearly_cap = 2,
  visit_open = 3,
  visited_lately = 4,
  suspended = 5
};
inline constexpr auto kLastSubjectReason =
    static_cast<std::uint64_t>(SubjectEligibility::suspended);
// Codes of an inspector's row.
enum class InspectorEligibility : std::uint64_t { eligible = 0, not_active = 1, no_group = 2 };

struct Pool {
  std::vector<crypto::draw::SubjectRow> subjects;      // sorted by id
  std::vector<crypto::draw::InspectorRow> inspectors;  // the whole registry, sorted by id
  std::vector<Hash> conflicts;                         // commitments in force, in position order
  std::uint64_t subjects_eligible = 0, inspectors_eligible = 0;
  Hash subject_root{}, inspector_root{}, conflict_root{};
  // The strata are not public (docs/formats/draw.md, "Restricted pools"): rows are without them,
  // and there is a root of the subjects only where their commitments were given, eligibilities then
  // being among what is hidden.
  bool restricted = false, committed = false;
};

// Fails with `draw.strata_gap` or `draw.strata_overlap` (a subject in scope has no stratum, or
// two), naming the subject; `draw.position` if the position is not in the log. Uses from the
// announcement: scope, strata, groups, capacities, pool_position, weighted; and from the rule its
// dictionary, weights and what excludes.
Result<Pool> pool_of(const State& state, const ledger::schema::DrawAnnouncedT& announcement,
                     const ledger::schema::RuleSetT& rule);

// A subject of a pool, by its number in State::subjects.
struct PooledSubject {
  std::uint32_t number = 0;
  std::uint64_t stratum = 0, weight = 1;
  SubjectEligibility eligibility = SubjectEligibility::eligible;
};
// Calls with every subject of the pool that pool_of gathers from the registries, in the order of
// their numbers: for whoever counts, and needs neither rows nor roots. Fails as pool_of does, maybe
// after some calls.
Outcome each_pooled(const State& state, const ledger::schema::DrawAnnouncedT& announcement,
                    const ledger::schema::RuleSetT& rule,
                    const std::function<void(const PooledSubject&)>& each);

// How many of each announced stratum can be drawn.
std::vector<std::uint64_t> eligible_by_stratum(const Pool& pool, std::size_t strata);

// The stratum and the weight of a subject of the announced pool; its eligibility is not looked at.
crypto::draw::SubjectRow announced_subject(const State& state, const Draw& draw,
                                           std::string_view id);

// True unless some field keeps the two scopes apart.
bool scopes_overlap(const std::vector<std::unique_ptr<ledger::schema::ConditionT>>& a,
                    const std::vector<std::unique_ptr<ledger::schema::ConditionT>>& b);

}  // namespace liuhen::projections
