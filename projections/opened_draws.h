// Restricted pools beside a replay, for whoever has keys and openings: whether roots, selections
// and cut-offs are what the registry and the seed give (docs/formats/draw.md, "Restricted pools").
#pragma once

#include <map>
#include <set>

#include "projections/restricted_pool.h"

namespace liuhen::projections {

// Fed with every event of a log. Used by one thread.
class OpenedDraws {
 public:
  // `commitment` of the opener is not asked: the events say it.
  OpenedDraws(const PoolOpener& opener, const OpenConflict& open);
  OpenedDraws(const OpenedDraws&) = delete;
  OpenedDraws& operator=(const OpenedDraws&) = delete;

  // Before the event, which was admitted, is folded. Fails as check_opened_visits.
  Outcome before(const State& state, const ledger::Event& event);
  // After it was. Fails with `pool.key` and as check_opened_pool and check_opened_execution.
  Outcome after(const State& state, const ledger::Event& event, const std::string& draw);

  // Its pool was announced, and has not been opened.
  bool is_unopened(const std::string& draw) const { return unopened_.contains(draw); }
  // Of an execution that was computed again. 0 otherwise.
  std::uint64_t conflicts_unopened(const std::string& draw) const;
  // An execution of it was computed again, with the teams.
  bool is_replayed(const std::string& draw) const;

 private:
  struct Row {
    std::uint64_t position = 0;
    std::uint32_t row = 0;
    Hash commitment{};
  };
  std::optional<Hash> commitment_of(const SubjectVersion& version) const;
  void note_rows(const ledger::Event& event);

  PoolOpener opener_;
  OpenConflict open_;
  std::vector<Row> rows_;  // those with restricted content, in the order of the log
  std::set<std::string> unopened_;
  std::map<std::string, Visits> executed_;
};

}  // namespace liuhen::projections
