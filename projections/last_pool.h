// The pool that was gathered last, kept for whoever asks again: an announcement and its execution
// ask for the same one, and over a large registry nothing else takes as long.
#pragma once

#include <memory>
#include <vector>

#include "projections/pool.h"

namespace liuhen::projections {

// Belongs to one state (State::last_pool), and is used by the thread that folds it.
class LastPool {
 public:
  // pool_of(), or what it gave last if that was asked for in the same words. Errors are not kept.
  Result<std::shared_ptr<const Pool>> of(const State& state,
                                         const ledger::schema::DrawAnnouncedT& announcement,
                                         const ledger::schema::RuleSetT& rule);
  // Something was taken back that a pool may hang on (projections/set_aside.h).
  void forget() { pool_.reset(); }

  // Numbers of all subjects, in the order of their ids.
  const std::vector<std::uint32_t>& in_order(const Subjects& subjects);

 private:
  Hash asked_{};  // over announcement and rule
  std::shared_ptr<const Pool> pool_;
  std::vector<std::uint32_t> order_;
};

// By state.last_pool, if it has one; gathered anew otherwise.
Result<std::shared_ptr<const Pool>> last_pool_of(const State& state,
                                                 const ledger::schema::DrawAnnouncedT& announcement,
                                                 const ledger::schema::RuleSetT& rule);

}  // namespace liuhen::projections
