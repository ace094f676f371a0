// A message for the holder of an Ed25519 key alone: libsodium's crypto_box_seal under the X25519
// form of the key (RFC 7748, XSalsa20-Poly1305; docs/formats/draw.md section 11.2). Thread-safe.
#pragma once

#include "crypto/ed25519.h"

namespace liuhen::crypto {

inline constexpr std::size_t kSealedBoxExtra = 48;  // bytes more than the message

// Fails (`seal.key`) if the 32 bytes are no Ed25519 key.
Result<Bytes> seal(const KeyId& recipient, View message, Entropy& entropy);

// Fails (`seal.open`) unless it was sealed to this key, and is as it was.
Result<SecretBytes> open_sealed(const SigningKey& key, View sealed);

}  // namespace liuhen::crypto
