// Full bundles of entries as they are sent compressed: they never change, and compressing one takes
// far longer than sending it.
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

namespace liuhen::api::server {

inline constexpr std::size_t kBundlesKeptBytesMax = 32u << 20;  // compressed, all together

struct ZippedBundle {
  std::string tag;  // the entity tag
  std::string bytes;
};

// Thread-safe; nobody holds its lock for longer than a look takes. Who was asked for longest ago
// makes room.
class BundleCache {
 public:
  // Null if it is not kept.
  std::shared_ptr<const ZippedBundle> find(std::uint64_t index);
  // Not kept if it alone is over the limit.
  void keep(std::uint64_t index, std::shared_ptr<const ZippedBundle> bundle);

 private:
  using Kept = std::pair<std::uint64_t, std::shared_ptr<const ZippedBundle>>;

  std::mutex mutex_;
  std::list<Kept> newest_first_;
  std::unordered_map<std::uint64_t, std::list<Kept>::iterator> places_;
  std::size_t bytes_ = 0;
};

}  // namespace liuhen::api::server
