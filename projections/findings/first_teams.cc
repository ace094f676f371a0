#include "projections/findings/first_teams.h"

#include <algorithm>

#include "projections/draw_form.h"

namespace liuhen::projections {

namespace {

std::vector<std::string> first_team(const Task& task) {
  std::vector<std::string> team;
  for (const Seat& seat : task.seats) {
    if (seat.held.size() == seat.ordinal + std::size_t{1}) team.push_back(seat.held.front());
  }
  std::ranges::sort(team);
  return team;
}

}  // namespace

std::uint64_t FirstTeams::load_of(const std::string& inspector) const {
  const auto at = loads.find(inspector);
  return at == loads.end() ? 0 : at->second;
}

std::vector<FirstTeams> first_teams(const State& state) {
  std::vector<FirstTeams> out;
  for (const std::string& stream : state.draws.streams) {
    const Draw& draw = state.draws.by_stream.at(stream);
    if (draw.tasks.empty() || !draws_teams(draw.announcement)) continue;
    FirstTeams teams;
    teams.draw = &draw;
    for (const Task& task : draw.tasks) {
      teams.teams.push_back(first_team(task));
      teams.held += teams.teams.back().empty() ? 0 : 1;
      for (const std::string& inspector : teams.teams.back()) ++teams.loads[inspector];
    }
    out.push_back(std::move(teams));
  }
  return out;
}

}  // namespace liuhen::projections
