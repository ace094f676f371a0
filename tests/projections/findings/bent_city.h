// A city whose draws a cheat left behind: real registries, and outcomes as no fair draw would give
// them. They are put into the state past admission, as a log that was never verified holds them.
#pragma once

#include "projections/draw_lookup.h"
#include "tests/projections/city_log.h"

namespace liuhen::tests {

class BentCity {
 public:
  explicit BentCity(std::uint64_t firms = 40, unsigned inspectors = 8) {
    city_.furnish(firms, inspectors);
  }

  City& city() { return city_; }
  projections::State& state() { return const_cast<projections::State&>(city_.state()); }

  // The firms of the pool, in its order.
  std::vector<std::string> firms() {
    std::vector<std::string> out;
    const auto a = CityDraw(city_).announcement();
    const auto pool = projections::pool_of(state(), a, state().catalogue.rules.at("R1")).value();
    for (const auto& row : pool.subjects) out.push_back(row.id);
    return out;
  }

  // One more draw that has ended, with these firms visited by these teams.
  projections::Draw& add(const std::vector<std::string>& drawn,
                         const std::vector<std::vector<std::string>>& teams = {}) {
    projections::Draw draw;
    draw.number = ++draws_;
    draw.stream = "draw/B/" + std::to_string(draws_);
    draw.announcement = CityDraw(city_).announcement();
    draw.added_units.resize(draw.announcement.groups.size());
    draw.rule_set = projections::copy_of(state().catalogue.rules.at("R1"));
    draw.position = city_.size() + 10 * draws_;  // after the pool: none of them is in another's way
    draw.leaf_hash = crypto::sha256(view_of(draw.stream));
    draw.time = city_.now;
    draw.executed_at = draw.known_at = draw.position + 1;
    draw.disclosed_at = draw.position + 2;
    draw.phase = projections::Draw::Phase::disclosed;
    draw.outcome.emplace();
    draw.outcome->visits = drawn.size();
    draw.outcome->strata.push_back(std::make_unique<schema::StratumOutcomeT>());
    draw.outcome->strata[0]->eligible = draw.announcement.subject_eligible;
    draw.outcome->strata[0]->drawn = drawn.size();
    for (std::size_t visit = 0; visit < drawn.size(); ++visit) {
      projections::Task task;
      task.subject = drawn[visit];
      for (std::size_t seat = 0; visit < teams.size() && seat < teams[visit].size(); ++seat) {
        projections::Seat filled;
        filled.inspector = teams[visit][seat];
        filled.held.push_back(filled.inspector);
        task.seats.push_back(std::move(filled));
      }
      draw.tasks.push_back(std::move(task));
    }
    const std::string stream = draw.stream;
    state().draws.streams.push_back(stream);
    return state().draws.by_stream.emplace(stream, std::move(draw)).first->second;
  }

  // The seat's holder leaves it by decision of `decider`, and `substitute` comes.
  static void replace(projections::Seat& seat, const std::string& substitute,
                      const std::string& decider = "head", bool approved = true,
                      const std::string& ground = "other") {
    static std::uint64_t position = 1'000'000;  // after all that such a city holds
    projections::Recusal recusal;
    recusal.inspector = seat.inspector;
    recusal.ground = ground;
    recusal.filed_at = position++;
    recusal.decided_at = position++;
    recusal.approved = approved;
    recusal.decider = decider;
    seat.recusals.push_back(std::move(recusal));
    if (!approved) return;
    seat.inspector = substitute;
    seat.held.push_back(substitute);
    ++seat.ordinal;
  }

 private:
  City city_;
  std::uint64_t draws_ = 0;
};

}  // namespace liuhen::tests
