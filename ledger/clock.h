// Where time comes from. An argument everywhere, so that tests and replays decide what it is.
#pragma once

#include <cstdint>

namespace liuhen::ledger {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual std::uint64_t
  now_s() = 0;  // Unix seconds; may step back, callers keep what they recorded monotone
};

class SystemClock final : public Clock {
 public:
  std::uint64_t now_s() override;
};

}  // namespace liuhen::ledger
