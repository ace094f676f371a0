// Salts that are secret and yet the same each time: the same content imported again by the same
// person gets the same commitment, so that nothing changes in the log.
#pragma once

#include <string_view>

#include "crypto/ed25519.h"

namespace liuhen::crypto {

// HMAC-SHA-256 over context ‖ 0x00 ‖ content, keyed with the seed. Whoever lacks the seed cannot
// guess it, and so cannot try out what a commitment hides. Thread-safe.
std::array<std::uint8_t, 32> derived_salt(const SigningSeed& seed, std::string_view context,
                                          View content);

}  // namespace liuhen::crypto
