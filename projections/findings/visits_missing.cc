// Visits that were drawn and of which, long after, no result says that they took place.
#include <algorithm>
#include <map>
#include <set>

#include "projections/draw_form.h"
#include "projections/draw_lookup.h"
#include "projections/findings/findings.h"

namespace liuhen::projections {

namespace {

constexpr std::uint64_t kDayS = 86'400, kShanghaiS = 8 * 3'600;
// From the disclosure of the list, or from the day drawn for the visit where that is later. Results
// are public within 20 working days of an inspection, and lists are drawn to be worked off soon:
// two months leave a month for the visit.
constexpr std::uint64_t kDaysMax = 60;

std::string number(std::uint64_t value) { return std::to_string(value); }

struct Missing {
  std::uint64_t visits = 0, empty = 0;  // `empty`: of them those to which nobody is assigned
  std::set<std::string> subjects;
  std::set<std::uint64_t> disclosed_at;
};

// When the visit could be made at the earliest.
std::uint64_t could_begin(const Draw& draw, std::uint64_t visit) {
  const auto day = day_of_visit(draw.announcement, visit);
  return day ? std::max(draw.disclosed_time, *day * kDayS - kShanghaiS) : draw.disclosed_time;
}

// That of whoever holds the first seat taken; the draw's department where nobody does.
std::string unit_of(const State& state, const Draw& draw, const Task& task) {
  for (const Seat& seat : task.seats) {
    if (seat.inspector.empty()) continue;
    const InspectorVersion* row = state.inspectors.latest(seat.inspector);
    if (row != nullptr) return row->unit;
  }
  return draw.department;
}

bool is_unassigned(const Task& task) {
  return std::ranges::all_of(task.seats, [](const Seat& seat) { return seat.inspector.empty(); });
}

}  // namespace

Screen results_missing(const State& state, std::uint64_t now_s) {
  Screen screen;
  screen.code = "results-missing";
  screen.title = {"迟迟没有结果的检查", "Visits without a result long after"};
  screen.method = {
      "名单公布之日起（全覆盖检查自抽定的日期起，如更晚）超过 " + number(kDaysMax) +
          " 日仍无结果；按第一席检查人员现在的单位计，无人可派的计入抽取的部门",
      "no result more than " + number(kDaysMax) +
          " days after the list was disclosed, or after the day drawn for the visit of a full "
          "inspection where that is later; counted for the unit that the holder of the first seat "
          "is in now, or for the draw's department where nobody is assigned"};
  screen.limits = {
      "检查可能已做而未登记，也可能有正当理由推迟或取消（如对象停业）；不说明是谁的责任",
      "a visit may have been made and not recorded, or put off or dropped for a good reason, such "
      "as a firm that has closed; whose fault it is, if anybody's, is not told"};
  std::map<std::string, Missing> by_unit;
  for (const std::string& stream : state.draws.streams) {
    const Draw& draw = state.draws.by_stream.at(stream);
    if (!draw.has_tasks()) continue;
    for (std::size_t visit = 0; visit < draw.tasks.size(); ++visit) {
      const Task& task = draw.tasks[visit];
      if (now_s <= could_begin(draw, visit) + kDaysMax * kDayS) continue;
      ++screen.sample;
      if (task.result) continue;
      Missing& missing = by_unit[unit_of(state, draw, task)];
      ++missing.visits;
      missing.empty += is_unassigned(task) ? 1 : 0;
      missing.subjects.insert(task.subject);
      missing.disclosed_at.insert(*draw.disclosed_at);
    }
  }
  for (const auto& [unit, missing] : by_unit) {
    Finding finding;
    finding.about = unit;
    for (const std::uint64_t position : missing.disclosed_at) finding.evidence.add(position);
    const std::string visits = number(missing.visits), subjects = number(missing.subjects.size()),
                      draws = number(missing.disclosed_at.size()), empty = number(missing.empty);
    finding.what = {
        "单位“" + unit + "”有 " + visits + " 次检查（" + subjects + " 户，" + draws + " 次抽取" +
            (missing.empty == 0 ? "" : "，其中 " + empty + " 次无人可派") + "）名单公布 " +
            number(kDaysMax) + " 日之后仍无结果",
        visits + " visits of the unit \"" + unit + "\" (" + subjects + " subjects, of " + draws +
            " draws" + (missing.empty == 0 ? "" : "; to " + empty + " nobody is assigned") +
            ") have no result " + number(kDaysMax) + " days after their lists were disclosed"};
    screen.findings.push_back(std::move(finding));
  }
  return screen;
}

}  // namespace liuhen::projections
