// What could be known of a draw's outcome when it was voided, and who signed that. A void asks for
// a supervisor only once the draw is executed (docs/guarantees.md, G6).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "projections/outcome.h"
#include "projections/sentence.h"

namespace liuhen::projections {

// By the log's own record, least first.
enum class KnownAtVoid {
  // It was before the point of no return: by its position or, with a beacon, by proof.
  nothing,
  // Before the beacon's round by its recorded time, which the operator words, and no proof.
  unproven,
  // The point of no return had passed, and a reveal was missing that could still come: whoever has
  // them all knows.
  who_has_reveals,
  // Nothing was missing, or nothing more could come: the operator, before anybody else, whether or
  // not it had recorded that the reveals are closed.
  operator_alone,
  // The draw was executed.
  executed,
};

// By what is recorded now, somebody has committed and not revealed.
bool awaits_reveals(const Draw& draw);

// The draw is voided. Without a judge no void is proven to be before its round. `reveals_awaited`:
// what awaits_reveals said when it was voided; true where that is not known.
KnownAtVoid known_at_void(const Draw& draw, const VoidProven& void_proven = {},
                          bool reveals_awaited = true);

struct VoidSigners {
  std::vector<std::string> persons;  // in the order of the intent
  bool supervisor = false;           // one of their keys has that role
};
// Of an admitted DrawVoided.
VoidSigners signers_of_void(const State& state, const ledger::Event& event);

struct VoidShown {
  KnownAtVoid known = KnownAtVoid::nothing;
  VoidSigners signers;

  // Past the point of no return and before the execution, and nobody signed who supervises.
  bool is_unsupervised() const;
};
using VoidsShown = std::map<std::string, VoidShown>;  // by the draw's stream

// What could be known, in one clause, without who signed.
Sentence words_of(KnownAtVoid known);
// In one sentence: what could be known, and who signed.
Sentence words_of(const VoidShown& shown);

}  // namespace liuhen::projections
