#include "crypto/set_sum.h"

#include <sodium.h>

#include <bit>
#include <cstring>

namespace liuhen::crypto {

static_assert(crypto_shorthash_siphashx24_KEYBYTES == std::tuple_size_v<SetKey>);

SetKey fresh_set_key(Entropy& entropy) {
  SetKey key;
  entropy.fill(key);
  return key;
}

std::uint64_t fingerprint(const SetKey& key, std::string_view bytes) {
  std::uint64_t out = 0;
  crypto_shorthash_siphash24(reinterpret_cast<unsigned char*>(&out),
                             reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                             key.data());
  return out;
}

// value ‖ key ‖ length of the value, so that no two pairs are hashed alike.
void SetSum::add(std::string_view key, std::string_view value) {
  const std::uint64_t size = value.size();
  char length[sizeof size];
  std::memcpy(length, &size, sizeof size);
  buffer_.assign(value).append(key).append(length, sizeof length);
  std::uint64_t parts[2];
  crypto_shorthash_siphashx24(reinterpret_cast<unsigned char*>(parts),
                              reinterpret_cast<const unsigned char*>(buffer_.data()),
                              buffer_.size(), key_.data());
  low_ += parts[0];
  high_ += parts[1] + (low_ < parts[0] ? 1 : 0);
  ++count_;
}

}  // namespace liuhen::crypto
