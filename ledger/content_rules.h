// What whoever writes asks of the content that comes with events. Verifiers, who get none with a
// log, have no part in it.
#pragma once

#include <functional>

#include "ledger/event.h"
#include "ledger/restricted.h"

namespace liuhen::ledger {

// Content that came with an event, from any of its signers, or with one before it in the same
// batch, and is not stored as an event's yet: null if none did.
using Unstored = std::function<const Opening*(const Hash& commitment)>;

// Implemented beside Admission, by one that has such rules. Used by the writer thread.
class ContentRules {
 public:
  virtual ~ContentRules() = default;

  // Of what has been admitted, is signed by all, and is about to be written: what it takes to read
  // all that a pool hides is not done for anybody who signs alone.
  virtual Outcome check_content(const Event& event, const Unstored& unstored) const = 0;

  // Whether content that an entry commits to, and that is not there, may be handed in later: not
  // once it was erased.
  virtual bool takes_late(const Hash& commitment) const = 0;
};

}  // namespace liuhen::ledger
