// Finding the draw, the visit and the seat that a payload names.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/draw/team.h"
#include "projections/fields.h"
#include "projections/state.h"

namespace liuhen::projections {

// The 32-byte values that follow one another in a field; parsing has seen to its length.
std::vector<Hash> hashes(View bytes);

// A deep copy: these objects own what they hold and are not copyable.
template <class Object>
Object copy_of(const Object& object) {
  flatbuffers::FlatBufferBuilder builder;
  builder.Finish(Object::TableType::Pack(builder, &object));
  return unpacked(*flatbuffers::GetRoot<typename Object::TableType>(builder.GetBufferPointer()));
}

std::string draw_stream(std::string_view plan, std::uint32_t attempt);

// Fails with `draw.unknown`.
Result<const Draw*> find_draw(const State& state, std::string_view stream);
// The same and its phase: fails with `draw.phase`, or `draw.ended` if it was voided before the
// point of no return or failed.
Result<const Draw*> find_draw(const State& state, std::string_view stream, Draw::Phase phase);
// One that admission has found before.
Draw& draw_at(State& state, std::string_view stream);

struct TaskPlace {
  const Draw* draw = nullptr;
  const Task* task = nullptr;
};
// A visit of a draw whose tasks are open. Fails with `draw.unknown`, `task.closed`, `task.visit`.
Result<TaskPlace> find_task(const State& state, std::string_view stream, std::uint64_t visit);
Task& task_at(State& state, std::string_view stream, std::uint64_t visit);

// Fails with `task.seat`.
Result<const Seat*> find_seat(const TaskPlace& place, std::uint32_t seat);

std::vector<crypto::draw::SeatGroup> announced_groups(
    const ledger::schema::DrawAnnouncedT& announcement);
// The announced groups, with the units that were added since.
std::vector<crypto::draw::SeatGroup> seat_groups(const Draw& draw);

// An item on which both draw, if their scopes have a part in common; null otherwise.
const std::string* common_item(const ledger::schema::DrawAnnouncedT& a,
                               const ledger::schema::DrawAnnouncedT& b);

// Visits of one inspector of this unit in one draw, at most.
std::uint64_t capacity_of(const ledger::schema::DrawAnnouncedT& announcement,
                          std::string_view unit);

// The row of an inspector in the announced pool; absent if he was not in the registry at
// pool_position. Its eligibility is 0 or not_active: whether he fits a group is not looked at.
std::optional<crypto::draw::InspectorRow> announced_row(const State& state, const Draw& draw,
                                                        std::string_view id);

}  // namespace liuhen::projections
