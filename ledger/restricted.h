// Content behind commitments (docs/formats/restricted.md): encrypted with a key per record; record
// keys are wrapped by a master key that lives outside the database, so that destroying a key is
// final.
#pragma once

#include "crypto/random.h"
#include "crypto/secret.h"
#include "ledger/storage.h"

namespace liuhen::ledger {

// What a commitment hides.
struct Opening {
  Hash commitment{};
  std::array<std::uint8_t, 32> salt{};
  Bytes bytes;
};

// Whether a stored value ends with SHA-256(commitment ‖ what is before); needs no key.
[[nodiscard]] bool restricted_value_intact(std::string_view commitment, std::string_view value);

// Of what stands alone (else ledger/content_block.h). Any thread; put, erase only add to a batch.
class RestrictedStore {
 public:
  RestrictedStore(Storage& storage, const crypto::Secret<32>& master_key, crypto::Entropy& entropy)
      : storage_(storage), master_key_(master_key), entropy_(entropy) {}

  // Absent if nothing was stored or its key was destroyed. `restricted.damaged` if it does not
  // decrypt or does not open its commitment.
  Result<std::optional<Opening>> get(const Hash& commitment);
  void put(const Opening& opening, Batch& batch);
  // Removes the record key, and the content that nobody can read without it.
  void erase(const Hash& commitment, Batch& batch);

  // Of the same master key.
  RestrictedStore over(Storage& storage) const { return {storage, master_key_, entropy_}; }

 private:
  friend class BlockReader;  // ledger/content_block.h
  Storage& storage_;
  const crypto::Secret<32>& master_key_;
  crypto::Entropy& entropy_;
};

}  // namespace liuhen::ledger
