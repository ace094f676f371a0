#include "projections/partly_opened.h"

#include "crypto/draw/hidden_pairs.h"
#include "projections/draw_form.h"
#include "projections/draw_lookup.h"

namespace liuhen::projections {

namespace {

struct Opened {
  std::vector<crypto::draw::Conflict> conflicts;
  std::uint64_t closed = 0;
};

Opened opened_of(const State& state, const Draw& draw, const OpenConflict& open) {
  Opened out;
  for (const Hash& commitment : state.conflicts.in_force(draw.announcement.pool_position)) {
    if (auto content = open(commitment)) {
      out.conflicts.push_back(
          {.subject = std::move(content->subject), .inspector = std::move(content->inspector)});
    } else {
      ++out.closed;
    }
  }
  return out;
}

Outcome check_nobody_kept_out(const Draw& draw, const std::vector<crypto::draw::Conflict>& known) {
  std::set<std::pair<std::string_view, std::string_view>> kept_out;  // subject, inspector
  for (const auto& one : known) kept_out.emplace(one.subject, one.inspector);
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

// Who was passed over, of all that were announced.
Outcome check_passed_over(const State& state, const Draw& draw, const Opened& opened) {
  std::vector<crypto::draw::InspectorRow> rows;
  for (const auto& [id, versions] : state.inspectors.rows) {
    if (auto row = announced_row(state, draw, id)) rows.push_back(std::move(*row));
  }
  std::vector<crypto::draw::ListedVisit> visits;
  for (const Task& task : draw.tasks) {
    visits.push_back({.subject = task.subject, .team = {}});
    for (const Seat& seat : task.seats) visits.back().team.push_back(seat.inspector);
  }
  const auto found = crypto::draw::hidden_pairs(*draw.seed, seat_groups(draw), rows, visits,
                                                opened.conflicts, opened.closed);
  if (found.out_of_order) {
    const std::string visit = std::to_string(*found.out_of_order);
    return fail("draw.visits_root",
                "第 " + visit + " 次检查一组之内的席位不按种子所定的次序，与利益冲突无关",
                "the seats of a group at visit " + visit +
                    " are not in the order that the seed gives, whatever the conflicts are");
  }
  if (found.least <= opened.closed) return ok();
  const std::string closed = std::to_string(opened.closed), first = std::to_string(*found.first);
  return fail("draw.visits_root",
              "从第 " + first + " 次检查起，名单所跳过的人多于 " + closed +
                  " 项未打开的利益冲突所能说明的：不是种子所得的名单",
              "from visit " + first + " on the list passes over more people than the " + closed +
                  " conflicts that are not opened can explain: it is not what the seed gives");
}

}  // namespace

Outcome check_teams_partly_opened(const State& state, const Draw& draw, const OpenConflict& open) {
  if (!draws_teams(draw.announcement)) return ok();
  const Opened opened = opened_of(state, draw, open);
  if (auto checked = check_nobody_kept_out(draw, opened.conflicts); !checked) return checked;
  if (!draw.seed) return ok();
  return check_passed_over(state, draw, opened);
}

}  // namespace liuhen::projections
