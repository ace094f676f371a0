#include "crypto/sealed_box.h"

#include <sodium.h>

#include <algorithm>

namespace liuhen::crypto {

namespace {

static_assert(kSealedBoxExtra == crypto_box_SEALBYTES);
using Point = std::array<std::uint8_t, crypto_box_PUBLICKEYBYTES>;
using Nonce = std::array<std::uint8_t, crypto_box_NONCEBYTES>;

// As crypto_box_seal has it: BLAKE2b over both public keys.
Nonce nonce_of(const Point& ephemeral, const Point& recipient) {
  Nonce nonce;
  crypto_generichash_state state;
  crypto_generichash_init(&state, nullptr, 0, nonce.size());
  crypto_generichash_update(&state, ephemeral.data(), ephemeral.size());
  crypto_generichash_update(&state, recipient.data(), recipient.size());
  crypto_generichash_final(&state, nonce.data(), nonce.size());
  return nonce;
}

Error no_key() {
  return fail("seal.key", "收件人的公钥不是 Ed25519 公钥，无法加密给他",
              "the recipient's key is no Ed25519 key: nothing can be sealed to it");
}

}  // namespace

Result<Bytes> seal(const KeyId& recipient, View message, Entropy& entropy) {
  Point to;
  if (crypto_sign_ed25519_pk_to_curve25519(to.data(), recipient.data()) != 0) return no_key();
  Secret<crypto_box_SECRETKEYBYTES> ephemeral;
  entropy.fill(ephemeral.writable());
  Point from;
  crypto_scalarmult_base(from.data(), ephemeral.data());
  Bytes out(message.size() + kSealedBoxExtra);
  std::ranges::copy(from, out.begin());
  const Nonce nonce = nonce_of(from, to);
  if (crypto_box_easy(out.data() + from.size(), message.data(), message.size(), nonce.data(),
                      to.data(), ephemeral.data()) != 0)
    return no_key();
  return out;
}

Result<SecretBytes> open_sealed(const SigningKey& key, View sealed) {
  const auto wrong = fail("seal.open", "密文打不开：不是加密给这把密钥的，或已被改动",
                          "it does not open: it was not sealed to this key, or was changed");
  if (sealed.size() < kSealedBoxExtra) return wrong;
  const SigningSeed seed = key.seed();
  Secret<crypto_sign_SECRETKEYBYTES> expanded;
  KeyId signing;
  crypto_sign_seed_keypair(signing.data(), expanded.data(), seed.data());
  Secret<crypto_box_SECRETKEYBYTES> secret;
  Point own;
  if (crypto_sign_ed25519_sk_to_curve25519(secret.data(), expanded.data()) != 0 ||
      crypto_sign_ed25519_pk_to_curve25519(own.data(), signing.data()) != 0)
    return wrong;
  SecretBytes message(sealed.size() - kSealedBoxExtra);
  if (crypto_box_seal_open(message.writable().data(), sealed.data(), sealed.size(), own.data(),
                           secret.data()) != 0)
    return wrong;
  return message;
}

}  // namespace liuhen::crypto
