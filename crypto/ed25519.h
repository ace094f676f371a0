// Ed25519 (RFC 8032) with one rule of record for verification, so that everyone agrees at the
// edges: no cofactor, s < q, public key and R neither of small order nor encoded in a second way.
#pragma once

#include "crypto/random.h"
#include "crypto/secret.h"

namespace liuhen::crypto {

// The 32 bytes from which everything else about a key follows (RFC 8032 section 5.1.5).
using SigningSeed = Secret<32>;

// A private key. Move only; wiped when it goes. Thread-safe to use from several threads.
class SigningKey {
 public:
  explicit SigningKey(const SigningSeed& seed);
  static SigningKey generate(Entropy& entropy);

  const KeyId& public_key() const { return public_key_; }
  // Deterministic: one message has one signature.
  Signature sign(View message) const;
  // A copy of the seed, to be stored in a key file.
  SigningSeed seed() const;

 private:
  Secret<64> expanded_;  // seed and public key
  KeyId public_key_;
};

// Whether the signature of the message by the key is good.
[[nodiscard]] bool verify(const KeyId& key, View message, const Signature& signature);

// Whether the 32 bytes can be anyone's public key: a canonical encoding of a point of the
// prime-order subgroup, and not its identity. Every key an honest program makes is; others are
// refused at registration.
[[nodiscard]] bool is_valid_key(const KeyId& key);

}  // namespace liuhen::crypto
