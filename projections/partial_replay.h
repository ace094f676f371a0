// The events of one draw, replayed without the rest of the log: by the same admission, over a state
// that holds only what the events given have put there, and with the pool as its rows. Used by one
// thread.
#pragma once

#include "ledger/log_keys.h"
#include "projections/pool.h"

namespace liuhen::projections {

class PartialReplay {
 public:
  // `draw`: the stream of the draw in question. The pool's roots and counts are those of its rows.
  PartialReplay(std::string origin, std::string draw, Pool pool);

  // Events in ascending position, each once. Why this one would have been illegal, as far as the
  // events given show; otherwise it is folded. Not looked at: the root of the checkpoint that the
  // author saw, and whether imports have all their parts. Codes: those of admission, those of
  // entries, and `proof.order`, `proof.rows`.
  Outcome take(View entry);

  const State& state() const { return state_; }
  const Draw* draw() const;  // null before its announcement

 private:
  Outcome check_place(const ledger::Event& event) const;
  Outcome check_intent(const ledger::Event& event) const;
  Outcome check_rows(const ledger::schema::DrawAnnounced& announced) const;
  Outcome admit_payload(const ledger::Event& event) const;
  void fold(const ledger::Event& event);

  std::string draw_;
  State state_;
  std::optional<std::uint64_t> last_;
  std::set<std::pair<KeyId, std::string>> used_;  // first authors with the ids of their intents
  Hash last_leaf_{};
  ledger::LogKeys log_keys_;
};

}  // namespace liuhen::projections
