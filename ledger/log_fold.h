// What every log has to obey, whatever its events mean: positions, chain, times, origin, one use of
// an id. The sequencer, recovery and the verifier all fold with this.
#pragma once

#include <string>
#include <unordered_map>

#include "crypto/tree_history.h"
#include "ledger/event.h"
#include "ledger/log_keys.h"

namespace liuhen::ledger {

// Not thread-safe. About 110 bytes of memory for each entry.
class LogFold {
 public:
  // The first half of SHA-256(author ‖ id), by which an author's use of an intent id is known.
  struct UseKey {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    bool operator==(const UseKey&) const = default;
  };

  explicit LogFold(std::string origin) : origin_(std::move(origin)) {}
  // The fold that gave these, one of each an entry.
  LogFold(std::string origin, const std::vector<Hash>& leaves, const std::vector<UseKey>& uses,
          std::uint64_t last_time, LogKeys log_keys);

  // Why the event cannot be the next: `chain.position`, `chain.previous`, `chain.time`,
  // `intent.origin`, `intent.conflict` (its author has used the id), `intent.expired`,
  // `intent.expiry` (expires too late), and what LogKeys says. Neither authors' signatures nor
  // meaning are looked at.
  Outcome check(const Event& event) const;
  // Takes a checked event in.
  void append(const Event& event);

  const std::string& origin() const { return origin_; }
  std::uint64_t size() const { return tree_.size(); }
  std::uint64_t last_time() const { return last_time_; }
  const Hash& last_leaf() const { return last_leaf_; }
  const crypto::TreeHistory& tree() const { return tree_; }
  const LogKeys& log_keys() const { return log_keys_; }
  // Where the first author's intent of this id is.
  std::optional<std::uint64_t> find(const IntentView& intent) const;
  std::vector<UseKey> uses() const;  // by position

 private:
  struct UseHash {
    std::size_t operator()(const UseKey& key) const { return key.low; }
  };
  static UseKey use_of(const IntentView& intent);

  std::string origin_;
  crypto::TreeHistory tree_;
  LogKeys log_keys_;
  Hash last_leaf_{};
  std::uint64_t last_time_ = 0;
  std::unordered_map<UseKey, std::uint64_t, UseHash> uses_;
};

}  // namespace liuhen::ledger
