// What the platform has to record, and what it should have.
#include <limits>
#include <tuple>

#include "projections/draw_lookup.h"
#include "projections/outcome.h"
#include "projections/sealed_draw.h"

namespace liuhen::projections {

namespace {

std::optional<Due> beacon_of(const Draw& draw, std::uint64_t now_s) {
  if (now_s < draw.beacon->round_time) return std::nullopt;
  return Due{.kind = Due::Kind::beacon, .draw = draw.stream, .round = draw.beacon->round};
}

std::optional<Due> substitute_due(const State& state, const Draw& draw, std::uint64_t now_s) {
  auto next = next_substitute(draw);
  if (!next) return std::nullopt;
  const Seat& seat = draw.tasks[next->visit].seats[next->seat];
  std::uint64_t from = state.times[*seat.vacated_at] + draw.announcement.substitute_delay_s;
  if (draw.beacon) {
    const auto round = substitute_round(state, draw, seat);
    const auto time = round ? crypto::drand::round_time(draw.beacon->chain, *round) : round;
    if (!time) return std::nullopt;
    next->round = *round;
    from = *time;
  }
  return now_s < from ? std::nullopt : next;
}

std::optional<Due> due_of(const State& state, const Draw& draw, std::uint64_t now_s) {
  const auto& a = draw.announcement;
  const auto step = [&](Due::Kind kind) { return Due{.kind = kind, .draw = draw.stream}; };
  switch (draw.phase) {
    case Draw::Phase::committing:
      if (draw.discarded && !draw.beacon) return std::nullopt;
      if (draw.commitments.size() == draw.contributors.size())
        return step(Due::Kind::close_commitments);
      if (now_s <= a.commit_deadline) return std::nullopt;
      return step(draw.commitments.empty() && !draw.beacon ? Due::Kind::fail
                                                           : Due::Kind::close_commitments);
    case Draw::Phase::revealing:
      if (draw.nonces.size() == draw.committed.size() || now_s > a.reveal_deadline)
        return step(Due::Kind::close_reveals);
      return std::nullopt;
    case Draw::Phase::ready:
      return draw.awaits_beacon() ? beacon_of(draw, now_s) : step(Due::Kind::execute);
    case Draw::Phase::executed:
      if (draw.is_sealed() && (!draw.seal_is_attested() || now_s < seal_opens_at(a)))
        return std::nullopt;
      return step(Due::Kind::disclose);
    case Draw::Phase::disclosed:
      return substitute_due(state, draw, now_s);
    case Draw::Phase::failed:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Due> next_substitute(const Draw& draw) {
  if (!draw.has_tasks()) return std::nullopt;
  std::optional<Due> next;
  std::uint64_t vacated_at = 0;
  for (std::size_t visit = 0; visit < draw.tasks.size(); ++visit) {
    const auto& seats = draw.tasks[visit].seats;
    for (std::uint32_t seat = 0; seat < seats.size(); ++seat) {
      if (!seats[seat].vacated_at || (next && *seats[seat].vacated_at >= vacated_at)) continue;
      vacated_at = *seats[seat].vacated_at;
      next = Due{.kind = Due::Kind::substitute, .draw = draw.stream, .visit = visit, .seat = seat};
    }
  }
  return next;
}

std::vector<Due> due(const State& state, std::uint64_t now_s) {
  std::vector<Due> all;
  for (const std::string& stream : state.draws.streams) {
    auto step = due_of(state, state.draws.by_stream.at(stream), now_s);
    if (step) all.push_back(std::move(*step));
  }
  return all;
}

std::vector<Escape> escapes(const State& state, std::uint64_t now_s,
                            const VoidProven& void_proven) {
  std::vector<Escape> all;
  for (const std::string& stream : state.draws.streams) {
    const Draw& draw = state.draws.by_stream.at(stream);
    const std::uint64_t deadline = draw.announcement.execute_deadline;
    const bool excused = draw.voided_before_round() && void_proven && void_proven(draw);
    if (draw.must_execute() && !excused && now_s > deadline) {
      all.push_back({.draw = stream, .deadline = deadline, .executed_time = std::nullopt});
    } else if (draw.executed_at && draw.executed_time > deadline) {
      all.push_back({.draw = stream, .deadline = deadline, .executed_time = draw.executed_time});
    }
  }
  return all;
}

std::uint64_t disclosure_due(const Draw& draw) {
  const auto& a = draw.announcement;
  if (a.sealed) return a.disclosure_deadline;
  // A sum beyond what a time can be is never reached.
  const std::uint64_t by = a.execute_deadline + kListWithinS;
  return by < kListWithinS ? std::numeric_limits<std::uint64_t>::max() : by;
}

std::vector<Undisclosed> undisclosed(const State& state, std::uint64_t now_s) {
  std::vector<Undisclosed> all;
  for (const std::string& stream : state.draws.streams) {
    const Draw& draw = state.draws.by_stream.at(stream);
    if (!draw.executed_at) continue;
    const std::uint64_t deadline = disclosure_due(draw);
    if (!draw.disclosed_at && now_s > deadline) {
      all.push_back({.draw = stream, .deadline = deadline, .disclosed_time = std::nullopt});
    } else if (draw.disclosed_at && draw.disclosed_time > deadline) {
      all.push_back({.draw = stream, .deadline = deadline, .disclosed_time = draw.disclosed_time});
    }
  }
  return all;
}

}  // namespace liuhen::projections
