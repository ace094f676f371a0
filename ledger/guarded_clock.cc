#include "ledger/guarded_clock.h"

#include <algorithm>
#include <ctime>
#include <utility>

namespace liuhen::ledger {
namespace {

std::uint64_t apart(std::uint64_t a, std::uint64_t b) { return std::max(a, b) - std::min(a, b); }

}  // namespace

GuardedClock::GuardedClock(Clock& other, SinceBoot since_boot)
    : other_(other),
      since_boot_(std::move(since_boot)),
      followed_s_(other_.now_s()),
      followed_at_(since_boot_()) {}

std::uint64_t GuardedClock::since_boot_s() {
  timespec now{};
  LIUHEN_CHECK(::clock_gettime(CLOCK_BOOTTIME, &now) == 0);
  return static_cast<std::uint64_t>(now.tv_sec);
}

std::uint64_t GuardedClock::expected() const {
  return followed_s_ + (since_boot_() - followed_at_);
}

std::uint64_t GuardedClock::now_s() {
  const std::lock_guard lock(mutex_);
  const std::uint64_t said = other_.now_s();
  const std::uint64_t wanted = expected();
  if (apart(said, wanted) > kClockStepMaxS) return wanted;
  followed_s_ = said;
  followed_at_ = since_boot_();
  return said;
}

std::optional<Error> GuardedClock::trouble() {
  const std::lock_guard lock(mutex_);
  const std::uint64_t said = other_.now_s();
  const std::uint64_t wanted = expected();
  if (apart(said, wanted) <= kClockStepMaxS) return std::nullopt;
  const std::string step = std::to_string(apart(said, wanted));
  const bool ahead = said > wanted;
  return fail(
      "clock.stepped",
      "本机时钟突然" + std::string(ahead ? "拨快" : "拨慢") + "了 " + step +
          " 秒，未予采用，仍按启动以来的时间记录；请校准时钟，若新时间才对，重启本程序",
      "this machine's clock was suddenly put " + std::string(ahead ? "forward" : "back") + " by " +
          step +
          " s and is not followed: time goes on as before; set the clock right, or, if what "
          "it says now is right, start this program anew");
}

}  // namespace liuhen::ledger
