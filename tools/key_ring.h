// Key files on disk: readable by their owner alone, encrypted with a passphrase unless asked
// otherwise.
#pragma once

#include <optional>
#include <string>

#include "crypto/ed25519.h"
#include "crypto/random.h"

namespace liuhen::tools {

struct NamedKey {
  std::string label;  // the person the key belongs to
  crypto::SigningKey key;
};

// Where a passphrase comes from: --passphrase-file, the variable LIUHEN_PASSPHRASE, or the
// terminal.
struct PassphraseSource {
  std::string file;
  // Without asking anyone: the file or the variable; absent if neither is there.
  std::optional<std::string> given() const;
  // Absent when none was given and there is no terminal to ask on. `confirm` asks twice.
  std::optional<std::string> get(const std::string& prompt, bool confirm) const;
};

// Errors: `key_file.exists` (nothing is overwritten), `key_file.io`.
Outcome write_secret_file(const std::string& path, std::string_view text);

// Errors: `key_file.io`, `key_file.open_to_others` (group or others may read it), and those of the
// format.
Result<NamedKey> read_key(const std::string& path, const PassphraseSource& passphrase);
Result<NamedKey> make_key(const std::string& path, const std::string& label,
                          const std::optional<std::string>& passphrase, crypto::Entropy& entropy);

}  // namespace liuhen::tools
