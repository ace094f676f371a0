// Recusals, substitutes and units added: who goes instead, and who decides it (docs/formats/draw.md
// section 9).
#include <algorithm>
#include <array>

#include "projections/calendar.h"
#include "projections/draw_form.h"
#include "projections/draw_lookup.h"
#include "projections/outcome.h"

namespace liuhen::projections {

namespace {

constexpr std::array<std::string_view, 7> kGrounds = {
    "kinship", "employment", "shareholding", "same_address", "party_request", "absence", "other"};
constexpr std::size_t kDepartmentDepthMax = 16;

bool is_pending(const Seat& seat) {
  return !seat.recusals.empty() && !seat.recusals.back().decided();
}

// The inspector himself on any ground; a clerk of the draw's department or of the inspector's unit,
// for one who is absent, or because the party asks for it.
bool may_file(const State& state, const Draw& draw, const Key& filer, const Seat& seat,
              std::string_view ground) {
  if (filer.has(Role::inspector) && filer.inspector == seat.inspector) return true;
  if (!filer.has(Role::clerk) || (ground != "absence" && ground != "party_request")) return false;
  const InspectorVersion* inspector = state.inspectors.latest(seat.inspector);
  return filer.department.empty() || state.catalogue.within(draw.department, filer.department) ||
         (inspector != nullptr && state.catalogue.within(inspector->unit, filer.department));
}

// Whether the recusal is this person's own affair: he sits there, or filed it.
bool is_concerned(const State& state, const Recusal& recusal, const std::string& person) {
  if (person == recusal.filer) return true;
  return std::any_of(state.keys.keys.begin(), state.keys.keys.end(), [&](const auto& entry) {
    return entry.second.person == person && entry.second.inspector == recusal.inspector;
  });
}

// The department whose head decides: the inspector's unit, or the nearest superior with a head whom
// the recusal does not concern; empty for the heads of the whole city.
std::string deciding_department(const State& state, const Recusal& recusal,
                                const std::string& unit) {
  std::string department = unit;
  for (std::size_t depth = 0; depth < kDepartmentDepthMax && !department.empty(); ++depth) {
    for (const auto& [id, key] : state.keys.keys) {
      if (key.valid() && key.has(Role::head) && key.department == department &&
          !is_concerned(state, recusal, key.person)) {
        return department;
      }
    }
    const auto found = state.catalogue.departments.find(department);
    department =
        found == state.catalogue.departments.end() ? std::string() : found->second.superior;
  }
  return {};
}

}  // namespace

Outcome admit(const State& state, const ledger::Event& event,
              const ledger::schema::RecusalFiled& payload) {
  auto place = find_task(state, text(payload.draw()), payload.visit());
  if (!place) return place.error();
  auto seat = find_seat(*place, payload.seat());
  if (!seat) return seat.error();
  if (place->task->result) {
    return fail("recusal.late", "该次检查已记录结果，不能再申请回避",
                "the visit has its result: it is too late for a recusal");
  }
  if ((*seat)->inspector.empty()) {
    return fail("recusal.vacant", "该席位现无检查人员，无从回避",
                "the seat is vacant, nobody is there to recuse");
  }
  if (is_pending(**seat)) {
    return fail("recusal.pending", "该席位已有回避申请待决定",
                "a recusal of this seat awaits its decision");
  }
  if (std::find(kGrounds.begin(), kGrounds.end(), text(payload.ground())) == kGrounds.end()) {
    return fail(
        "recusal.ground", "回避理由“" + std::string(text(payload.ground())) + "”不在字典中",
        "the ground \"" + std::string(text(payload.ground())) + "\" is not in the dictionary");
  }
  if (!may_file(state, *place->draw, *author_key(state, event, 0), **seat,
                text(payload.ground()))) {
    return fail("recusal.filer",
                "回避由该席位检查人员本人申请；办事员只可因其缺席或当事人申请代为提出",
                "the inspector of the seat files it himself; a clerk only for absence or at the "
                "party's request");
  }
  return ok();
}

void apply(State& state, const ledger::Event& event, const ledger::schema::RecusalFiled& payload) {
  Seat& seat = task_at(state, text(payload.draw()), payload.visit()).seats[payload.seat()];
  Recusal recusal;
  recusal.inspector = seat.inspector;
  recusal.ground = std::string(text(payload.ground()));
  recusal.filed_at = event.position();
  recusal.filer = author_key(state, event, 0)->person;
  seat.recusals.push_back(std::move(recusal));
}

Outcome admit(const State& state, const ledger::Event& event,
              const ledger::schema::RecusalDecided& payload) {
  auto place = find_task(state, text(payload.draw()), payload.visit());
  if (!place) return place.error();
  auto seat = find_seat(*place, payload.seat());
  if (!seat) return seat.error();
  if (!is_pending(**seat)) {
    return fail("recusal.none", "该席位没有待决定的回避申请",
                "no recusal of this seat awaits a decision");
  }
  const Recusal& recusal = (*seat)->recusals.back();
  const InspectorVersion* inspector = state.inspectors.latest(recusal.inspector);
  LIUHEN_CHECK(inspector != nullptr);
  const Key& decider = *author_key(state, event, 0);
  const std::string department = deciding_department(state, recusal, inspector->unit);
  if (decider.has(Role::head) && decider.department == department &&
      !is_concerned(state, recusal, decider.person))
    return ok();
  const std::string zh = department.empty() ? "全市" : "“" + department + "”";
  const std::string en = department.empty() ? "the whole city" : "\"" + department + "\"";
  return fail("recusal.decider",
              "该回避由" + zh + "的负责人决定：本人、申请人和其他单位的负责人都不可决定",
              "this recusal is decided by the head of " + en +
                  ": not by the one it concerns, who filed it, or another head");
}

void apply(State& state, const ledger::Event& event,
           const ledger::schema::RecusalDecided& payload) {
  Draw& draw = draw_at(state, text(payload.draw()));
  Seat& seat = draw.tasks[payload.visit()].seats[payload.seat()];
  Recusal& recusal = seat.recusals.back();
  recusal.decided_at = event.position();
  recusal.approved = payload.approved();
  recusal.decider = author_key(state, event, 0)->person;
  if (!recusal.approved) return;
  --draw.loads[seat.inspector];
  seat.inspector.clear();
  if (draws_teams(draw.announcement)) seat.vacated_at = event.position();
}

namespace {

// What the beacon gives the substitute: nobody can know it when the recusal is decided.
Result<std::vector<Hash>> substitute_outputs(const State& state, const ledger::Event& event,
                                             const Draw& draw, const Seat& seat,
                                             const ledger::schema::SubstituteDrawn& payload) {
  const View signature = raw(payload.beacon_signature());
  if (!draw.beacon) {
    if (payload.beacon_round() == 0 && signature.empty()) return std::vector<Hash>{};
    return fail("draw.beacon_none", "抽取“" + draw.stream + "”没有公告信标，递补也不得另取",
                "the draw \"" + draw.stream + "\" announced no beacon: substitutes take none");
  }
  const auto round = substitute_round(state, draw, seat);
  if (!round) return round.error();
  if (payload.beacon_round() != *round) {
    return fail(
        "substitute.beacon_round",
        "递补须用决定时间加公告等候时间之后的第一轮信标，即第 " + std::to_string(*round) + " 轮",
        "the substitute comes from the first round at or after the decision's time plus the "
        "announced delay, which is round " +
            std::to_string(*round));
  }
  const auto time = crypto::drand::round_time(draw.beacon->chain, *round);
  if (!time) return time.error();
  if (event.time() < *time) {
    return fail(
        "substitute.early",
        "信标第 " + std::to_string(*round) + " 轮到" + time_zh(*time) + " 才公布，此前不能递补",
        "round " + std::to_string(*round) + " is due at " + time_en(*time) +
            ": no substitute before");
  }
  const auto output = output_of(*draw.beacon, *round, signature);
  if (!output) return output.error();
  return std::vector<Hash>{*output};
}

}  // namespace

Outcome admit(const State& state, const ledger::Event& event,
              const ledger::schema::SubstituteDrawn& payload) {
  auto place = find_task(state, text(payload.draw()), payload.visit());
  if (!place) return place.error();
  auto seat = find_seat(*place, payload.seat());
  if (!seat) return seat.error();
  const Draw& draw = *place->draw;
  if (!draws_teams(draw.announcement)) {
    return fail(
        "substitute.not_due",
        "抽取“" + draw.stream + "”只抽检查对象：谁去由单位指派（TeamNamed），没有抽取的递补",
        "the draw \"" + draw.stream +
            "\" draws subjects only: who goes is named (TeamNamed), and no substitute is drawn");
  }
  if (!(*seat)->vacated_at) {
    return fail("substitute.not_due", "该席位并未空出，无需递补",
                "the seat was not vacated, no substitute is due");
  }
  const auto next = next_substitute(draw);
  if (next->visit != payload.visit() || next->seat != payload.seat()) {
    return fail("substitute.order",
                "递补须按席位空出的先后：下一个是第 " + std::to_string(next->visit) + " 次检查第 " +
                    std::to_string(next->seat) + " 席",
                "substitutes go in the order in which seats were vacated: next is seat " +
                    std::to_string(next->seat) + " of visit " + std::to_string(next->visit));
  }
  if (payload.ordinal() != (*seat)->ordinal + 1) {
    return fail("substitute.ordinal",
                "该席位的下一次递补是第 " + std::to_string((*seat)->ordinal + 1) + " 次",
                "the seat's next substitution is number " + std::to_string((*seat)->ordinal + 1));
  }
  const std::uint64_t from =
      state.times[*(*seat)->vacated_at] + draw.announcement.substitute_delay_s;
  if (event.time() < from) {
    return fail("substitute.early", "公告的等候时间（至" + time_zh(from) + "）未到，不能递补",
                "the announced delay (until " + time_en(from) + ") has not passed");
  }
  const auto outputs = substitute_outputs(state, event, draw, **seat, payload);
  if (!outputs) return outputs.error();
  return check_substitute(state, draw, payload.visit(), payload.seat(),
                          std::string(text(payload.inspector())), *outputs);
}

void apply(State& state, const ledger::Event&, const ledger::schema::SubstituteDrawn& payload) {
  Draw& draw = draw_at(state, text(payload.draw()));
  Seat& seat = draw.tasks[payload.visit()].seats[payload.seat()];
  seat.ordinal = payload.ordinal();
  seat.vacated_at.reset();
  seat.inspector = std::string(text(payload.inspector()));
  seat.exhausted = seat.inspector.empty();
  if (seat.exhausted) return;
  seat.held.push_back(seat.inspector);
  ++draw.loads[seat.inspector];
}

namespace {

// The second signature is of those who give their people away: it covers each unit added.
Outcome check_giver(const State& state, const ledger::Event& event, const std::string& unit) {
  if (event.intent().author_count() < 2) return ok();
  const std::string& department = author_key(state, event, 1)->department;
  if (department.empty() || state.catalogue.within(unit, department)) return ok();
  return fail(
      "units.head", "单位“" + unit + "”不归第二签名人所在的“" + department + "”管理",
      "unit \"" + unit + "\" is not of the second author's department \"" + department + "\"");
}

// Units are added only where none was left, and never while a substitute of the group is due:
// whoever knows the seed knows who that would be, and could choose units until another is first.
Outcome check_exhausted(const Draw& draw, std::uint32_t group) {
  bool exhausted = false;
  for (const Task& task : draw.tasks) {
    if (task.result) continue;
    for (const Seat& seat : task.seats) {
      if (seat.group != group) continue;
      exhausted = exhausted || seat.exhausted;
      if (!seat.vacated_at) continue;
      return fail("units.substitute_due", "该组尚有席位待递补：须先递补，再增加单位",
                  "a substitute of the group is due: draw it first, then add units");
    }
  }
  if (exhausted) return ok();
  return fail("units.not_needed", "该组没有无人可递补的席位，不得增加单位",
              "no seat of the group is left without candidates: units are not added");
}

}  // namespace

Outcome admit(const State& state, const ledger::Event& event,
              const ledger::schema::UnitsAdded& payload) {
  auto found = find_draw(state, text(payload.draw()));
  if (!found) return found.error();
  const Draw& draw = **found;
  if (!draw.has_tasks()) {
    return fail("task.closed", "抽取“" + draw.stream + "”的检查任务尚未开放，或抽取已作废",
                "the tasks of the draw \"" + draw.stream + "\" are not open yet, or it was voided");
  }
  const auto groups = seat_groups(draw);
  if (payload.group() >= groups.size()) {
    return fail("units.group", "没有第 " + std::to_string(payload.group()) + " 组",
                "there is no group " + std::to_string(payload.group()));
  }
  if (auto checked = check_exhausted(draw, payload.group()); !checked) return checked;
  if (payload.units()->size() == 0)
    return fail("units.units", "没有列出要增加的单位", "no unit to add is named");
  std::set<std::string> seen;
  for (const auto* unit : *payload.units()) {
    const std::string id = unit->str();
    // A unit that is in a group already would move inspectors from one group to another.
    const bool present = std::any_of(groups.begin(), groups.end(), [&](const auto& group) {
      return std::find(group.units.begin(), group.units.end(), id) != group.units.end();
    });
    if (present || !state.catalogue.departments.contains(id) || !seen.insert(id).second) {
      return fail("units.units", "单位“" + id + "”不存在、重复，或已在本次抽取的某一组中",
                  "unit \"" + id +
                      "\" does not exist, is named twice, or is in a group of this draw already");
    }
    if (auto checked = check_giver(state, event, id); !checked) return checked;
  }
  return ok();
}

void apply(State& state, const ledger::Event& event, const ledger::schema::UnitsAdded& payload) {
  Draw& draw = draw_at(state, text(payload.draw()));
  for (const auto* unit : *payload.units())
    draw.added_units[payload.group()].push_back(unit->str());
  for (Task& task : draw.tasks) {
    if (task.result) continue;
    for (Seat& seat : task.seats) {
      if (seat.group != payload.group() || !seat.exhausted) continue;
      seat.exhausted = false;
      seat.vacated_at = event.position();
    }
  }
}

}  // namespace liuhen::projections
