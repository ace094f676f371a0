// The clock of a program that runs for long: what the machine's clock says, unless that steps.
#pragma once

#include <functional>
#include <mutex>

#include "ledger/clock.h"

namespace liuhen::ledger {

// A recorded time cannot be taken back, and deadlines hang on it: a step of the machine's clock by
// more than this, either way, is not followed.
inline constexpr std::uint64_t kClockStepMaxS = 300;

// Goes on by the time since the machine was started (suspended or not) for as long as the other
// clock is further from that than kClockStepMaxS, and follows it again once it is not. What it said
// first is believed. Any thread.
class GuardedClock final : public Clock {
 public:
  using SinceBoot = std::function<std::uint64_t()>;  // seconds, never stepping

  // The other clock outlives it.
  explicit GuardedClock(Clock& other, SinceBoot since_boot = since_boot_s);

  std::uint64_t now_s() override;
  // `clock.stepped`: what the other clock says now is not followed.
  std::optional<Error> trouble() override;

  static std::uint64_t since_boot_s();

 private:
  std::uint64_t expected() const;

  Clock& other_;
  const SinceBoot since_boot_;
  std::mutex mutex_;  // guards what follows
  std::uint64_t followed_s_ = 0;
  std::uint64_t followed_at_ = 0;  // since boot
};

}  // namespace liuhen::ledger
