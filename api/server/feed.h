// Live feeds of the log, as server-sent events (docs/formats/api.md, "Feeds"). Each reads entries
// from storage at its own pace, one turn when its reader has taken the turn before: whoever writes
// waits for none, and a feed holds one turn's bytes however far behind its reader is.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "api/limits.h"
#include "api/server/figure.h"
#include "api/server/stream_source.h"
#include "ledger/event.h"
#include "ledger/storage.h"

namespace liuhen::api::server {

// Which entries a feed has.
struct FeedFilter {
  std::string stream;                  // as streams_of() has it; empty: of every stream
  std::set<ledger::PayloadTag> kinds;  // empty: of every kind
};

// The events of entries in order, as text/event-stream. One thread at a time.
class FeedReader {
 public:
  // From position `from` on. Storage outlives the reader.
  FeedReader(ledger::Storage& storage, FeedFilter filter, std::uint64_t from)
      : storage_(storage), filter_(std::move(filter)), position_(from) {}

  // The next events among the first `size` entries, `size` being committed. Looks through
  // kFeedScanEntriesMax and stops after kFeedChunkBytesMax: empty if none of those looked through
  // is to be shown, which is the end only if position() is `size`. Fails as storage does.
  Result<std::string> next(std::uint64_t size);

  std::uint64_t position() const { return position_; }  // the first not looked at
  std::uint64_t events() const { return events_; }      // shown so far

 private:
  Result<std::vector<std::uint64_t>> positions_of_stream(std::uint64_t size) const;
  Outcome add_stream(std::uint64_t size, std::string& out);
  Outcome add_entries(std::uint64_t size, std::string& out);
  Outcome add(View entry, std::string& out);

  ledger::Storage& storage_;
  const FeedFilter filter_;
  std::uint64_t position_;
  std::uint64_t events_ = 0;
};

// All feeds of a service. They must not outlive it, but for their destruction.
class Feeds {
 public:
  // Storage outlives the feeds.
  explicit Feeds(ledger::Storage& storage,
                 std::chrono::milliseconds heartbeat = std::chrono::seconds(kFeedHeartbeatS));
  ~Feeds() { stop(); }

  // So many entries are committed now. Any thread; does not block.
  void committed(std::uint64_t size);
  // A feed from position `from` on: of the size at most. Fails with `feed.ahead`,
  // `ledger.stopped`. How many there may be is for the HTTP server to limit (kStreamsMax).
  Result<std::shared_ptr<StreamSource>> open(FeedFilter filter, std::uint64_t from);
  std::uint64_t size() const { return shared_->size; }
  void stop();  // ends every feed; idempotent

  void add_figures(std::vector<Figure>& figures) const;

 private:
  struct Shared {  // with feeds that are still being taken down
    std::atomic<std::uint64_t> size = 0;
    std::atomic<std::uint64_t> events = 0;
    std::atomic<std::size_t> live = 0;
    std::atomic<bool> stopping = false;
  };
  class Feed;

  void run();
  std::vector<std::shared_ptr<Feed>> live();

  ledger::Storage& storage_;
  const std::chrono::milliseconds heartbeat_;
  const std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
  std::mutex mutex_;  // guards the next three
  std::condition_variable wake_;
  bool grown_ = false;
  std::vector<std::weak_ptr<Feed>> feeds_;
  std::thread thread_;  // tells feeds that wait that there is something for them
};

}  // namespace liuhen::api::server
