// How often someone may act: a token bucket for each name, in memory that does not grow.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "api/limits.h"
#include "crypto/random.h"

namespace liuhen::api::server {

struct Rate {
  std::uint32_t per_s = 0;  // 0: no limit
  std::uint32_t burst = 1;  // at once, after a while of rest
};

// Names fall into a fixed number of buckets, by a hash that nobody outside can compute: two that
// share one share its tokens as well, which with kRateBuckets is rare and cannot be brought about.
// A bucket is one number, the time at which it would be full again (the generic cell rate
// algorithm, which is a token bucket). Times are of a steady clock, in nanoseconds from anywhere.
// Thread-safe, without locks.
class RateLimit {
 public:
  RateLimit(Rate rate, crypto::Entropy& entropy, std::size_t buckets = kRateBuckets);

  // Takes a token. 0 if there was one; otherwise nothing is taken, and so many seconds, rounded
  // up, have to pass before there is one.
  unsigned take(std::string_view name, std::uint64_t now_ns);
  // The same answer without taking one, and taking one though there may be none: for those whose
  // name is only a claim until it has been checked.
  unsigned wait_s(std::string_view name, std::uint64_t now_ns) const;
  void count(std::string_view name, std::uint64_t now_ns, std::uint32_t tokens = 1);

 private:
  std::size_t bucket(std::string_view name) const;
  unsigned wait_s(std::uint64_t full_at, std::uint64_t now_ns) const;

  const std::uint64_t interval_ns_;   // between two tokens; 0: no limit
  const std::uint64_t tolerance_ns_;  // how far ahead a bucket's time may be when one is taken
  std::array<std::uint8_t, 16> salt_;
  std::vector<std::atomic<std::uint64_t>> full_at_;
};

// Of the process's steady clock.
std::uint64_t steady_now_ns();

}  // namespace liuhen::api::server
