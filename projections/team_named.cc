#include "projections/team_named.h"

#include <algorithm>

#include "projections/draw_form.h"
#include "projections/draw_lookup.h"

namespace liuhen::projections {

namespace {

using ledger::schema::TeamNamed;

std::vector<std::string> names_in(const TeamNamed& payload) {
  std::vector<std::string> names;
  for (const auto* inspector : *payload.inspectors()) names.push_back(inspector->str());
  return names;
}

// One item for each seat: filled seats keep whom they have, officers' seats are not left empty, and
// somebody is named.
bool fits_seats(const Task& task, const std::vector<std::string>& names) {
  if (names.size() != task.seats.size()) return false;
  std::set<std::string> seen;
  bool named = false;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const Seat& seat = task.seats[i];
    if (!names[i].empty() && !seen.insert(names[i]).second) return false;
    if (!seat.inspector.empty() && names[i] != seat.inspector) return false;
    if (seat.group == 0 && names[i].empty()) return false;
    named = named || seat.inspector != names[i];
  }
  return named;
}

bool ever_sat(const Task& task, const std::string& inspector) {
  return std::any_of(task.seats.begin(), task.seats.end(), [&](const Seat& seat) {
    return std::find(seat.held.begin(), seat.held.end(), inspector) != seat.held.end();
  });
}

// By who he is now, as at a substitution.
bool may_sit(const State& state, const TaskPlace& place, const Seat& seat, const std::string& id) {
  const InspectorVersion* now = state.inspectors.latest(id);
  if (now == nullptr || now->status != ledger::schema::InspectorStatus::active) return false;
  const crypto::draw::InspectorRow row{
      .id = {}, .unit = now->unit, .qualifications = now->qualifications};
  return announced_row(state, *place.draw, id) && !ever_sat(*place.task, id) &&
         crypto::draw::group_of_inspector(announced_groups(place.draw->announcement), row) ==
             seat.group;
}

Error bad_inspector(const std::string& id, const std::string& zh, const std::string& en) {
  return fail("team.inspector", "不能指派“" + id + "”：" + zh, "\"" + id + "\" cannot go: " + en);
}

Outcome check_people(const State& state, const TaskPlace& place,
                     const std::vector<std::string>& names) {
  std::map<std::pair<std::uint32_t, std::string>, std::uint32_t> of_unit;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const Seat& seat = place.task->seats[i];
    if (names[i].empty()) continue;
    if (seat.inspector.empty() && !may_sit(state, place, seat, names[i])) {
      return bad_inspector(names[i],
                           "不在公告的名录中、现非在岗、不合该席的单位或资格，或已在该次检查中回避",
                           "not in the announced registry, not active now, not of the unit and "
                           "qualification that the seat asks for, or recused from this visit");
    }
    const std::uint32_t limit = place.draw->announcement.groups[seat.group]->unit_limit;
    const std::string unit = announced_row(state, *place.draw, names[i])->unit;
    if (limit != 0 && ++of_unit[{seat.group, unit}] > limit)
      return bad_inspector(names[i], "单位“" + unit + "”超过每组人数上限",
                           "unit \"" + unit + "\" is over its limit in the group");
  }
  return ok();
}

}  // namespace

Outcome admit(const State& state, const ledger::Event&, const TeamNamed& payload) {
  const auto place = find_task(state, text(payload.draw()), payload.visit());
  if (!place) return place.error();
  if (draws_teams(place->draw->announcement)) {
    return fail("team.form", "抽取“" + place->draw->stream + "”的检查人员由抽取产生，不得指派",
                "the teams of the draw \"" + place->draw->stream + "\" are drawn, and not named");
  }
  if (place->task->result) {
    return fail("team.late", "该次检查已记录结果，不能再指派检查人员",
                "the visit has its result: it is too late to name its team");
  }
  const auto names = names_in(payload);
  if (!fits_seats(*place->task, names)) {
    return fail(
        "team.seats",
        "须按席位次序逐席列出：已有人的席位照列，执法人员席位不得空，一人不占两席，且须有新指派",
        "list every seat in order: those filled as they are, no officer's seat empty, "
        "nobody twice, and somebody new");
  }
  return check_people(state, *place, names);
}

void apply(State& state, const ledger::Event&, const TeamNamed& payload) {
  Draw& draw = draw_at(state, text(payload.draw()));
  Task& task = draw.tasks[payload.visit()];
  const auto names = names_in(payload);
  for (std::size_t i = 0; i < names.size(); ++i) {
    Seat& seat = task.seats[i];
    if (names[i].empty() || !seat.inspector.empty()) continue;
    seat.inspector = names[i];
    seat.held.push_back(names[i]);
    ++draw.loads[names[i]];
  }
}

Result<std::uint64_t> check_named_conflicts(const State& state, const TeamNamed& payload,
                                            const OpenConflict& open) {
  const auto place = find_task(state, text(payload.draw()), payload.visit());
  if (!place) return place.error();
  const auto names = names_in(payload);
  std::uint64_t unopened = 0;
  const std::uint64_t pool = place->draw->announcement.pool_position;
  for (const Hash& commitment : state.conflicts.of_draw(pool, state.size() - 1)) {
    const auto content = open ? open(commitment) : std::nullopt;
    if (!content) ++unopened;
    if (!content || content->subject != place->task->subject) continue;
    for (std::size_t i = 0; i < std::min(names.size(), place->task->seats.size()); ++i) {
      if (names[i] != content->inspector || place->task->seats[i].inspector == names[i]) continue;
      return fail("team.conflict", "“" + names[i] + "”与该检查对象有已批准的利益冲突，不能指派",
                  "\"" + names[i] + "\" has an approved conflict with the subject and cannot go");
    }
  }
  return unopened;
}

}  // namespace liuhen::projections
