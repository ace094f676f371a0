#include "crypto/derived_salt.h"

#include <sodium.h>

namespace liuhen::crypto {

std::array<std::uint8_t, 32> derived_salt(const SigningSeed& seed, std::string_view context,
                                          View content) {
  static_assert(crypto_auth_hmacsha256_KEYBYTES == 32 && crypto_auth_hmacsha256_BYTES == 32);
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, seed.data(), seed.size());
  const std::uint8_t zero = 0;
  crypto_auth_hmacsha256_update(&state, view_of(context).data(), context.size());
  crypto_auth_hmacsha256_update(&state, &zero, 1);
  crypto_auth_hmacsha256_update(&state, content.data(), content.size());
  std::array<std::uint8_t, 32> salt;
  crypto_auth_hmacsha256_final(&state, salt.data());
  sodium_memzero(&state, sizeof(state));
  return salt;
}

}  // namespace liuhen::crypto
