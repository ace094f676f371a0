#include "crypto/random.h"

#include <sodium/core.h>
#include <sodium/randombytes.h>

#include "crypto/result.h"

namespace liuhen::crypto {

SystemEntropy::SystemEntropy() { initialise(); }

void SystemEntropy::fill(std::span<std::uint8_t> out) { randombytes_buf(out.data(), out.size()); }

void initialise() { LIUHEN_CHECK(sodium_init() >= 0); }

}  // namespace liuhen::crypto
