// One batch after another: decides on submissions, folds what is admitted, and makes it durable.
// The part of the sequencer that has no threads.
#pragma once

#include <list>
#include <map>
#include <set>

#include "crypto/checkpoint.h"
#include "ledger/content_rules.h"
#include "ledger/log_fold.h"
#include "ledger/pending_set.h"
#include "ledger/submission_check.h"
#include "ledger/tiles.h"

namespace liuhen::ledger {

// Signs each checkpoint by the key of its size (ledger/log_keys.h), and by those of the log's
// earlier keys that are among those held. Used by one thread. After an error of commit() it must
// not be used again.
class LogWriter {
 public:
  LogWriter(Storage& storage, HeadFile& head, RestrictedStore& restricted, Admission& admission,
            Clock& clock, std::vector<const crypto::SigningKey*> log_keys,
            std::unique_ptr<LogFold> fold);

  // Reads what is not in the fold: pending intents, partial tiles, the last checkpoint. Makes the
  // erasures of the last batch final, which a crash may have prevented.
  Outcome load();
  // Takes and signs nothing until the event has come that says that this head was lost.
  void await_loss(const Hash& lost) { lost_ = lost; }
  void let_log_key_change() { may_change_key_ = true; }
  // Brings the head file up to the last checkpoint. Call after load() and after each commit(), once
  // the answers are out: the file then never lags more than one batch.
  Outcome keep_head();

  // Takes one submission, its content sealed, into the batch, or refuses it. An error of storage
  // spoils the whole batch.
  void take(CheckedSubmission submission);
  // What the batch puts so far.
  std::size_t batch_bytes() const { return batch_.bytes(); }
  // Makes the batch durable, in one synced write. Answers in the order of take(), only then.
  Outcome commit();
  std::vector<Result<Answer>> answers();

  std::uint64_t size() const { return committed_; }
  const std::string& note() const { return note_; }
  // What the head file holds, as far as keep_head() knows: empty before it was called.
  const std::string& kept_note() const { return kept_note_; }
  const PendingSet& pending() const { return pending_; }
  std::vector<Bytes> take_entries() {
    return std::exchange(entries_, {});
  }  // that the last commit added

 private:
  struct Placed {
    std::uint64_t position = 0;
    bool repeated = false;
  };
  using Decision = std::variant<Error, Placed, Waiting>;

  Outcome bring_up();
  Decision decide(CheckedSubmission& submission);
  Outcome check_log_key(const Event& event) const;
  Outcome check_content(const CheckedSubmission& submission, const SealedContent& earlier,
                        const Event& event);
  Decision repeat(CheckedSubmission& submission, std::uint64_t position);
  Outcome take_late(CheckedSubmission& submission, std::uint64_t position);
  std::set<Hash> in_block_of_batch(std::uint64_t position) const;
  Decision wait(CheckedSubmission& submission,
                const std::vector<std::optional<Signature>>& signatures);
  Decision append(CheckedSubmission& submission, const SealedContent& earlier, const Event& event);
  void note_unstored(CheckedSubmission& submission);
  void store_content(SealedContent sealed, const Event& event);
  Outcome erase(const Event& event);
  void store_tree();
  bool holds(const KeyId& key) const;
  std::string sign(const crypto::Checkpoint& checkpoint) const;
  Result<bool> erases_from(std::uint64_t first) const;
  Result<Receipt> receipt(const Placed& placed) const;

  Storage& storage_;
  HeadFile& head_;
  RestrictedStore& restricted_;
  Admission& admission_;
  const ContentRules* const content_rules_;  // the admission's, if it has any
  Clock& clock_;
  const std::vector<const crypto::SigningKey*> log_keys_;  // held; the first signs before a genesis
  std::unique_ptr<LogFold> fold_;
  PendingSet pending_;
  std::uint64_t committed_;
  std::optional<Hash> lost_;  // awaited
  bool may_change_key_ = false;
  Batch brought_up_;  // to be stored first: what an earlier version left elsewhere
  std::string note_;
  std::string kept_note_;      // in the head file
  std::vector<Tile> partial_;  // stored, and not yet followed by the full tile
  bool meta_stored_ = false;
  std::uint64_t checkpoints_ = 0;  // stored

  // Of the batch under way.
  Batch batch_;
  std::vector<Bytes> entries_;
  std::vector<std::uint64_t> times_;  // of entries_
  std::vector<Decision> decisions_;
  std::optional<Error> failure_;                 // of storage
  std::map<Hash, Opening> unstored_;             // what came open with its events
  std::list<Opening> shown_;                     // of the event under way, from its earlier signer
  std::set<Hash> alone_;                         // whose content it stores alone, and in blocks:
  std::map<std::uint64_t, std::size_t> blocks_;  // position → the change that puts the keys
  std::map<Hash, std::uint64_t> erased_at_;      // commitments, and the entry that did
};

}  // namespace liuhen::ledger
