// Random bytes of a source, taken from it many at a time.
#pragma once

#include <mutex>

#include "crypto/random.h"
#include "crypto/secret.h"

namespace liuhen::crypto {

// For whoever needs a few at a time, often: a system call for each would cost more than what is
// done with them. Bytes are given once, and wiped as they are. Any thread.
class BlockEntropy final : public Entropy {
 public:
  explicit BlockEntropy(Entropy& source) : source_(source) {}
  void fill(std::span<std::uint8_t> out) override;

 private:
  static constexpr std::size_t kBlockBytes = 4'096;

  Entropy& source_;
  std::mutex mutex_;  // guards what follows
  Secret<kBlockBytes> block_;
  std::size_t used_ = kBlockBytes;
};

}  // namespace liuhen::crypto
