// H(key ‖ id) for very many ids under one key: tickets of subjects, and the order of inspectors for
// a visit (docs/formats/draw.md sections 6 and 7). One SHA-256 block each, and no allocation.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "crypto/bytes.h"

namespace liuhen::crypto::draw {

class TicketHasher {
 public:
  static constexpr std::size_t kKeyBytes = 32;

  explicit TicketHasher(const Hash& key);

  // `id` must be of 1 to 23 bytes (kMaxIdBytes): with the key and the padding it fills one block.
  Hash of(std::string_view id) const;
  // The first eight bytes of the same as a big-endian number: enough to compare nearly all.
  std::uint64_t head(std::string_view id) const;

 private:
  using Words = std::array<std::uint32_t, 8>;
  Words compress(std::string_view id) const;

  Words start_;  // the state that SHA-256 starts from
  Hash key_;
};

}  // namespace liuhen::crypto::draw
