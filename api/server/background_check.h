// The check of everything stored that a start from a snapshot has left out: done beside the running
// service, on a thread that yields to all others, over the database as it was then.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "api/server/observer.h"
#include "crypto/note.h"
#include "ledger/snapshot.h"

namespace liuhen::api::server {

class BackgroundCheck {
 public:
  // `log_keys`: by one of which the newest checkpoint stored is signed; one at least. `found` is
  // told on the check's thread, once, of the first thing that is wrong. Everything passed in
  // outlives the check.
  BackgroundCheck(std::string database, std::string origin, std::vector<crypto::NoteKey> log_keys,
                  Observer& observer, std::function<void(const Error&)> found)
      : database_(std::move(database)),
        origin_(std::move(origin)),
        log_keys_(std::move(log_keys)),
        observer_(observer),
        found_(std::move(found)) {}
  ~BackgroundCheck() { stop(); }

  // Replays the log from its first entry, as a start without snapshots does, and compares the state
  // on its way with the snapshot's. What cannot be read is tried again later.
  void start(ledger::SnapshotHead snapshot);
  void stop();
  // Whether something that the start left out is not known to be right: the check goes on, was
  // broken off, or has found something wrong. Not before start(). Any thread.
  bool leaves_open() const { return leaves_open_; }

 private:
  void run();
  Outcome check();  // `ledger.mismatch`: something is wrong; anything else: it could not be told

  const std::string database_;
  const std::string origin_;
  const std::vector<crypto::NoteKey> log_keys_;
  Observer& observer_;
  const std::function<void(const Error&)> found_;
  ledger::SnapshotHead snapshot_;
  std::atomic<bool> stopping_ = false;
  std::atomic<bool> leaves_open_ = false;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::thread thread_;
};

}  // namespace liuhen::api::server
