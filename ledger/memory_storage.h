// A Storage in memory that fails on command, for tests and for trying things out.
#pragma once

#include <map>
#include <mutex>

#include "ledger/storage.h"

namespace liuhen::ledger {

// Thread-safe. What was committed outlives failures, as a disk's content does.
class MemoryStorage final : public Storage {
 public:
  using Contents = std::array<std::map<std::string, std::string, std::less<>>, kFamilies>;

  Result<std::optional<std::string>> get(Family family, std::string_view key) override;
  Outcome scan(Family family, std::string_view from,
               const std::function<bool(std::string_view, std::string_view)>& visit) override;
  Outcome commit(const Batch& batch) override;
  Outcome store_cache(const Batch& batch) override;

  // The nth commit from now on, and all after it, fail with `storage.io`; the nth has taken effect
  // all the same if `persisted`. 1 is the next.
  void fail_commit(std::uint64_t nth, bool persisted);
  // The nth call of store_cache from now on, and all after it, fail with `storage.io`.
  void fail_cache(std::uint64_t nth);
  void fail_reads(bool failing);
  void heal();

  Contents contents() const;                 // a copy
  void replace_contents(Contents contents);  // what someone did to the disk behind our back
  std::uint64_t commits() const;             // that took effect

 private:
  void change(const Batch& batch);

  mutable std::mutex mutex_;
  Contents contents_;
  std::uint64_t commits_ = 0;
  std::uint64_t until_failure_ = 0;  // 0: never
  std::uint64_t until_cache_failure_ = 0;
  bool persisted_ = false;
  bool broken_ = false;
  bool reads_fail_ = false;
};

}  // namespace liuhen::ledger
