// A source into which its chunks are pushed, for tests that must not wait for any reader.
#pragma once

#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "api/server/stream_source.h"

namespace liuhen::api::server {

class ChunkQueue final : public StreamSource {
 public:
  explicit ChunkQueue(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  // False, and nothing is kept, once the reader has gone, or is so far behind that the queue would
  // hold more than bytes_max: then he is dropped. Any thread; does not block.
  bool push(std::string chunk);
  // What was pushed is still sent, then the answer ends. Any thread.
  void end();

  void next(Ready ready) override;
  void cancel() override;

 private:
  const std::size_t bytes_max_;
  std::mutex mutex_;  // guards what follows
  std::deque<std::string> chunks_;
  std::size_t bytes_ = 0;
  Ready waiting_;  // for the next push
  bool ended_ = false;
};

inline bool ChunkQueue::push(std::string chunk) {
  Ready waiting;
  {
    const std::lock_guard lock(mutex_);
    if (ended_) return false;
    if (waiting_) {
      waiting = std::exchange(waiting_, nullptr);
    } else if (bytes_ + chunk.size() <= bytes_max_) {
      bytes_ += chunk.size();
      chunks_.push_back(std::move(chunk));
      return true;
    } else {
      ended_ = true;
      chunks_.clear();
      return false;
    }
  }
  waiting(std::move(chunk));
  return true;
}

inline void ChunkQueue::end() {
  Ready waiting;
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    waiting = std::exchange(waiting_, nullptr);
  }
  if (waiting) waiting(std::nullopt);
}

inline void ChunkQueue::next(Ready ready) {
  std::optional<std::string> chunk;
  {
    const std::lock_guard lock(mutex_);
    if (chunks_.empty() && !ended_) {
      waiting_ = std::move(ready);
      return;
    }
    if (!chunks_.empty()) {
      bytes_ -= chunks_.front().size();
      chunk = std::move(chunks_.front());
      chunks_.pop_front();
    }
  }
  ready(std::move(chunk));
}

inline void ChunkQueue::cancel() {
  const std::lock_guard lock(mutex_);
  ended_ = true;
  waiting_ = nullptr;
  chunks_.clear();
  bytes_ = 0;
}

}  // namespace liuhen::api::server
