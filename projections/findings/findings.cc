#include "projections/findings/findings.h"

namespace liuhen::projections {

std::vector<Screen> findings_of(const State& state, const FindingsOptions& options) {
  std::vector<Screen> out{attempts_repeated(state, options.voids),
                          voids_unsupervised(state, options.voids),
                          attempts_failed(state, options.now_s),
                          reveals_forfeited(state),
                          seals_objected_to(state),
                          pools_edited(state, options.open),
                          pools_diluted(state, options.plans),
                          pools_small(state),
                          cap_exceeded(state),
                          results_recorded_late(state),
                          visits_on_other_days(state),
                          publications_late(state, options.now_s),
                          results_missing(state, options.now_s),
                          recusals_by_inspector(state),
                          recusals_by_subject(state),
                          recusals_by_approver(state),
                          absences_selective(state),
                          gains_by_substitution(state, options.open)};
  out.push_back(plans_leave_out(state));
  for (Screen& screen : drawn_too_often_or_never(state, options)) out.push_back(std::move(screen));
  out.push_back(cutoffs_uniform(state));
  out.push_back(pairings_repeated(state, options));
  out.push_back(revisits(state));
  return out;
}

}  // namespace liuhen::projections
