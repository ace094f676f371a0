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
  crypto::SigningSeed vrf;
  crypto::Secret<32> master;
};

// DIR/ledger.json. Fails with `dir.absent` (no ledger there) or `dir.format`.
Result<std::string> read_origin(const Layout& layout);

// Writes DIR/ledger.json, which must not be there. Fails with `key_file.io`.
Outcome write_origin(const Layout& layout, const std::string& origin);

// Fails with `key_file.io`, `key_file.open_to_others`, or as crypto::KeyFile does.
Result<Keys> read_keys(const Layout& layout, const std::string& passphrase);

}  // namespace liuhen::api::server
