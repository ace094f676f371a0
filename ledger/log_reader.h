// Fetchers over what is at hand: a Storage, or a directory of static tile files.
#pragma once

#include "ledger/fetcher.h"
#include "ledger/storage.h"

namespace liuhen::ledger {

// The log's name as the storage has it; `storage.absent` if there is none, as before the first
// entry.
Result<std::string> stored_origin(Storage& storage);

// A tile that is not kept at the width asked for is cut from a wider one. A bundle is made from the
// entries themselves; if one of them is absent the bundle ends before it, and the reader sees
// where. Any thread, as Storage; errors are those of Fetcher and of Storage.
class StorageFetcher final : public Fetcher {
 public:
  explicit StorageFetcher(Storage& storage) : storage_(storage) {}
  Result<std::string> checkpoint() override;  // that of the greatest size
  Result<Bytes> tile(unsigned level, std::uint64_t index, unsigned width) override;
  Result<Bytes> entries(std::uint64_t index, unsigned width) override;

 private:
  Result<Bytes> entries_one_by_one(std::uint64_t first, unsigned width);
  Storage& storage_;
};

// `checkpoint` and `tile/…` under a directory, as a static file server has them
// (docs/formats/tiles.md). A file that is not there at the width asked for is cut from a wider one.
// Any thread.
class MirrorFetcher final : public Fetcher {
 public:
  explicit MirrorFetcher(std::string directory) : directory_(std::move(directory)) {}
  Result<std::string> checkpoint() override;
  Result<Bytes> tile(unsigned level, std::uint64_t index, unsigned width) override;
  Result<Bytes> entries(std::uint64_t index, unsigned width) override;

 private:
  Result<std::string> read(const std::string& path) const;
  Result<std::string> read_wider(const std::string& full_path, unsigned width) const;
  std::string directory_;
};

}  // namespace liuhen::ledger
