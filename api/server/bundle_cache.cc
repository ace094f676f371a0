#include "api/server/bundle_cache.h"

#include <utility>

namespace liuhen::api::server {

std::shared_ptr<const ZippedBundle> BundleCache::find(std::uint64_t index) {
  const std::lock_guard lock(mutex_);
  const auto place = places_.find(index);
  if (place == places_.end()) return nullptr;
  newest_first_.splice(newest_first_.begin(), newest_first_, place->second);
  return place->second->second;
}

void BundleCache::keep(std::uint64_t index, std::shared_ptr<const ZippedBundle> bundle) {
  const std::size_t size = bundle->bytes.size();
  if (size > kBundlesKeptBytesMax) return;
  const std::lock_guard lock(mutex_);
  if (places_.contains(index)) return;
  while (bytes_ + size > kBundlesKeptBytesMax) {
    bytes_ -= newest_first_.back().second->bytes.size();
    places_.erase(newest_first_.back().first);
    newest_first_.pop_back();
  }
  newest_first_.emplace_front(index, std::move(bundle));
  places_[index] = newest_first_.begin();
  bytes_ += size;
}

}  // namespace liuhen::api::server
