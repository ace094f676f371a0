#include "api/server/tile_cache.h"

#include <memory>
#include <mutex>
#include <utility>

namespace liuhen::api::server {

std::optional<Response> TileCache::find(const std::string& path) const {
  const std::shared_lock lock(mutex_);
  const auto found = answers_.find(path);
  if (found == answers_.end()) return std::nullopt;
  return found->second;
}

void TileCache::keep(const std::string& path, Response response) {
  response.shared_body = std::make_shared<const std::string>(std::exchange(response.body, {}));
  const std::unique_lock lock(mutex_);
  if (answers_.size() >= kTilesKeptMax) answers_.erase(answers_.begin());
  answers_.insert_or_assign(path, std::move(response));
}

}  // namespace liuhen::api::server
