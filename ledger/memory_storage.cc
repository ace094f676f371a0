#include "ledger/memory_storage.h"

namespace liuhen::ledger {
namespace {

Error commanded() { return fail("storage.io", "按测试要求出错", "failed as commanded"); }

}  // namespace

Result<std::optional<std::string>> MemoryStorage::get(Family family, std::string_view key) {
  const std::lock_guard lock(mutex_);
  if (reads_fail_) return commanded();
  const auto& contents = contents_[static_cast<std::size_t>(family)];
  const auto found = contents.find(key);
  if (found == contents.end()) return std::optional<std::string>();
  return std::optional<std::string>(found->second);
}

Outcome MemoryStorage::scan(Family family, std::string_view from,
                            const std::function<bool(std::string_view, std::string_view)>& visit) {
  std::string next(from);
  while (true) {  // in steps, so that `visit` may call us
    std::vector<std::pair<std::string, std::string>> step;
    {
      const std::lock_guard lock(mutex_);
      if (reads_fail_) return commanded();
      const auto& contents = contents_[static_cast<std::size_t>(family)];
      for (auto at = contents.lower_bound(next); at != contents.end() && step.size() < 256; ++at)
        step.push_back(*at);
    }
    for (const auto& [key, value] : step) {
      if (!visit(key, value)) return ok();
    }
    if (step.size() < 256) return ok();
    next = step.back().first + '\0';
  }
}

Outcome MemoryStorage::commit(const Batch& batch) {
  const std::lock_guard lock(mutex_);
  if (broken_) return commanded();
  if (until_failure_ == 1) broken_ = true;
  if (until_failure_ > 0) --until_failure_;
  if (!broken_ || persisted_) {
    change(batch);
    ++commits_;
  }
  if (broken_) return commanded();
  return ok();
}

Outcome MemoryStorage::store_cache(const Batch& batch) {
  const std::lock_guard lock(mutex_);
  if (until_cache_failure_ == 1) return commanded();
  if (until_cache_failure_ > 0) --until_cache_failure_;
  change(batch);
  return ok();
}

void MemoryStorage::change(const Batch& batch) {
  for (const Batch::Change& change : batch.changes()) {
    auto& contents = contents_[static_cast<std::size_t>(change.family)];
    if (change.value) {
      contents[change.key] = *change.value;
    } else {
      contents.erase(change.key);
    }
  }
}

void MemoryStorage::fail_commit(std::uint64_t nth, bool persisted) {
  const std::lock_guard lock(mutex_);
  until_failure_ = nth;
  persisted_ = persisted;
}

void MemoryStorage::fail_cache(std::uint64_t nth) {
  const std::lock_guard lock(mutex_);
  until_cache_failure_ = nth;
}

void MemoryStorage::fail_reads(bool failing) {
  const std::lock_guard lock(mutex_);
  reads_fail_ = failing;
}

void MemoryStorage::heal() {
  const std::lock_guard lock(mutex_);
  until_failure_ = until_cache_failure_ = 0;
  broken_ = false;
  reads_fail_ = false;
}

MemoryStorage::Contents MemoryStorage::contents() const {
  const std::lock_guard lock(mutex_);
  return contents_;
}

void MemoryStorage::replace_contents(Contents contents) {
  const std::lock_guard lock(mutex_);
  contents_ = std::move(contents);
}

std::uint64_t MemoryStorage::commits() const {
  const std::lock_guard lock(mutex_);
  return commits_;
}

}  // namespace liuhen::ledger
