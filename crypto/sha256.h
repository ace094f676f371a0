// SHA-256 (FIPS 180-4), fast for the short messages of which trees and draws are made.
#pragma once

#include <openssl/sha.h>

#include <initializer_list>

#include "crypto/bytes.h"

namespace liuhen::crypto {

// The digest of the bytes, or of the parts one after another with nothing between them.
Hash sha256(View bytes);
Hash sha256(std::initializer_list<View> parts);

// The same in pieces. A copy is an independent hash of what has been added so far: a common prefix
// need be hashed only once. Not thread-safe.
class Sha256 {
 public:
  Sha256();
  Sha256& update(View bytes);
  // The digest of everything added. Call once; the object may then only be destroyed or assigned
  // to.
  Hash finish();

 private:
  SHA256_CTX context_;
};

}  // namespace liuhen::crypto
