// The narrow interface behind which RocksDB stands. Keys and values are bytes; keys sort bytewise.
// docs/formats/storage.md says what each family holds.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "crypto/bytes.h"

namespace liuhen::ledger {

enum class Family : std::uint8_t {
  entries,      // BE64 position → entry bytes
  tiles,        // BE8 level ‖ BE64 index ‖ BE16 width (0 full) → hashes
  checkpoints,  // BE64 size → signed note
  streams,      // stream ‖ 0x00 ‖ BE64 position → nothing
  intents,  // first author[32] ‖ intent id[16] → BE64 position ‖ SHA-256 of the intent bytes
  pending,  // SHA-256 of the intent bytes → half-signed intent
  restricted,   // commitment[32], or BE64 position: a block → encrypted salt and content, digest
  record_keys,  // commitment[32] → wrapped record key, likewise; kept apart so that destroying is
                // final
  meta,         // name → value
  snapshots,    // a cache of what the entries give (ledger/snapshot.h): nothing is held against it
};
inline constexpr std::size_t kFamilies = 10;
inline constexpr std::size_t kCheckedFamilies = 9;  // the first, which the entries determine
const char* name_of(Family family);

// BE64, so that keys sort as the numbers do; and the number in the first 8 bytes of a key, which
// are there.
std::string key_of_number(std::uint64_t number);
std::uint64_t number_of_key(std::string_view key);

// Changes that become durable together or not at all.
class Batch {
 public:
  struct Change {
    Family family;
    std::string key;
    std::optional<std::string> value;  // absent: delete
  };
  void put(Family family, std::string key, std::string value);
  void remove(Family family, std::string key);
  const std::vector<Change>& changes() const { return changes_; }
  bool empty() const { return changes_.empty(); }
  std::size_t bytes() const { return bytes_; }  // of the keys and values put

 private:
  std::vector<Change> changes_;
  std::size_t bytes_ = 0;
};

// What a storage tells operators of itself, at this moment.
struct StorageFigure {
  const char* name;  // in Prometheus' manner, its unit last
  const char* help;
  const char* family;  // null: of the whole
  std::uint64_t value;
};

// The disk is full or cannot be written, or too many files are open, which may pass:
// `storage.full`, `storage.read_only`, `storage.descriptors`.
bool is_passing(const Error& why);

// get and scan may be called from any thread at any time and see what was last committed; commit by
// one thread at a time. Errors: `storage.io`, `storage.full`, `storage.read_only`,
// `storage.damaged`, `storage.busy`.
class Storage {
 public:
  virtual ~Storage() = default;
  virtual Result<std::optional<std::string>> get(Family family, std::string_view key) = 0;
  // In key order from `from` on, until `visit` returns false.
  virtual Outcome scan(
      Family family, std::string_view from,
      const std::function<bool(std::string_view key, std::string_view value)>& visit) = 0;
  // Durable when it returns. On error nothing is known of what was written: stop and recover.
  virtual Outcome commit(const Batch& batch) = 0;
  // Of Family::snapshots alone: durable at some later time, and what came first no later than the
  // rest; a storage may as well keep nothing. By one thread at a time, which need not be the
  // committing one, nor wait for it.
  virtual Outcome store_cache(const Batch&) { return ok(); }
  // When it returns, values deleted from the family are in no file any more. Slow; by the
  // committing thread.
  virtual Outcome purge(Family) { return ok(); }
  // After a commit has failed: closes and opens again, as a new process would, while readers read
  // on. What failed may be there afterwards, whole or not at all. By the committing thread; on
  // error it can be tried again.
  virtual Outcome reopen() { return ok(); }
  // Why nothing can be committed until reopen() succeeds, if that is so from the start. Any thread.
  virtual std::optional<Error> held_back() const { return std::nullopt; }
  virtual std::vector<StorageFigure> figures() { return {}; }  // any thread
};

}  // namespace liuhen::ledger
