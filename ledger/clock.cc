#include "ledger/clock.h"

#include <chrono>

namespace liuhen::ledger {

std::uint64_t SystemClock::now_s() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::seconds>(since).count());
}

}  // namespace liuhen::ledger
