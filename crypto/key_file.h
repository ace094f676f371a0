// Key files: a secret seed with a label, plain or under a passphrase (docs/formats/key-file.md).
// One format for programs and pages. Text in, text out; reading, writing and file permissions are
// the caller's.
#pragma once

#include <optional>
#include <string>

#include "crypto/ed25519.h"

namespace liuhen::crypto {

inline constexpr std::size_t kMaxKeyFileSize = 4096;  // bytes
inline constexpr std::size_t kMaxKeyLabelSize = 200;  // bytes

// What Argon2id (RFC 9106, one lane) is to spend on one passphrase. The default takes about 0.1 s.
struct PassphraseCost {
  std::uint32_t passes = 3;
  std::uint64_t memory = 64u << 20;  // bytes, a multiple of 1024

  bool operator==(const PassphraseCost&) const = default;
};
inline constexpr std::uint32_t kMaxPassphrasePasses = 16;
inline constexpr std::uint64_t kMinPassphraseMemory = 8u << 10;
inline constexpr std::uint64_t kMaxPassphraseMemory = 1u << 30;

// A label is 1 to 200 bytes of UTF-8 without control characters, and neither begins nor ends with a
// space.
bool is_key_label(std::string_view label);

// The text of a key file that anyone who reads it can use. Fails with `key.label`.
Result<SecretBytes> format_key_file(std::string_view label, const SigningSeed& seed);

// The text of a key file that needs the passphrase, which is taken as its bytes are. Fails with
// `key.label`, `key.cost` (outside the bounds above) or `key.memory` (this machine has not that
// much).
Result<std::string> seal_key_file(std::string_view label, const SigningSeed& seed, View passphrase,
                                  const PassphraseCost& cost, Entropy& entropy);

// A key file that has been read. Move only.
class KeyFile {
 public:
  // Fails with `key.format`, or `key.cost` if opening it would take more than the bounds above.
  static Result<KeyFile> parse(View text);

  const std::string& label() const { return label_; }
  // What the file says; open() checks it against the seed.
  const KeyId& public_key() const { return public_key_; }
  bool needs_passphrase() const { return sealed_.has_value(); }

  // The seed. The passphrase is not looked at if none is needed. Fails with `key.passphrase`
  // (another passphrase, or a changed file), `key.memory`, or `key.format` if seed and public key
  // do not belong together.
  Result<SigningSeed> open(View passphrase = {}) const;

 private:
  struct Sealed {
    std::string header;  // everything above the last line: the associated data
    PassphraseCost cost;
    std::array<std::uint8_t, 16> salt;
    Bytes box;
  };

  KeyFile() = default;

  std::string label_;
  KeyId public_key_{};
  SigningSeed plain_;
  std::optional<Sealed> sealed_;
};

}  // namespace liuhen::crypto
