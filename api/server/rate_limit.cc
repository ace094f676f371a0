#include "api/server/rate_limit.h"

#include <algorithm>
#include <chrono>

#include "crypto/sha256.h"

namespace liuhen::api::server {
namespace {

constexpr std::uint64_t kSecondNs = 1'000'000'000;

}  // namespace

RateLimit::RateLimit(Rate rate, crypto::Entropy& entropy, std::size_t buckets)
    : interval_ns_(rate.per_s == 0 ? 0 : kSecondNs / rate.per_s),
      tolerance_ns_(interval_ns_ * (std::max(rate.burst, 1u) - 1u)),
      full_at_(rate.per_s == 0 ? 0 : buckets) {
  entropy.fill(salt_);
}

std::size_t RateLimit::bucket(std::string_view name) const {
  const Hash hash = crypto::sha256({salt_, view_of(name)});
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < 8; ++i) number = number << 8 | hash[i];
  return number % full_at_.size();
}

unsigned RateLimit::wait_s(std::uint64_t full_at, std::uint64_t now_ns) const {
  if (full_at <= now_ns + tolerance_ns_) return 0;
  return static_cast<unsigned>((full_at - now_ns - tolerance_ns_ + kSecondNs - 1) / kSecondNs);
}

unsigned RateLimit::take(std::string_view name, std::uint64_t now_ns) {
  if (interval_ns_ == 0) return 0;
  std::atomic<std::uint64_t>& full_at = full_at_[bucket(name)];
  std::uint64_t before = full_at.load();
  do {
    if (const unsigned wait = wait_s(before, now_ns)) return wait;
  } while (!full_at.compare_exchange_weak(before, std::max(before, now_ns) + interval_ns_));
  return 0;
}

unsigned RateLimit::wait_s(std::string_view name, std::uint64_t now_ns) const {
  return interval_ns_ == 0 ? 0 : wait_s(full_at_[bucket(name)].load(), now_ns);
}

void RateLimit::count(std::string_view name, std::uint64_t now_ns, std::uint32_t tokens) {
  if (interval_ns_ == 0) return;
  std::atomic<std::uint64_t>& full_at = full_at_[bucket(name)];
  std::uint64_t before = full_at.load();
  while (!full_at.compare_exchange_weak(before, std::max(before, now_ns) + tokens * interval_ns_)) {
  }
}

std::uint64_t steady_now_ns() {
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                        std::chrono::steady_clock::now().time_since_epoch())
                                        .count());
}

}  // namespace liuhen::api::server
