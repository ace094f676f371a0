// Restricted content of an entry with many commitments, in one value, and its record keys in
// another, under the entry's position (docs/formats/storage.md): what is written grows at its end,
// where a key a record would go all over the family.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/event.h"
#include "ledger/restricted.h"

namespace liuhen::ledger {

// Borrows the value that it was read from.
struct BlockRecord {
  std::string_view commitment;  // 32 bytes
  std::string_view sealed;
};

// Absent unless the value is as it was written: whole, of one record or more. Needs no key.
std::optional<std::vector<BlockRecord>> read_block(std::string_view value);

// Positions begin with a zero byte and have 8; what stands alone is under the 32 of its commitment.
bool is_block_key(std::string_view key);
// What a half-signed intent brought is in blocks too, under this and the 32 of the intent's hash.
inline constexpr std::string_view kHalfSignedPrefix = "half";
bool is_half_signed_key(std::string_view key);

// Openings encrypted as RestrictedStore::put does, each with a record key of its own, and not
// placed yet: blocks of content and of record keys, in the order in which the openings came. Both
// are empty if there were none.
struct SealedContent {
  std::string contents, keys;
};
SealedContent seal(RestrictedStore& store, const std::vector<Opening>& openings);  // any thread
std::vector<Hash> commitments_in(const SealedContent& sealed);
// What the first has, and what only the other has.
SealedContent joined(const SealedContent& first, SealedContent other);
SealedContent without(const SealedContent& sealed, const std::set<Hash>& commitments);
// What of these stands alone.
Result<SealedContent> standing_alone(Storage& storage, const std::vector<Hash>& commitments);
// As RestrictedStore::get.
Result<std::optional<Opening>> open_sealed(RestrictedStore& store, const SealedContent& sealed,
                                           const Hash& commitment);

// As what an entry's intent brought: in blocks if it carries many commitments, else alone. Whether
// in blocks.
bool put_content(const Event& event, SealedContent sealed, Batch& batch);
// As the content of the entry at `position`.
void put_block(std::uint64_t position, SealedContent sealed, Batch& batch);
// As that of the half-signed intent of the hash: in place of what was there, which is removed if
// there is none.
void put_half_signed(const Hash& intent, SealedContent sealed, Batch& batch);
Result<SealedContent> half_signed_content(Storage& storage, const Hash& intent);
Result<bool> has_half_signed_content(Storage& storage, const Hash& intent);
// As RestrictedStore::put does, but only what is `wanted`.
void put_each(const SealedContent& sealed, const std::function<bool(const Hash&)>& wanted,
              Batch& batch);

// Takes what was erased out of the blocks of earlier entries than the one that erased it, whether
// stored or put in the batch before. Reads all stored record keys that are in blocks, once. Needs
// no key. Errors: `restricted.damaged`, and those of Storage.
Outcome erase_in_blocks(Storage& storage, const std::map<Hash, std::uint64_t>& erased_at,
                        Batch& batch);

// As RestrictedStore::get, of what came with the entry at `position`, in its block or alone. Holds
// the block that it read last: content of one entry is asked for together. Used by one thread; the
// store outlives it.
class BlockReader {
 public:
  explicit BlockReader(RestrictedStore& store) : store_(store) {}
  Result<std::optional<Opening>> get(const Hash& commitment, std::uint64_t position);

 private:
  RestrictedStore& store_;
  std::optional<std::uint64_t> position_;
  std::unique_ptr<Storage> records_;  // each as if it had been put by itself
};

// As RestrictedStore::get, of what is in the block of the entry at `position`.
Result<std::optional<Opening>> open_in_block(Storage& storage, const crypto::Secret<32>& master_key,
                                             std::uint64_t position, const Hash& commitment);

}  // namespace liuhen::ledger
