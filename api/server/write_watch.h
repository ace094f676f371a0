// For how long a write to the disk has been under way: on a disk that hangs nothing fails.
#pragma once

#include <atomic>
#include <chrono>
#include <limits>

namespace liuhen::api::server {

// Of the one thread that writes: one write at a time. Asked by any.
class WriteWatch {
 public:
  using Clock = std::chrono::steady_clock;

  void begun(Clock::time_point now) { since_ = now.time_since_epoch().count(); }
  void ended() { since_ = kNone; }
  Clock::duration under_way(Clock::time_point now) const {  // 0 while there is none
    const Clock::rep since = since_;
    if (since == kNone) return Clock::duration::zero();
    return now.time_since_epoch() - Clock::duration(since);
  }

 private:
  static constexpr Clock::rep kNone = std::numeric_limits<Clock::rep>::min();
  std::atomic<Clock::rep> since_ = kNone;
};

}  // namespace liuhen::api::server
