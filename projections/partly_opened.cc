#include "projections/partly_opened.h"

namespace liuhen::projections {

Outcome check_teams_partly_opened(const State& state, const Draw& draw, const OpenConflict& open) {
  std::set<std::pair<std::string, std::string>> kept_out;  // subject, inspector
  for (const Hash& commitment : state.conflicts.in_force(draw.announcement.pool_position)) {
    if (auto content = open(commitment))
      kept_out.emplace(std::move(content->subject), std::move(content->inspector));
  }
  if (kept_out.empty()) return ok();
  for (std::size_t visit = 0; visit < draw.tasks.size(); ++visit) {
    const Task& task = draw.tasks[visit];
    for (const Seat& seat : task.seats) {
      if (seat.inspector.empty() || !kept_out.contains({task.subject, seat.inspector})) continue;
      const std::string number = std::to_string(visit);
      return fail("draw.disclosed_visit",
                  "打开部分利益冲突后：第 " + number + " 次检查派了与对象有利益冲突的“" +
                      seat.inspector + "”",
                  "with some of the conflicts opened: visit " + number + " was given to \"" +
                      seat.inspector + "\", who has one with its subject");
    }
  }
  return ok();
}

}  // namespace liuhen::projections
