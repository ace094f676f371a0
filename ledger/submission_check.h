// What can be said of a submission without knowing the log: shape, openings, signatures.
#pragma once

#include "ledger/content_block.h"
#include "ledger/sequencer.h"

namespace liuhen::ledger {

// A submission that has been checked. Borrows from the submission's own bytes, which may be moved
// along.
struct CheckedSubmission {
  Submission submission;
  IntentView intent;
  Hash hash{};  // SHA-256 of the intent bytes
  std::vector<std::optional<Signature>>
      signatures;             // by author; at least one is there, all of them good
  SealedContent sealed = {};  // its openings, once Sequencer::enqueue has encrypted them
};

// Any thread. The errors are those of Sequencer::submit.
Result<CheckedSubmission> check_submission(Submission submission, const std::string& origin);

}  // namespace liuhen::ledger
