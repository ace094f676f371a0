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

struct PublisherOptions {
  unsigned answer_ms = kWitnessAnswerMs;  // one request to one witness
  unsigned round_ms = kWitnessRoundMs;    // a checkpoint is offered so long for want of a quorum
  unsigned retry_first_ms = kWitnessRetryFirstMs;  // doubled with every failure in a row
  unsigned retry_most_ms = kWitnessRetryMostMs;
  std::string ca_file = {};  // as ConnectionOptions::ca_file, for witnesses with https
};

// What the publisher reads; any thread.
struct PublishedLog {
  std::function<std::string()> head;  // the last signed note, empty before the first
  ProveConsistency prove;
  std::function<void()> cosigned;  // a quorum, or one more witness beyond it; must not block
  // A witness, by its name in the policy, holds another history or more of it: `witness.fork` or
  // `witness.ahead`, at every attempt. Must not block.
  std::function<void(const std::string&, const Error&)> contradicted = {};
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
  // For either it has shown a checkpoint that the log signed and that this log does not contain.
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

  // The note with the cosignatures of its checkpoint, as far as they have come. Any thread.
  std::string with_cosignatures(const std::string& note) const;
  // The smallest checkpoint known that covers the position and has its quorum. Any thread.
  std::optional<CosignedCheckpoint> covering(std::uint64_t position) const;
  // The largest that has its quorum. Any thread.
  std::optional<CosignedCheckpoint> newest() const;
  // That of exactly this size, with whatever came in; absent if nothing did. Any thread.
  std::optional<CosignedCheckpoint> at(std::uint64_t size) const;
  std::vector<WitnessStatus> statuses() const;
  // `witness.fork` while a witness says that the log is not what it cosigned, `witness.ahead` while
  // one says that it cosigned more. Any thread.
  Outcome undisputed() const;
  // `ledger.disputed` while so many witnesses say either that they are a quorum of the policy.
  // Where one alone is a quorum and the only one who says it, he has to prove it by the log's own
  // signature: no one's mere word can keep the log from growing. Any thread; quick.
  std::optional<Error> disputed() const;
  const crypto::Policy& policy() const { return policy_; }

 private:
  using Moment = std::chrono::steady_clock::time_point;
  struct Member {
    crypto::PolicyWitness witness;
    std::unique_ptr<WitnessClient> client;  // used by its own thread alone
    std::uint64_t done_size = 0;            // offered last, and answered
    Moment not_before{};
    bool asked = false;  // once, and it answered or failed to
    WitnessStatus status;
    std::thread thread;
  };
  struct Kept {
    std::string note;  // as the log signed it
    crypto::Checkpoint checkpoint;
    std::vector<std::pair<crypto::NoteSignature, crypto::VerifiedSignature>> cosignatures;
    bool quorum = false;
  };
  struct Target {
    std::string note;
    std::uint64_t size = 0;
  };

  Publisher(crypto::Policy policy, PublishedLog published, const PublisherOptions& options)
      : policy_(std::move(policy)), published_(std::move(published)), options_(options) {}

  void run(Member& member);
  std::optional<Target> next(Member& member);  // waits; none when stopping
  void aim(const std::string& head);           // under the mutex
  void keep(Member& member, const Target& target, crypto::NoteSignature signature);
  void failed(Member& member, const Error& error, bool proven);
  // Whether what the witness holds was signed by the log and is not of the history that it has now.
  bool proves_another_history(Member& member, const Target& target);
  void weigh();  // under the mutex: whether a quorum speaks against the log
  static CosignedCheckpoint shown(const Kept& kept);

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
  std::optional<Error> disputed_;
  std::atomic<bool> is_disputed_ = false;  // as disputed_, without the mutex
};

}  // namespace liuhen::api::server
