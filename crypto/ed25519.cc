#include "crypto/ed25519.h"

#include <sodium/crypto_core_ed25519.h>
#include <sodium/crypto_sign_ed25519.h>

namespace liuhen::crypto {

SigningKey::SigningKey(const SigningSeed& seed) {
  crypto_sign_ed25519_seed_keypair(public_key_.data(), expanded_.data(), seed.data());
}

SigningKey SigningKey::generate(Entropy& entropy) {
  SigningSeed seed;
  entropy.fill(seed.writable());
  return SigningKey(seed);
}

Signature SigningKey::sign(View message) const {
  Signature out;
  crypto_sign_ed25519_detached(out.data(), nullptr, message.data(), message.size(),
                               expanded_.data());
  return out;
}

SigningSeed SigningKey::seed() const { return SigningSeed(expanded_.view().first<32>()); }

bool verify(const KeyId& key, View message, const Signature& signature) {
  return crypto_sign_ed25519_verify_detached(signature.data(), message.data(), message.size(),
                                             key.data()) == 0;
}

bool is_valid_key(const KeyId& key) { return crypto_core_ed25519_is_valid_point(key.data()) == 1; }

}  // namespace liuhen::crypto
