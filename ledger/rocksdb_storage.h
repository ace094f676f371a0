// Storage in a directory, by RocksDB: the only file, with its .cc, that knows RocksDB.
#pragma once

#include "ledger/storage.h"

namespace liuhen::ledger {

enum class OpenMode : std::uint8_t {
  create,     // the directory is absent or empty: `storage.exists` otherwise
  existing,   // for the one process that writes
  read_only,  // writes nothing there, and works while another process has it open
};

struct OpenOptions {
  OpenMode mode = OpenMode::existing;
  // Read-only: whether RocksDB may judge its own checksums. Without, altered bytes are returned as
  // they are and the reader finds out what they belonged to; a block that cannot be read at all is
  // `storage.damaged`.
  bool verify_checksums = true;
};

// Destroying it closes: what has been committed is then in immutable files and the write-ahead log
// empty. Errors beside those of Storage: `storage.exists`, `storage.absent`.
Result<std::unique_ptr<Storage>> open_rocksdb(const std::string& path, const OpenOptions& options);

}  // namespace liuhen::ledger
