// The seam between the ledger, which orders and stores, and the projections, which know what is
// legal.
#pragma once

#include "crypto/tree_history.h"
#include "ledger/event.h"

namespace liuhen::ledger {

// One rule set, asked by the sequencer before append and by the verifier on replay. Used by one
// thread.
class Admission {
 public:
  virtual ~Admission() = default;

  // Why the event would be illegal after everything applied so far. Signatures, position, chain and
  // recorded time have been checked by the caller; `tree` holds the leaves before this event.
  virtual Outcome admit(const Event& event, const crypto::TreeHistory& tree) const = 0;

  // What the rules do not ask, as it hangs on what is not public, and whoever writes can tell
  // beforehand. Asked of what has been admitted and is about to be written or to wait for its other
  // signatures; never on replay.
  virtual Outcome check_before_writing(const Event&) const { return ok(); }

  // Folds an admitted event.
  virtual void apply(const Event& event) = 0;
};

}  // namespace liuhen::ledger
