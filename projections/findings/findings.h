// Across all draws of a log that has been replayed: what cryptography cannot show
// (docs/findings.md). One log and one time give the same findings always.
#pragma once

#include <functional>

#include "projections/findings/screen.h"
#include "projections/outcome.h"
#include "projections/state.h"
#include "projections/void_shown.h"

namespace liuhen::projections {

struct FindingsOptions {
  std::uint64_t now_s = 0;  // for what is overdue
  OpenConflict open;        // may be empty: where conflicts stay hidden fewer are named
  VoidsShown voids;         // of the replay, as is the next
  std::map<std::string, std::uint64_t> plans;  // position of each plan's first revision
  unsigned threads = 0;                        // 0: as many as there are cores
  // Draws looked at, of how many; then, for each pair who are matched anew, how often, of how many
  // times at most. May be empty. Called from one thread.
  std::function<void(std::uint64_t done, std::uint64_t all)> progress;
};

// All screens, those that found nothing too: a reader should see what was looked for. Goes
// through the registry for every executed draw once more; memory besides the state: 16 bytes a
// subject.
std::vector<Screen> findings_of(const State& state, const FindingsOptions& options);

// The screens by themselves, in the order in which they are shown.
Screen attempts_repeated(const State& state, const VoidsShown& voids = {});  // draw-repeated
Screen voids_unsupervised(const State& state, const VoidsShown& voids);      // void-unsupervised
Screen attempts_failed(const State& state, std::uint64_t now_s);             // draw-failed
Screen reveals_forfeited(const State& state);                                // draw-forfeited
Screen seals_objected_to(const State& state);                                // seal-objected
Screen pools_edited(const State& state, const OpenConflict& open);           // pool-edited
Screen pools_diluted(const State& state,
                     const std::map<std::string, std::uint64_t>& plans);     // pool-diluted
Screen pools_small(const State& state);                                      // pool-small
Screen cap_exceeded(const State& state);                                     // visits-cap
Screen results_recorded_late(const State& state);                            // results-recorded
Screen visits_on_other_days(const State& state);                             // visits-day
Screen publications_late(const State& state, std::uint64_t now_s);           // results-late
Screen results_missing(const State& state, std::uint64_t now_s);             // results-missing
Screen recusals_by_inspector(const State& state);                            // recusals-inspector
Screen recusals_by_subject(const State& state);                              // recusals-subject
Screen recusals_by_approver(const State& state);                             // recusals-approver
Screen absences_selective(const State& state);                               // absences-selective
Screen gains_by_substitution(const State& state, const OpenConflict& open);  // substitutes-gained
Screen plans_leave_out(const State& state);                                  // plan-left-out
Screen cutoffs_uniform(const State& state);                                  // cutoffs-uniform
std::vector<Screen> drawn_too_often_or_never(
    const State& state, const FindingsOptions& options);  // drawn-often, drawn-seldom
Screen pairings_repeated(const State& state, const FindingsOptions& options);  // pairs-repeated
Screen revisits(const State& state);                                           // visits-repeated

}  // namespace liuhen::projections
