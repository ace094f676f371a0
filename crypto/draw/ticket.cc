#include "crypto/draw/ticket.h"

#include <openssl/sha.h>

#include <cstring>

#include "crypto/draw/rows.h"

// As in crypto/sha256.cc: the plain functions of OpenSSL run on the processor's SHA extensions and
// allocate nothing. A message whose padded form is one block needs only the compression of that
// block.
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

namespace liuhen::crypto::draw {

namespace {

SHA256_CTX compress(const Hash& key, std::string_view id) {
  LIUHEN_CHECK(!id.empty() && id.size() <= kMaxIdBytes);
  std::array<std::uint8_t, 64> block{};
  std::memcpy(block.data(), key.data(), key.size());
  std::memcpy(block.data() + key.size(), id.data(), id.size());
  const std::size_t length = key.size() + id.size();
  block[length] = 0x80;
  block[62] = static_cast<std::uint8_t>(length * 8 >> 8);
  block[63] = static_cast<std::uint8_t>(length * 8);
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Transform(&context, block.data());
  return context;
}

}  // namespace

Hash TicketHasher::of(std::string_view id) const {
  const SHA256_CTX context = compress(key_, id);
  Hash out;
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = static_cast<std::uint8_t>(context.h[i / 4] >> (24 - 8 * (i % 4)));
  }
  return out;
}

std::uint64_t TicketHasher::head(std::string_view id) const {
  const SHA256_CTX context = compress(key_, id);
  return std::uint64_t{context.h[0]} << 32 | context.h[1];
}

}  // namespace liuhen::crypto::draw
