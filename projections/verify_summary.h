// What a verification says besides its verdict: counts, draws, what was not opened, what was
// checked.
#pragma once

#include <map>
#include <set>
#include <string_view>

#include "projections/verify.h"
#include "projections/witnessed.h"

namespace liuhen::projections {

// Met while replaying one draw, and not kept in its state.
struct DrawFacts {
  bool matching_replayed = false;
  bool pool_unopened = false;       // a restricted pool, and not opened by this run
  std::optional<ScopeShown> scope;  // as the plan was when it was announced
  std::uint64_t teams_named = 0,
                teams_unopened =
                    0;  // by TeamNamed; of them those that hang on conflicts not opened
  std::optional<MatchingShown> matching;
  VoidSigners void_signers;             // where it was voided
  bool reveals_awaited_at_void = true;  // likewise
  std::uint64_t conflicts_unopened = 0, substitutes_unopened = 0;
  std::uint64_t substitutes_late = 0;            // recorded, after their deadline
  std::uint64_t substitutes = 0, none_left = 0;  // recorded, and who they named
  // Of each substitute recorded: positions of its decision and of its record, and the time of its
  // round, 0 without a beacon.
  struct Decision {
    std::uint64_t decided_at = 0, round_time = 0, drawn_at = 0;
  };
  std::vector<Decision> decisions;
};

struct ReplayFacts {
  std::map<std::string, DrawFacts> draws;  // by stream
  std::uint64_t digests = 0;
  std::map<std::string, std::uint64_t> plans;  // position of each plan's first revision
  std::vector<LossLine> losses;
  std::map<std::string, WrongDraw> wrong;         // by stream; those not executed too
  std::set<std::string> aside;                    // those of them that were set aside
  std::map<std::string, DrawTimeline> timelines;  // by stream, where asked for
  const crypto::Policy* policy = nullptr;         // the reader's
  WitnessedAt witnessed;                          // what its quorum cosigned, by the log's record
};

struct Extent {
  bool stored = false;            // a data directory, with every key and the head
  bool replayed_whole = false;    // every entry was found right, up to the checkpoint
  bool head_right = false;        // so was the head, where there is one to ask for
  std::set<std::string> escaped;  // draws not executed, or after their deadline; of a whole replay
};

// Whether the reader's quorum proves the void to be before the round of a chain that he lists.
bool is_void_proven(const Draw& draw, const ReplayFacts& facts);

// Of a voided draw.
VoidShown void_shown(const Draw& draw, const ReplayFacts& facts);

// Fills in everything of the report that follows from the state. To be called when the verdict is
// final: a guarantee is ticked only if what is said of it was done over the whole log.
// Substitutes not recorded yet are late as of `now_s`.
void summarise(const State& state, const ReplayFacts& facts, const Extent& extent,
               std::uint64_t now_s, Report& report);

// Whether the draw has a beacon of a chain that the reader's policy lists: the first thing that
// tier A asks. The operator may have registered any chain, one of his own too.
bool has_listed_beacon(const Draw& draw, const crypto::Policy* trusted);

// Absent if the draw announced none.
std::optional<BeaconLine> beacon_line_of(const State& state, const Draw& draw,
                                         const crypto::Policy* trusted);

// The guarantee, "G1" to "G12", that a finding of this code breaks.
std::string guarantee_of(std::string_view code);

}  // namespace liuhen::projections
