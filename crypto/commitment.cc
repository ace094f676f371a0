#include "crypto/commitment.h"

#include "crypto/sha256.h"

namespace liuhen::crypto {

Commitment commit(const Salt& salt, View bytes) {
  return sha256({view_of("liuhen/restricted/v1"), View(salt), bytes});
}

bool opens(const Commitment& commitment, const Salt& salt, View bytes) {
  return commit(salt, bytes) == commitment;
}

}  // namespace liuhen::crypto
