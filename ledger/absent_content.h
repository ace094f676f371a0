// What entries commit to and is not there: lost, or never handed over, which nobody can tell apart.
#pragma once

#include <set>
#include <vector>

#include "crypto/set_sum.h"
#include "ledger/event.h"
#include "ledger/storage.h"

namespace liuhen::ledger {

struct AbsentContent {
  std::uint64_t position = 0;  // of the first entry that commits to it
  Hash commitment{};
};

// 16 bytes for each commitment, and 32 for each that was erased. Not thread-safe.
class ContentCheck {
 public:
  explicit ContentCheck(crypto::Entropy& entropy) : key_(crypto::fresh_set_key(entropy)) {}

  // In order. Of an objection nothing is asked: its text may stay with whoever filed it, and no
  // draw hangs on it.
  void add(const Event& event);

  // Of the events added, what has no record key and what no RecordsErased names, by position. Of a
  // storage that was found to hold content and keys of the same (ledger/dir_check.h). Fails as the
  // storage does. To be called once.
  Result<std::vector<AbsentContent>> absent(Storage& storage);

 private:
  struct Commitment {
    std::uint64_t fingerprint = 0, position = 0;
    auto operator<=>(const Commitment&) const = default;
  };
  Result<std::vector<std::uint64_t>> fingerprints_there(Storage& storage) const;

  const crypto::SetKey key_;
  std::vector<Commitment> commitments_;
  std::set<Hash> erased_;
};

}  // namespace liuhen::ledger
