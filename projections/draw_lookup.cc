#include "projections/draw_lookup.h"

#include <algorithm>

#include "projections/pool.h"

namespace liuhen::projections {

namespace {

struct PhaseName {
  const char* zh;
  const char* en;
};
PhaseName name_of(Draw::Phase phase) {
  switch (phase) {
    case Draw::Phase::committing:
      return {"承诺阶段", "taking commitments"};
    case Draw::Phase::revealing:
      return {"揭示阶段", "taking reveals"};
    case Draw::Phase::ready:
      return {"待执行", "ready to be executed"};
    case Draw::Phase::executed:
      return {"已执行、名单列示中", "executed, its visits being listed"};
    case Draw::Phase::disclosed:
      return {"名单已列示", "disclosed"};
    case Draw::Phase::failed:
      return {"已告失败", "failed"};
  }
  return {"", ""};
}

}  // namespace

std::vector<Hash> hashes(View bytes) {
  std::vector<Hash> out(bytes.size() / 32);
  for (std::size_t i = 0; i < out.size(); ++i)
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(32 * i), 32, out[i].begin());
  return out;
}

std::string draw_stream(std::string_view plan, std::uint32_t attempt) {
  return "draw/" + std::string(plan) + "/" + std::to_string(attempt);
}

Result<const Draw*> find_draw(const State& state, std::string_view stream) {
  const auto found = state.draws.by_stream.find(std::string(stream));
  if (found == state.draws.by_stream.end()) {
    return fail(
        "draw.unknown", "没有抽取“" + std::string(stream) + "”，请核对计划编号和次数",
        "there is no draw \"" + std::string(stream) + "\": check the plan's id and the attempt");
  }
  return &found->second;
}

Result<const Draw*> find_draw(const State& state, std::string_view stream, Draw::Phase phase) {
  auto draw = find_draw(state, stream);
  if (!draw) return draw.error();
  const Draw& d = **draw;
  if (d.phase == Draw::Phase::failed ||
      (d.phase == Draw::Phase::committing && d.discarded && !d.beacon)) {
    return fail("draw.ended", "抽取“" + d.stream + "”已作废或失败，不再继续；如需重抽，请另行公告",
                "the draw \"" + d.stream +
                    "\" was voided or has failed and goes no further; announce a new attempt");
  }
  if (d.phase != phase) {
    return fail("draw.phase",
                "抽取“" + d.stream + "”现处于" + name_of(d.phase).zh + "，此步骤须在" +
                    name_of(phase).zh + "时进行",
                "the draw \"" + d.stream + "\" is " + name_of(d.phase).en +
                    "; this step needs it " + name_of(phase).en);
  }
  return &d;
}

Draw& draw_at(State& state, std::string_view stream) {
  const auto found = state.draws.by_stream.find(std::string(stream));
  LIUHEN_CHECK(found != state.draws.by_stream.end());
  return found->second;
}

Result<TaskPlace> find_task(const State& state, std::string_view stream, std::uint64_t visit) {
  auto draw = find_draw(state, stream);
  if (!draw) return draw.error();
  const Draw& d = **draw;
  if (!d.has_tasks()) {
    return fail("task.closed", "抽取“" + d.stream + "”的检查任务尚未开放，或抽取已作废",
                "the tasks of the draw \"" + d.stream + "\" are not open yet, or it was voided");
  }
  if (visit >= d.tasks.size()) {
    return fail("task.visit",
                "抽取“" + d.stream + "”没有第 " + std::to_string(visit) + " 次检查（从 0 起，共 " +
                    std::to_string(d.tasks.size()) + "）",
                "the draw \"" + d.stream + "\" has no visit " + std::to_string(visit) +
                    " (they count from 0, " + std::to_string(d.tasks.size()) + " in all)");
  }
  return TaskPlace{.draw = &d, .task = &d.tasks[visit]};
}

Task& task_at(State& state, std::string_view stream, std::uint64_t visit) {
  Draw& draw = draw_at(state, stream);
  LIUHEN_CHECK(visit < draw.tasks.size());
  return draw.tasks[visit];
}

Result<const Seat*> find_seat(const TaskPlace& place, std::uint32_t seat) {
  if (seat >= place.task->seats.size()) {
    return fail("task.seat",
                "每次检查只有 " + std::to_string(place.task->seats.size()) +
                    " 个席位（从 0 起），没有第 " + std::to_string(seat) + " 席",
                "a visit has " + std::to_string(place.task->seats.size()) +
                    " seats (they count from 0), there is no seat " + std::to_string(seat));
  }
  return &place.task->seats[seat];
}

std::vector<crypto::draw::SeatGroup> announced_groups(
    const ledger::schema::DrawAnnouncedT& announcement) {
  std::vector<crypto::draw::SeatGroup> groups;
  for (const auto& group : announcement.groups) {
    groups.push_back({.qualification = group->qualification,
                      .units = group->units,
                      .seats = group->seats,
                      .unit_limit = group->unit_limit});
  }
  return groups;
}

std::vector<crypto::draw::SeatGroup> seat_groups(const Draw& draw) {
  auto groups = announced_groups(draw.announcement);
  for (std::size_t g = 0; g < groups.size(); ++g) {
    groups[g].units.insert(groups[g].units.end(), draw.added_units[g].begin(),
                           draw.added_units[g].end());
  }
  return groups;
}

const std::string* common_item(const ledger::schema::DrawAnnouncedT& a,
                               const ledger::schema::DrawAnnouncedT& b) {
  const auto found = std::find_if(a.items.begin(), a.items.end(), [&](const std::string& item) {
    return std::find(b.items.begin(), b.items.end(), item) != b.items.end();
  });
  return found == a.items.end() || !scopes_overlap(a.scope, b.scope) ? nullptr : &*found;
}

std::uint64_t capacity_of(const ledger::schema::DrawAnnouncedT& announcement,
                          std::string_view unit) {
  for (const auto& capacity : announcement.capacities) {
    if (capacity->unit == unit) return capacity->capacity;
  }
  return announcement.default_capacity;
}

std::optional<crypto::draw::InspectorRow> announced_row(const State& state, const Draw& draw,
                                                        std::string_view id) {
  const InspectorVersion* version = state.inspectors.at(id, draw.announcement.pool_position);
  if (version == nullptr) return std::nullopt;
  const auto eligibility = version->status == ledger::schema::InspectorStatus::active
                               ? InspectorEligibility::eligible
                               : InspectorEligibility::not_active;
  return crypto::draw::InspectorRow{.id = std::string(id),
                                    .unit = version->unit,
                                    .qualifications = version->qualifications,
                                    .capacity = capacity_of(draw.announcement, version->unit),
                                    .eligibility = static_cast<std::uint64_t>(eligibility)};
}

}  // namespace liuhen::projections
