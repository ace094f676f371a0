#include "crypto/draw/ticket.h"

#include <openssl/sha.h>

#include <algorithm>
#include <cstring>

#include "crypto/draw/rows.h"

// As in crypto/sha256.cc: the plain functions of OpenSSL run on the processor's SHA extensions and
// allocate nothing. A message whose padded form is one block needs only the compression of that
// block.
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

namespace liuhen::crypto::draw {

namespace {

const SHA256_CTX& start_of_sha256() {
  static const SHA256_CTX start = [] {
    SHA256_CTX context;
    SHA256_Init(&context);
    return context;
  }();
  return start;
}

}  // namespace

TicketHasher::TicketHasher(const Hash& key) {
  std::ranges::copy(start_of_sha256().h, start_.begin());
  std::ranges::copy(key, block_.begin());
}

TicketHasher::Words TicketHasher::compress(std::string_view id) const {
  LIUHEN_CHECK(!id.empty() && id.size() <= kMaxIdBytes);
  std::array<std::uint8_t, SHA256_CBLOCK> block = block_;
  std::memcpy(block.data() + kKeyBytes, id.data(), id.size());
  const std::size_t length = kKeyBytes + id.size();
  block[length] = 0x80;
  block[62] = static_cast<std::uint8_t>(length * 8 >> 8);
  block[63] = static_cast<std::uint8_t>(length * 8);
  SHA256_CTX context;  // of which only the words are used
  std::ranges::copy(start_, context.h);
  SHA256_Transform(&context, block.data());
  Words words;
  std::ranges::copy(context.h, words.begin());
  return words;
}

Hash TicketHasher::of(std::string_view id) const {
  const Words words = compress(id);
  Hash out;
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = static_cast<std::uint8_t>(words[i / 4] >> (24 - 8 * (i % 4)));
  }
  return out;
}

std::uint64_t TicketHasher::head(std::string_view id) const {
  const Words words = compress(id);
  return std::uint64_t{words[0]} << 32 | words[1];
}

}  // namespace liuhen::crypto::draw
