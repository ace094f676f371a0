// Key files on disk: readable by their owner alone, encrypted with a passphrase unless asked
// otherwise.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/ed25519.h"
#include "crypto/random.h"
#include "crypto/secret.h"

namespace liuhen::tools {

struct NamedKey {
  std::string label;  // the person the key belongs to
  crypto::SigningKey key;
};

// Where a passphrase comes from: --passphrase-file, the variable LIUHEN_PASSPHRASE, or the
// terminal.
struct PassphraseSource {
  std::string file;
  std::shared_ptr<const crypto::SecretBytes> known{};  // typed before; goes before all others
  void remember(std::string_view passphrase);
  // Without asking anyone: the file or the variable; absent if neither is there. Errors: `file.io`,
  // `key.passphrase_empty`.
  Result<std::optional<std::string>> given() const;
  // That, or what is typed, which is not shown. Errors: those, and `key.passphrase_missing` (there
  // is no terminal, or nothing was typed).
  Result<std::string> get(const std::string& prompt) const;
  // For a new key: typed twice. Errors: those, and `key.passphrase_mismatch`.
  Result<std::string> choose(const std::string& prompt, const std::string& again) const;
};
inline constexpr std::size_t kPassphraseBytesMax = 4096;  // of one that is typed

// Whether something is there other than an empty file, which is what write_secret_file leaves when
// it is killed. What is there is durable then: it may have been killed a moment later. Errors:
// `file.io`.
Result<bool> holds_secret(const std::string& path);

// A file that only its owner may read, durable with its name when it returns. Errors:
// `key_file.exists` (nothing is written over but an empty file that is one's own, by no other name,
// closed to others, and written by nobody else), `key_file.io`.
Outcome write_secret_file(const std::string& path, std::string_view text);

// Errors: `key_file.io`, `key_file.open_to_others` (group or others may read it), and those of the
// format.
Result<NamedKey> read_key(const std::string& path, const PassphraseSource& passphrase);
Result<NamedKey> make_key(const std::string& path, const std::string& label,
                          const std::optional<std::string>& passphrase, crypto::Entropy& entropy);

}  // namespace liuhen::tools
