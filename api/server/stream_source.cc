#include "api/server/stream_source.h"

#include <utility>

namespace liuhen::api::server {

bool ChunkQueue::push(std::string chunk) {
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

void ChunkQueue::end() {
  Ready waiting;
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    waiting = std::exchange(waiting_, nullptr);
  }
  if (waiting) waiting(std::nullopt);
}

void ChunkQueue::next(Ready ready) {
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

void ChunkQueue::cancel() {
  const std::lock_guard lock(mutex_);
  ended_ = true;
  waiting_ = nullptr;
  chunks_.clear();
  bytes_ = 0;
}

}  // namespace liuhen::api::server
