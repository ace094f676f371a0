#include "crypto/aead.h"

#include <sodium/crypto_aead_xchacha20poly1305.h>

namespace liuhen::crypto {
namespace {

constexpr std::size_t kNonceSize = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTagSize = crypto_aead_xchacha20poly1305_ietf_ABYTES;
static_assert(kNonceSize + kTagSize == kAeadOverhead);

}  // namespace

Bytes seal(const AeadKey& key, View associated_data, View plain, Entropy& entropy) {
  Bytes out(kAeadOverhead + plain.size());
  entropy.fill(std::span(out).first(kNonceSize));
  crypto_aead_xchacha20poly1305_ietf_encrypt(
      out.data() + kNonceSize, nullptr, plain.data(), plain.size(), associated_data.data(),
      associated_data.size(), nullptr, out.data(), key.data());
  return out;
}

Result<SecretBytes> open(const AeadKey& key, View associated_data, View sealed) {
  const Error bad = fail("aead.open", "无法解密：密钥不对，或内容已被改动",
                         "cannot be decrypted: another key, or changed content");
  if (sealed.size() < kAeadOverhead) return bad;
  SecretBytes plain(sealed.size() - kAeadOverhead);
  const View ciphertext = sealed.subspan(kNonceSize);
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(
          plain.writable().data(), nullptr, nullptr, ciphertext.data(), ciphertext.size(),
          associated_data.data(), associated_data.size(), sealed.data(), key.data()) != 0) {
    return bad;
  }
  return plain;
}

}  // namespace liuhen::crypto
