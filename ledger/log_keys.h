// Which key signs a log's checkpoints, by their size: the genesis names the first, and each change
// the next. A change is an EvidenceAttached about "genesis", which every version of the schema has;
// its note is a signed note of its own, by the key before and by the one that follows
// (docs/formats/checkpoint.md, "A new key").
#pragma once

#include <optional>
#include <vector>

#include "crypto/note.h"
#include "ledger/event.h"

namespace liuhen::ledger {

inline constexpr const char* kKeyChangeAbout = "genesis";
inline constexpr const char* kKeyChangeKind = "log-key";

// What both keys have signed.
struct LogKeyChange {
  crypto::NoteKey before, key;  // of one name, the log's
  std::string reason;           // one line
};

// The note that says so, by both keys. The reason has neither control characters nor nothing in it.
std::string sign_key_change(const std::string& origin, const crypto::SigningKey& before,
                            const crypto::SigningKey& key, const std::string& reason);
// The exact inverse. Fails with `log_key.format`, or `log_key.signature` unless both signed it.
Result<LogKeyChange> open_key_change(std::string_view note);

// Whether the event changes the log's key; and what it says.
bool is_key_change(const Event& event);
Result<LogKeyChange> key_change_in(const Event& event);

// From which size on a key signs.
struct LogKeyTerm {
  std::uint64_t from = 0;
  KeyId key{};
};

// Not thread-safe.
class LogKeys {
 public:
  LogKeys() = default;
  explicit LogKeys(std::vector<LogKeyTerm> terms) : terms_(std::move(terms)) {}

  // Why the event cannot change the key now: as open_key_change, and `log_key.before` (it replaces
  // another key than the one in force), `log_key.known` (the key signed before). Of other events
  // nothing is asked.
  Outcome check(const Event& event) const;
  void append(const Event& event);  // that has been checked

  // In order; empty before a genesis.
  const std::vector<LogKeyTerm>& terms() const { return terms_; }
  // Of the checkpoint of so many entries; absent before a genesis.
  std::optional<KeyId> at(std::uint64_t size) const;
  bool has(const KeyId& key) const;
  // All of them under the log's name.
  std::vector<crypto::NoteKey> note_keys(const std::string& origin) const;

 private:
  std::vector<LogKeyTerm> terms_;
};

}  // namespace liuhen::ledger
