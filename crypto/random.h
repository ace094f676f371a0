// Randomness is an argument: whatever needs it takes an Entropy.
#pragma once

#include <cstdint>
#include <span>

namespace liuhen::crypto {

class Entropy {
 public:
  virtual ~Entropy() = default;
  // Fills every byte with unpredictable bytes.
  virtual void fill(std::span<std::uint8_t> out) = 0;
};

// The operating system's generator. Thread-safe.
class SystemEntropy final : public Entropy {
 public:
  SystemEntropy();
  void fill(std::span<std::uint8_t> out) override;
};

// Prepares the library below for its fastest code on this processor; aborts if it cannot be used.
// Every program calls it first; calling it again does nothing. Thread-safe.
void initialise();

}  // namespace liuhen::crypto
