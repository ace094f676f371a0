// Which stream each kind of event belongs to (docs/formats/events.md).
#pragma once

#include <string>
#include <string_view>

#include "ledger/event.h"

namespace liuhen::projections {

// The stream that the payload implies: what `intent.stream` has to say. Empty for an unknown
// payload.
std::string stream_of(const ledger::schema::Intent& intent);
// The same for an intent being drawn up; only its payload is looked at.
std::string stream_of(const ledger::schema::IntentT& intent);

// Whether an intent of this kind must name the version of its stream that its author saw.
bool version_is_expected(ledger::PayloadTag tag);

// "draw/<plan>/<attempt>", and "task/<plan>/<attempt>/<visit>" for a visit of that draw.
std::string draw_stream_of(std::string_view plan, std::uint32_t attempt);
std::string task_stream_of(std::string_view draw, std::uint64_t visit);

}  // namespace liuhen::projections
