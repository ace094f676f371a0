// The directory of a static tree (docs/formats/tiles.md), as whoever writes it sees it: held by one
// run at a time, and never with half a file in it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string>

#include "crypto/bytes.h"
#include "crypto/result.h"

namespace liuhen::ledger {

// Names are relative to the directory: "tile/0/000". Errors: `export.busy`, `export.io`,
// `export.place` (a ledger's own directory). Used by one thread.
class TreeFolder {
 public:
  explicit TreeFolder(std::string path) : path_(std::move(path)) {}
  ~TreeFolder();
  TreeFolder(const TreeFolder&) = delete;
  TreeFolder& operator=(const TreeFolder&) = delete;

  // Makes the directory if there is none, and holds it until destroyed.
  Outcome open();

  // Writes beside the tree, synced.
  Outcome stage(const std::string& name, View bytes);
  // What was staged takes the place of what was there; durable when it returns.
  Outcome publish(const std::string& name);
  Outcome put(const std::string& name, View bytes);  // stage and publish
  Outcome remove(const std::string& name);           // with all below it; what is absent is fine

  // A run notes the size that it begins at, so that the next one finds what it left to remove.
  Outcome begin(std::uint64_t size);
  std::optional<std::uint64_t> began() const;
  Outcome clear_staging();

  std::string at(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string staged(const std::string& name) const;
  Outcome make_parent(const std::string& path);

  std::string path_;
  int fd_ = -1;
  std::set<std::filesystem::path> named_;  // folders known to be there, durable by name
};

}  // namespace liuhen::ledger
