// A ledger's directory: its name, its keys, and where things are in it.
#pragma once

#include <string>

#include "api/server/service.h"
#include "crypto/ed25519.h"

namespace liuhen::api::server {

// The files of DIR, by their paths.
struct Layout {
  explicit Layout(const std::string& dir);
  std::string dir, database, head, keys, about, beacons;
  std::string key(const std::string& name) const { return keys + "/" + name + ".key"; }
};

// What the service holds. Move only.
struct Keys {
  crypto::SigningKey log, platform;
  std::vector<crypto::SigningKey> other_log;  // of kOtherLogKeys, those that are there
  crypto::SigningSeed vrf;
  crypto::Secret<32> master;
};

// Beside `log` while the log changes its key: the one that is to follow, and the one before, by
// which checkpoints are signed as well as long as its file is there (docs/operate.md).
inline constexpr const char* kNewLogKey = "log-new";
inline constexpr const char* kOldLogKey = "log-old";

// DIR/ledger.json. Fails with `dir.absent` (no ledger there) or `dir.format`.
Result<std::string> read_origin(const Layout& layout);

// Writes DIR/ledger.json, which must not be there. Fails with `key_file.io`.
Outcome write_origin(const Layout& layout, const std::string& origin);

// The key that is to follow takes its place, and the one before stays as kOldLogKey. Whatever stops
// it halfway, the files there are all that a start needs, and doing it again finishes it. Fails
// with `key_file.io`.
Outcome place_new_log_key(const Layout& layout);

// Fails with `key_file.io`, `key_file.open_to_others`, or as crypto::KeyFile does.
Result<Keys> read_keys(const Layout& layout, const std::string& passphrase);

}  // namespace liuhen::api::server
