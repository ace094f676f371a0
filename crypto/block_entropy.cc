#include "crypto/block_entropy.h"

#include <sodium/utils.h>

#include <algorithm>

namespace liuhen::crypto {

void BlockEntropy::fill(std::span<std::uint8_t> out) {
  const std::lock_guard lock(mutex_);
  while (!out.empty()) {
    if (used_ == kBlockBytes) {
      source_.fill(block_.writable());
      used_ = 0;
    }
    const std::size_t some = std::min(out.size(), kBlockBytes - used_);
    const auto given = block_.writable().subspan(used_, some);
    std::ranges::copy(given, out.begin());
    sodium_memzero(given.data(), given.size());
    out = out.subspan(some);
    used_ += some;
  }
}

}  // namespace liuhen::crypto
