// What a draw must yield: seed, selection, matching, substitutes, from the pool and the
// contributions alone. The server computes with it what it records; admission and the verifier
// compare.
#pragma once

#include <functional>
#include <set>
#include <span>
#include <utility>

#include "crypto/draw/matching.h"
#include "crypto/draw/selection.h"
#include "crypto/vrf.h"
#include "projections/pool.h"

namespace liuhen::projections {

// What is behind a conflict's commitment, for whoever may open it; absent otherwise.
using OpenConflict = std::function<std::optional<ConflictContent>(const Hash& commitment)>;

// alpha of section 7 step 4. Requires RevealsClosed and, where a beacon was announced, its round.
Bytes alpha_of(const Draw& draw);

struct Visits {
  std::vector<ledger::schema::VisitT> visits;  // in visit order
  std::vector<ledger::schema::StratumOutcomeT> strata;
  Hash root{};
  std::uint64_t vacancies = 0;
  std::uint64_t conflicts_unopened =
      0;  // commitments in force that `open` did not open: the teams are not replayed then
  Bytes cutoff_commitments;  // of a restricted pool: recorded in place of the strata
};

// The selection and, where every conflict in force at pool_position opens, the matching. With
// conflicts_unopened > 0 the teams are empty and root and vacancies mean nothing. Where the form
// draws no teams every seat is empty, whatever conflicts there are.
Result<Visits> visits_of(const State& state, const Draw& draw,
                         const std::array<std::uint8_t, 64>& seed, const OpenConflict& open);

// The same of a selection that was made before; without what is recorded of the strata.
Result<Visits> visits_of(const Draw& draw, const Pool& pool,
                         const crypto::draw::Selection& selection,
                         const std::array<std::uint8_t, 64>& seed, const OpenConflict& open);

// What is recorded of a selection's strata.
std::vector<ledger::schema::StratumOutcomeT> outcomes_of(const crypto::draw::Selection& selection);

// What is recorded of each stratum whatever the seed: the same without cut-offs.
Result<std::vector<ledger::schema::StratumOutcomeT>> strata_of_any_seed(const State& state,
                                                                        const Draw& draw);

// How the announcement shares out what is drawn.
crypto::draw::Allocation allocation_of(const ledger::schema::DrawAnnouncedT& announcement);

// Whether a subject of the pool was sure to be drawn, by its weight alone. The draw was executed.
bool is_certain(const ledger::schema::StratumOutcomeT& stratum, std::uint64_t weight);

bool is_certain(const State& state, const Draw& draw, std::string_view subject);

// Those of the pool, by id. The draw was executed.
std::vector<std::string> certain_subjects(const State& state, const Draw& draw);

// Nothing was left to chance, in a draw whose form says that subjects are drawn: all eligible rows
// of the stratum are, or they are fewer than the rule's minimum.
bool outcome_is_not_random(const Draw& draw, const ledger::schema::StratumOutcomeT& stratum);

// Whether the void of a draw is proven to be before its beacon's round, to the reader's
// satisfaction (docs/formats/draw.md, "Before").
using VoidProven = std::function<bool(const Draw& draw)>;

// Streams of the draws announced before, on one of its items and over part of its scope, that were
// executed and are voided, by now: these outcomes do not stand, and that somebody knew them when
// they were voided is not ruled out. A void that is proven to be before its round rules it out;
// without a judge none is. By number.
std::vector<std::string> outcomes_discarded_before(const State& state, const Draw& draw,
                                                   const VoidProven& void_proven = {});

// What is recorded of an execution that is not sealed: the visits are what the proof's output
// gives. Of a sealed one see projections/sealed_draw.h.
ledger::schema::DrawExecutedT execution_of(const Draw& draw, const crypto::vrf::Proof& pi,
                                           const Visits& visits);

struct Substitute {
  std::string inspector;  // empty: none left
  std::uint64_t conflicts_unopened = 0;
};
// The randomness of a round of the draw's beacon, if that is its signature. Fails with
// `beacon.round`, `beacon.signature`.
Result<Hash> output_of(const DrawBeacon& beacon, std::uint64_t round, View signature);

// The round that a substitute for this seat, which is vacated, comes from: the first at or after
// the decision's recorded time plus the announced delay. The draw has a beacon.
Result<std::uint64_t> substitute_round(const State& state, const Draw& draw, const Seat& seat);

// Section 9 of docs/formats/draw.md, for the seat's next ordinal: inspectors, conflicts and seats
// count as they stood at the decision, whatever the state holds of later ones. The seat is that of
// next_substitute: those before it have theirs. `outputs`: that of
// substitute_round where the draw has a beacon, and none otherwise.
Result<Substitute> substitute_of(const State& state, const Draw& draw, std::uint64_t visit,
                                 std::uint32_t seat, const OpenConflict& open,
                                 std::span<const Hash> outputs = {});

// What admission asks of a recorded substitute. It is substitute_of's where no conflict is in
// force. With m in force, each hiding one pair, it must be among the first m + 1 candidates, or
// none only where m or fewer are left. Fails with `substitute.candidate`.
Outcome check_substitute(const State& state, const Draw& draw, std::uint64_t visit,
                         std::uint32_t seat, const std::string& inspector,
                         std::span<const Hash> outputs = {});

// What the platform has to record now: closings, the beacon, execution, disclosure, failure,
// substitutes.
struct Due {
  enum class Kind { close_commitments, close_reveals, beacon, execute, disclose, fail, substitute };
  Kind kind;
  std::string draw;
  std::uint64_t visit = 0;  // substitute only
  std::uint32_t seat = 0;
  // The round of the draw's beacon that it takes, whose time has come: for the beacon, and for a
  // substitute of a draw that has one. 0: none.
  std::uint64_t round = 0;
};
// The seat of a draw whose substitute comes next: the one vacated first, then by visit and seat.
// None if no seat is vacated. Whether the announced delay has passed is not looked at.
std::optional<Due> next_substitute(const Draw& draw);

// In the order in which they must be recorded; one call's items do not depend on each other.
std::vector<Due> due(const State& state, std::uint64_t now_s);

// Draws that passed their execution deadline without DrawExecuted, or executed late: violations of
// "no escape". A void of a draw with a beacon excuses only if it is proven; without a judge none
// is.
struct Escape {
  std::string draw;
  std::uint64_t deadline = 0;
  std::optional<std::uint64_t> executed_time;  // absent: not at all
};
std::vector<Escape> escapes(const State& state, std::uint64_t now_s,
                            const VoidProven& void_proven = {});

// So long after the deadline of its execution the list of a draw that is not sealed is due.
inline constexpr std::uint64_t kListWithinS = 86'400;

// When the last part of the list of visits is due.
std::uint64_t disclosure_due(const Draw& draw);

// Draws, executed, for which that has passed without the last part, or whose last part came later:
// violations, voided or not.
struct Undisclosed {
  std::string draw;
  std::uint64_t deadline = 0;
  std::optional<std::uint64_t> disclosed_time;  // absent: not at all
};
std::vector<Undisclosed> undisclosed(const State& state, std::uint64_t now_s);

}  // namespace liuhen::projections
