// Authenticated encryption, XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03;
// docs/formats/restricted.md).
#pragma once

#include "crypto/random.h"
#include "crypto/secret.h"

namespace liuhen::crypto {

using AeadKey = Secret<32>;
inline constexpr std::size_t kAeadOverhead = 24 + 16;  // nonce in front, tag at the end

// nonce[24] ‖ ciphertext ‖ tag[16], with a fresh nonce. The associated data are not part of it, and
// have to be the same at both ends: say in them what the content is and where it belongs.
Bytes seal(const AeadKey& key, View associated_data, View plain, Entropy& entropy);

// Fails (`aead.open`), without saying more, if key, associated data or any byte is another.
Result<SecretBytes> open(const AeadKey& key, View associated_data, View sealed);

}  // namespace liuhen::crypto
