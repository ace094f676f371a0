// Answers that never change, kept as they are sent: full tiles of hashes.
#pragma once

#include <cstddef>
#include <optional>
#include <shared_mutex>
#include <string>
#include <unordered_map>

#include "api/client/connection.h"

namespace liuhen::api::server {

inline constexpr std::size_t kTilesKeptMax = 2'048;  // 8 KiB each

// Thread-safe; nobody holds its lock for longer than a copy takes. Holds kTilesKeptMax answers.
class TileCache {
 public:
  static constexpr const char* kRoute = "/tile/**";  // what they are counted under

  std::optional<Response> find(const std::string& path) const;
  void keep(const std::string& path, Response response);

 private:
  mutable std::shared_mutex mutex_;
  std::unordered_map<std::string, Response> answers_;
};

}  // namespace liuhen::api::server
