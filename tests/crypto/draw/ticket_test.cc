#include "crypto/draw/ticket.h"

#include <gtest/gtest.h>
#include <sodium/crypto_hash_sha256.h>

#include "crypto/draw/rows.h"

namespace liuhen::crypto::draw {
namespace {

// The block is put together here and not by a library of hashes, by the length of the id.
TEST(TicketHasher, AgreesWithAnotherImplementationAtEveryLength) {
  Hash key;
  for (std::size_t i = 0; i < key.size(); ++i) key[i] = static_cast<std::uint8_t>(17 * i + 3);
  const TicketHasher hasher(key);
  for (std::size_t size = 1; size <= kMaxIdBytes; ++size) {
    Bytes message(key.begin(), key.end());
    // Of bytes of which none is like another; no more of them than the id has may be read.
    for (std::size_t i = 0; i < size; ++i)
      message.push_back(static_cast<std::uint8_t>(0xe9 - 7 * i));
    const auto text = reinterpret_cast<const char*>(message.data()) + key.size();
    Hash expected;
    crypto_hash_sha256(expected.data(), message.data(), message.size());
    EXPECT_EQ(hasher.of({text, size}), expected) << size;
    std::uint64_t head = 0;
    for (std::size_t i = 0; i < 8; ++i) head = head << 8 | expected[i];
    EXPECT_EQ(hasher.head({text, size}), head) << size;
  }
}

}  // namespace
}  // namespace liuhen::crypto::draw
