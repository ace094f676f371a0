// What a verification does with each event of a replay (projections/verify.h). Not thread-safe.
#pragma once

#include "projections/last_pool.h"
#include "projections/opened_draws.h"
#include "projections/verify_summary.h"

namespace liuhen::projections {

// Admits and folds each event, and asks what admission leaves to those who may open conflicts. What
// is wrong with a draw sets that draw aside, and the replay goes on; what is wrong with anything
// else, the draws rest on, and the replay ends there.
class Auditor {
 public:
  explicit Auditor(const VerifyOptions& options)
      : options_(options), opened_(options.open_pool, options.open) {
    facts_.policy = options.trusted;
    state_.last_pool = std::make_shared<LastPool>();
  }

  Outcome visit(const ledger::Event& event, const crypto::TreeHistory& before);
  // Of a log that was replayed whole.
  void find_escapes(std::uint64_t now_s, Extent& extent);
  const State& state() const { return state_; }
  const ReplayFacts& facts() const { return facts_; }
  // Of what is left for those who look across draws.
  ReplayNotes notes() const;
  // What is left for those who look across draws, on several threads.
  const State& state_without_those_aside();

 private:
  std::optional<ConflictContent> open(const Hash& commitment) const;
  Outcome judge(const ledger::Event& event, const crypto::TreeHistory& before);
  void note_void(const ledger::Event& event);
  void fold(const ledger::Event& event);
  void name_wrong(const std::string& draw, std::uint64_t position, const Error& error);
  void note_step(const std::string& draw, const ledger::Event& event, bool wrong);
  void note_witnessed(const ledger::Event& event);
  void note_loss(const ledger::Event& event);
  void note_substitute(const ledger::Event& event);
  Outcome check_outcome_of(const std::string& stream, const ledger::Event& event);
  // Of the last part of a restricted draw's list: its matching, where all conflicts open.
  Outcome check_teams_of_closed_pool(const Draw& draw, DrawFacts& facts) const;
  // Where the matching was not computed again for want of some conflicts: what the others say.
  Outcome check_listed(const Draw& draw, std::uint64_t position);
  // Of the entry that made the outcome known.
  Outcome check_matching(const std::string& stream, std::uint64_t position);
  void note_matching(const Draw& draw, DrawFacts& facts) const;
  // The payload has been admitted; with no conflict in force admission has compared it.
  Outcome check_substitute_opened(const ledger::schema::SubstituteDrawn& payload);
  Outcome check_team_opened(const ledger::schema::TeamNamed& payload);

  const VerifyOptions& options_;
  OpenedDraws opened_;
  State state_;
  ReplayFacts facts_;
};

}  // namespace liuhen::projections
