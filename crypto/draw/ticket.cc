#include "crypto/draw/ticket.h"

#include <openssl/sha.h>

#include <algorithm>
#include <bit>
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

std::uint64_t little_endian(std::uint64_t word) {
  return std::endian::native == std::endian::little ? word : __builtin_bswap64(word);
}

// Up to eight bytes as a little-endian number; nothing beyond them is read.
std::uint64_t load(const char* bytes, std::size_t count) {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < count; ++i)
    word |= std::uint64_t{static_cast<std::uint8_t>(bytes[i])} << (8 * i);
  return word;
}
std::uint64_t load_eight(const char* bytes) {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof word);
  return little_endian(word);
}

// The half of the block after the key: the id, the bit that ends the message, zeros, and its length
// in bits. The parts are put together in registers and stored by 16 bytes, as the compression reads
// them: what was stored in smaller parts is waited for, for a fifth of the time that a block takes.
void put_id(std::string_view id, std::uint8_t* half) {
  const char* const bytes = id.data();
  const std::size_t size = id.size();
  const std::uint64_t end = std::uint64_t{0x80} << (8 * (size % 8));
  std::uint64_t first = 0, second = 0, third = 0;
  if (size > 16) {
    first = load_eight(bytes);
    second = load_eight(bytes + 8);
    third = load_eight(bytes + size - 8) >> (8 * (24 - size)) | end;
  } else if (size == 16) {
    first = load_eight(bytes);
    second = load_eight(bytes + 8);
    third = end;
  } else if (size > 8) {
    first = load_eight(bytes);
    second = load_eight(bytes + size - 8) >> (8 * (16 - size)) | end;
  } else if (size == 8) {
    first = load_eight(bytes);
    second = end;
  } else {
    first = load(bytes, size) | end;
  }
  const std::uint64_t bits = 8 * (TicketHasher::kKeyBytes + size);
  const std::uint64_t length = (bits >> 8 | (bits & 0xff) << 8) << 48;
  using Sixteen = std::uint64_t __attribute__((vector_size(16)));
  const Sixteen low = {little_endian(first), little_endian(second)};
  const Sixteen high = {little_endian(third), little_endian(length)};
  std::memcpy(half, &low, sizeof low);
  std::memcpy(half + sizeof low, &high, sizeof high);
}

}  // namespace

TicketHasher::TicketHasher(const Hash& key) : key_(key) {
  std::ranges::copy(start_of_sha256().h, start_.begin());
}

TicketHasher::Words TicketHasher::compress(std::string_view id) const {
  LIUHEN_CHECK(!id.empty() && id.size() <= kMaxIdBytes);
  static_assert(kKeyBytes + kMaxIdBytes + 1 + 8 == SHA256_CBLOCK);
  alignas(16) std::array<std::uint8_t, SHA256_CBLOCK> block;
  std::memcpy(block.data(), key_.data(), kKeyBytes);  // of a length known here: not called
  put_id(id, block.data() + kKeyBytes);
  SHA256_CTX context;  // of which only the words are used
  std::memcpy(context.h, start_.data(), sizeof context.h);
  SHA256_Transform(&context, block.data());
  Words words;
  std::memcpy(words.data(), context.h, sizeof context.h);
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
