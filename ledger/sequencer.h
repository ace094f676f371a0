// The single writer: takes submissions, admits and folds each in turn, chains them, extends the
// tree, signs a checkpoint, commits everything in one synced batch, and only then answers. What
// comes while a batch is being synced is the next batch: a lone intent waits for one sync, and a
// crowd shares them. The head file is brought up after the answers and before the next commit.
#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "crypto/random.h"
#include "ledger/admission.h"
#include "ledger/clock.h"
#include "ledger/head_file.h"
#include "ledger/log_fold.h"
#include "ledger/pending.h"
#include "ledger/restricted.h"
#include "ledger/storage.h"

namespace liuhen::ledger {

struct Submission {
  Bytes intent;
  std::vector<std::pair<KeyId, Signature>> signatures;  // by author, any order; one may be missing
  std::vector<Opening> openings;
};

// Durable and in the log.
struct Receipt {
  std::uint64_t position = 0;
  std::uint64_t time = 0;
  Hash leaf_hash{};
  std::string checkpoint;   // the signed note that covers it
  std::vector<Hash> proof;  // inclusion in that checkpoint
  bool repeated = false;    // the same bytes were here before; this is where
};

// Durable, but waiting for the second person.
struct Waiting {
  Hash intent_hash{};  // what GET /api/v1/pending/<hex> names it by
  std::vector<KeyId> missing;
};

using Answer = std::variant<Receipt, Waiting>;

struct CheckedSubmission;  // ledger/submission_check.h

struct SequencerOptions {
  std::string origin;
  // Outlive the sequencer: the key that signs checkpoints, and others of the log's that are at hand
  // where it changes its key (ledger/log_keys.h). Which signs what, the log says.
  const crypto::SigningKey* log_key = nullptr;
  std::vector<const crypto::SigningKey*> other_log_keys = {};
  std::size_t queue_max = 0;  // 0: kQueueMax
  // Start although the head file knows of more entries than the storage has, as after a restore, or
  // of another history. Nothing is taken or signed before the event that says so (ledger/loss.h),
  // whole with its signatures: `ledger.undecided`. And take a change of the log's key, which is
  // `log_key.offline` otherwise: for a process that does nothing else.
  bool accept_loss = false;
  // Start although nothing can be written for now (`storage.full`, `storage.read_only`): stopped()
  // says so from the start.
  bool reads_on = false;
  std::stop_token stop = {};  // opening ends with `ledger.stopped` as soon as that is asked
};

class Sequencer {
 public:
  // Replays the stored log through `admission` by the code that normal operation runs, compares
  // tiles, indexes, checkpoints and the head file with what the replay gives, and refuses to start
  // on any mismatch
  // (`ledger.mismatch`, naming position and what differs), or if the head file knows of more than
  // the storage does or of another history (`ledger.rolled_back`; unless the last batch declares it
  // lost, as after a crash between the two: then it is brought up), is not the log's
  // (`head.damaged`), is an old copy (`head.stale`) or is gone (`head.absent`); or if the key by
  // which the log signs now is not at hand (`log_key.absent`). A storage to which
  // nothing was ever written is an empty log, for which a first head is written. Everything passed
  // in outlives the sequencer; `admission` is used by the writer thread only. `progress` is told
  // entries replayed and entries in all.
  // With `begun`, the fold of entries that `admission` has taken in already, only those that follow
  // are replayed, and no index is compared: whoever gives it has check_storage run afterwards.
  static Result<std::unique_ptr<Sequencer>> open(
      Storage& storage, HeadFile& head, RestrictedStore& restricted, Admission& admission,
      Clock& clock, SequencerOptions options,
      const std::function<void(std::uint64_t, std::uint64_t)>& progress = {},
      std::unique_ptr<LogFold> begun = {});
  virtual ~Sequencer() = default;

  // Checks shape, openings and signatures on the calling thread, then queues. The answer comes on
  // the writer thread (or at once, on the calling thread, for what needs no queue); the callback
  // must not block. Any thread. A half-signed intent is put before admission too, and waits only if
  // it would be admitted now. Errors: those of parsing; `intent.unknown` (of a later schema),
  // `intent.origin`, `intent.signature`, `intent.expired`, `intent.expiry`, `intent.conflict` (the
  // id was used for other bytes), `opening.mismatch`, `opening.unknown` (its commitment is not in
  // the payload), `opening.oversized`, `pending.full`, `pending.many` (one key's), `queue.full`
  // (try again later), `ledger.stopped`, and what admission says.
  virtual void submit(Submission submission, std::function<void(Result<Answer>)> done) = 0;

  // The rest of submit(), for what check_submission() has found good.
  virtual void enqueue(CheckedSubmission submission, std::function<void(Result<Answer>)> done) = 0;

  // submit() and wait.
  Result<Answer> submit_and_wait(Submission submission);

  // Entries after a commit, in order, on the writer thread; must not block. Set before the first
  // submit.
  virtual void on_committed(
      std::function<void(std::uint64_t first, const std::vector<Bytes>& entries)> observer) = 0;

  virtual std::uint64_t size() const = 0;  // committed entries; any thread
  // Why nothing is written any more, if a write has failed: `storage.full`, `storage.read_only`,
  // or `ledger.stopped` for anything else. Any thread.
  virtual std::optional<Error> stopped() const = 0;
  // Told what stopped() is to say each time that another reason stops it, and nothing when it goes
  // on, by the thread that finds out; must not block. Set before the first submit.
  using StopObserver = std::function<void(const std::optional<Error>& why)>;
  virtual void on_stopped(StopObserver observer) = 0;
  // Something was found wrong with the ledger: nothing more is taken, and everyone is told why
  // (`ledger.stopped`). A batch under way is finished. Any thread.
  virtual void halt(const Error& why) = 0;
  // Half-signed intents that wait, by hash; those that have expired go with the next batch. Any
  // thread.
  virtual std::vector<SharedPendingIntent> pending() const = 0;
  virtual std::size_t pending_count() const = 0;  // of these; any thread, quick
  virtual std::optional<PendingIntent> pending_intent(const Hash& hash) const = 0;
  virtual std::string checkpoint()
      const = 0;  // the last signed note, empty before the first; any thread
  // The last one that the head file holds, which is what witnesses are offered: behind
  // checkpoint() by one batch at most, for as long as it takes to write. Any thread.
  virtual std::string kept_checkpoint() const = 0;
  // After each, on the writer thread; must not block. Set before the first submit.
  virtual void on_kept(std::function<void()> observer) = 0;
  virtual void stop() = 0;  // answers what it accepted, then stops; idempotent
};

}  // namespace liuhen::ledger
