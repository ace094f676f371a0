// Where time comes from. An argument everywhere, so that tests and replays decide what it is.
#pragma once

#include <cstdint>
#include <optional>

#include "crypto/result.h"

namespace liuhen::ledger {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual std::uint64_t
  now_s() = 0;  // Unix seconds; may step back, callers keep what they recorded monotone
  // Why it does not go by the machine's clock, if it does not.
  virtual std::optional<Error> trouble() { return std::nullopt; }
};

class SystemClock final : public Clock {
 public:
  std::uint64_t now_s() override;
};

}  // namespace liuhen::ledger
