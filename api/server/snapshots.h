// Snapshots of the readers' state, so that a start need not replay the whole log
// (docs/formats/snapshot.md): made while the service runs and when it stops, by a thread of their
// own, which the writer never waits for.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "api/limits.h"
#include "api/server/observer.h"
#include "api/server/read_model.h"
#include "ledger/snapshot.h"

namespace liuhen::api::server {

// Entries since the last snapshot that make another worth while.
struct SnapshotPolicy {
  std::uint64_t stop_entries = kSnapshotStopEntries;  // when stopping
  std::uint64_t entries = kSnapshotEntries;           // while running
  std::chrono::seconds pause{kSnapshotPauseS};        // and at least so long after the last
};

class Snapshots {
 public:
  // All of it outlives the snapshots; `key` signs them, and believes none that it has not signed.
  Snapshots(ReadModel& model, ledger::Storage& storage, const crypto::SigningKey& key,
            std::string origin, std::string directory, Observer& observer, SnapshotPolicy policy)
      : model_(model),
        storage_(storage),
        key_(key),
        origin_(std::move(origin)),
        directory_(std::move(directory)),
        observer_(observer),
        policy_(policy) {}
  ~Snapshots() { stop(false); }

  struct Loaded {
    ledger::SnapshotHead head;
    projections::State state;
    std::unique_ptr<ledger::LogFold> fold;
  };
  // What is stored, if it is whole and ours. Errors: those of ledger::SnapshotReader.
  Result<std::optional<Loaded>> load() const;

  // Makes them from here on; the log starts with `size` entries, of which the first `kept` are in a
  // snapshot.
  void start(std::uint64_t kept, std::uint64_t size);
  // So many entries are committed now. Any thread; does not block.
  void committed(std::uint64_t size);
  // Makes a last one of everything committed, if it is worth while and `last` says so.
  void stop(bool last);

  // Takes away what is stored, and makes no more.
  void abandon();

 private:
  void run();
  void make(std::uint64_t size);
  Outcome write(std::uint64_t size, std::uint64_t& written);

  ReadModel& model_;
  ledger::Storage& storage_;
  const crypto::SigningKey& key_;
  const std::string origin_, directory_;
  Observer& observer_;
  const SnapshotPolicy policy_;

  std::mutex mutex_;  // guards what follows
  std::condition_variable wake_;
  std::uint64_t kept_ = 0, committed_ = 0;
  bool stopping_ = false, last_ = false, abandoned_ = false;
  std::mutex making_;  // held while the storage's cache is written
  std::thread thread_;
};

}  // namespace liuhen::api::server
