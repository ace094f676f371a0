// Collects witnesses' cosignatures of what the log publishes. Each witness has a thread of its own:
// none waits for another, and nobody who writes waits for any.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "api/client/witness_client.h"
#include "api/limits.h"
#include "crypto/policy.h"

namespace liuhen::api::server {

// Readers are shown the newest checkpoint that has its quorum for so long after a newer one was
// signed that has none. Two rounds: the next quorum has come by then, if any is to come.
inline constexpr unsigned kWitnessedLagMs = 2 * kWitnessRoundMs;
// Between two writes of the file of cosignatures: a crash takes those of so long, and not more.
inline constexpr unsigned kCosignedPauseMs = 1'000;

struct PublisherOptions {
  unsigned answer_ms = kWitnessAnswerMs;  // one request to one witness
  unsigned round_ms = kWitnessRoundMs;    // a checkpoint is offered so long for want of a quorum
  unsigned retry_first_ms = kWitnessRetryFirstMs;  // doubled with every failure in a row
  unsigned retry_most_ms = kWitnessRetryMostMs;
  std::string ca_file = {};  // as ConnectionOptions::ca_file, for witnesses with https
  unsigned hold_ms = kWitnessHoldMs;
  unsigned lag_ms = kWitnessedLagMs;
  std::string file = {};  // where cosignatures are kept (cosigned_file.h); empty: in memory alone
};

// What the publisher reads; any thread.
struct PublishedLog {
  std::function<std::string()> head;  // what witnesses are offered, empty before the first
  // The last signed note, durable with its entries: what anybody may have been shown by now and may
  // have brought to a witness. Ahead of head() for as long as that takes to be kept, never behind
  // it. What witnesses hold is weighed against this one.
  std::function<std::string()> committed;
  ProveConsistency prove;
  std::function<void()> cosigned;  // a quorum, or one more witness beyond it; must not block
  // A witness, by its name in the policy, holds another history or more of it: `witness.fork` or
  // `witness.ahead`, at every attempt. Must not block.
  std::function<void(const std::string&, const Error&)> contradicted = {};
  // The file of cosignatures could not be written, or something in it is good for nothing. Once
  // until it can be written again. Must not block.
  std::function<void(const Error&)> file_trouble = {};
};

// A checkpoint with the cosignatures that came in.
struct CosignedCheckpoint {
  crypto::Checkpoint checkpoint;
  std::string note;                // the log's, and a line for each cosignature
  std::vector<std::string> lines;  // of the cosignatures, without newlines
  bool quorum = false;             // of the service's own policy
};

struct WitnessStatus {
  std::string name, url;
  std::optional<std::uint64_t> size;  // last cosigned
  std::optional<std::uint64_t> time;  // of that cosignature
  std::optional<Error> error;         // of the last attempt, if it failed
  unsigned failures = 0;              // in a row
  std::optional<Error> fork = {};     // 422, and it has not cosigned since
  std::optional<Error> ahead = {};    // it said `witness.ahead`, and neither since
  // For either it has shown a checkpoint that the log signed and that this log does not contain,
  // until it cosigns, or the log turns out to contain it.
  bool proven = false;
};

class Publisher {
 public:
  // Errors: `policy.log` (the policy does not list this log's key), `connect.url` (a witness's).
  static Result<std::unique_ptr<Publisher>> open(crypto::Policy policy, const crypto::NoteKey& log,
                                                 PublishedLog published,
                                                 const PublisherOptions& options = {});
  ~Publisher() { stop(); }

  void start();
  // Until each witness has answered once or failed to, if there is a head that it can be asked
  // about, for `most_ms` at most. After start().
  void await_first_answers(unsigned most_ms);
  void published();  // a new head; any thread, waits for nobody outside
  void stop();       // gives up requests under way; idempotent

  // `ledger.asking` from start() on, if there is a head, until each witness has answered once or
  // failed to, for hold_ms at most: it may know that the log was rolled back. For good if stop()
  // comes first. Any thread; quick.
  std::optional<Error> asking() const;

  // The note with the cosignatures of its checkpoint, as far as they have come. Any thread.
  std::string with_cosignatures(const std::string& note) const;
  // What readers are shown, who may want a quorum, of a log whose last signed note is `head`: the
  // newest checkpoint that has its quorum, unless no quorum has come for lag_ms and the head is
  // newer for as long; then the head. Never one that is smaller than what was shown before. The
  // head if the policy needs no witnesses. Any thread.
  std::string shown_to_readers(const std::string& head) const;
  // The smallest checkpoint known that covers the position and has its quorum. Any thread.
  std::optional<CosignedCheckpoint> covering(std::uint64_t position) const;
  // The largest that has its quorum. Any thread.
  std::optional<CosignedCheckpoint> newest() const;
  // That of exactly this size, with whatever came in; absent if nothing did. Any thread.
  std::optional<CosignedCheckpoint> at(std::uint64_t size) const;
  std::vector<WitnessStatus> statuses() const;
  // `witness.fork` while a witness says that the log is not what it cosigned, `witness.ahead` while
  // one says that it cosigned more, `ledger.disputed` for the file's sake. Any thread.
  Outcome undisputed() const;
  // `ledger.disputed` while a witness, or the file, shows what the log signed and does not contain;
  // or while several witnesses who are a quorum of the policy say so. No one's mere word can keep
  // the log from growing. Any thread; quick.
  std::optional<Error> disputed() const;
  // Why nothing may be written, if so: disputed(), or else asking(). Any thread; quick.
  std::optional<Error> refusal() const;
  const crypto::Policy& policy() const { return policy_; }

 private:
  using Moment = std::chrono::steady_clock::time_point;
  struct Member {
    crypto::PolicyWitness witness;
    std::unique_ptr<WitnessClient> client;  // used by its own thread alone
    std::uint64_t done_size = 0;            // offered last, and answered
    Moment not_before{};
    bool asked = false;  // once, and it answered or failed to
    // Whether it has shown a checkpoint that the log signed and that is not of this log's history.
    bool showed_another = false;
    // Likewise, of more entries than the log had then: proofs as well, until the log has as many.
    std::vector<crypto::Checkpoint> showed_longer;
    WitnessStatus status;
    std::thread thread;
  };
  struct Kept {
    std::string note;  // as the log signed it
    crypto::Checkpoint checkpoint;
    std::vector<std::pair<crypto::NoteSignature, crypto::VerifiedSignature>> cosignatures;
    bool quorum = false;
    Moment at{};                        // when the last cosignature came; of this run
    std::optional<Moment> passed = {};  // when the log signed the next one
  };
  struct Target {
    std::string note;
    std::uint64_t size = 0;
  };

  Publisher(crypto::Policy policy, PublishedLog published, const PublisherOptions& options)
      : policy_(std::move(policy)), published_(std::move(published)), options_(options) {}

  static crypto::Checkpoint own_checkpoint(const std::string& note);  // which the log signed

  void run(Member& member);
  std::optional<Target> next(Member& member);  // waits; none when stopping
  void aim(const std::string& head);           // under the mutex
  void keep(Member& member, const Target& target, crypto::NoteSignature signature);
  void refused(Member& member, const Target& target, const Error& error);
  // What a checkpoint that the log signed is to the log as it is now.
  enum class Relation { beginning, longer, another_history, unknown };
  struct Held {
    crypto::Checkpoint own;  // the log's, of when the witness had answered
    std::optional<crypto::Checkpoint> against;
    Relation relation = Relation::unknown;  // of that
    std::optional<Kept> ours;
  };
  // What the witness shows to monitors.
  Held held_by(Member& member, const Target& target);
  // `shown`: what it proves by that.
  void failed(Member& member, const Error& error, const Held* shown = nullptr);
  // Its cosignature of a checkpoint that somebody else brought it; false if it is known.
  bool take(Member& member, const Kept& held);
  void weigh();  // under the mutex: whether enough speaks against the log
  // What was longer than the log, which may have become a part of it.
  void weigh_again();
  bool can_settle() const;               // under the mutex: whether the target may get its quorum
  void forget_some();                    // under the mutex
  bool all_asked() const;                // under the mutex
  const Kept* newest_witnessed() const;  // under the mutex
  std::optional<Moment> passed(const Kept& kept) const;  // under the mutex
  static CosignedCheckpoint shown(const Kept& kept);

  void restore();  // what the file has
  // Of a note of that origin, if the log signed it.
  std::optional<crypto::Checkpoint> signed_by_log(const std::string& note,
                                                  const std::string& origin) const;
  Relation relation(const crypto::Checkpoint& theirs, const crypto::Checkpoint& own) const;
  // What is good of a stored note, which a log with the head `own` signed; counts lines that are
  // not.
  std::optional<Kept> proved(const std::string& note, const crypto::Checkpoint& own,
                             std::size_t& bad) const;
  void store();                               // a thread's: writes the file after changes
  std::vector<std::string> to_store() const;  // under the mutex
  void tell(const Error& trouble) const;

  const crypto::Policy policy_;
  const PublishedLog published_;
  const PublisherOptions options_;
  std::vector<std::unique_ptr<Member>> members_;  // fixed once open

  mutable std::mutex mutex_;  // guards the rest, and what members' threads share
  std::condition_variable signal_;
  Target target_;  // the checkpoint that all witnesses are offered
  Moment target_since_{};
  std::map<std::uint64_t, Kept> kept_;  // by size; kCosignedKeptMax at most
  std::uint64_t changes_ = 0;           // of heads, cosignatures and the wish to stop
  bool stopping_ = false;
  std::optional<Moment> target_passed_;  // when the log signed the one after target_
  mutable struct {
    std::string note;
    std::uint64_t size = 0;
    std::optional<Moment> passed;  // of a witnessed one
    bool witnessed = false;
  } public_;  // shown to readers last
  Moment hold_until_{};
  mutable std::atomic<bool> holds_ = false;
  bool unstored_ = false, finished_ = false;  // for store()
  std::condition_variable store_signal_;
  std::thread storing_;
  std::optional<Error> filed_;  // what the file shows against the log
  std::optional<Error> disputed_;
  std::atomic<bool> is_disputed_ = false;  // as disputed_, without the mutex
};

}  // namespace liuhen::api::server
