// Whether two ways to the same set agree, in constant memory and whatever the order: a sum of keyed
// hashes, under a key that nobody who made the sets can have known.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "crypto/random.h"

namespace liuhen::crypto {

using SetKey = std::array<std::uint8_t, 16>;
SetKey fresh_set_key(Entropy& entropy);

// SipHash-2-4 with 64 bits of what is stored under a key; a match by chance is one in 2⁶⁴.
std::uint64_t fingerprint(const SetKey& key, std::string_view bytes);

// SipHash-2-4 with 128 bits, added modulo 2¹²⁸, and a count. Different sets of pairs under one
// fresh key have equal sums by chance only, once in 2¹²⁸. Not thread-safe.
class SetSum {
 public:
  explicit SetSum(const SetKey& key) : key_(key) {}
  void add(std::string_view key, std::string_view value);
  bool operator==(const SetSum& other) const {
    return count_ == other.count_ && high_ == other.high_ && low_ == other.low_;
  }

 private:
  SetKey key_;
  std::uint64_t count_ = 0, high_ = 0, low_ = 0;
  std::string buffer_;
};

}  // namespace liuhen::crypto
