// Storage in a directory, by RocksDB, which this file's .cc and backup.cc alone know.
#pragma once

#include "ledger/storage.h"

namespace rocksdb {
class Env;
}

namespace liuhen::ledger {

enum class OpenMode : std::uint8_t {
  create,     // the directory is absent or empty: `storage.exists` otherwise
  existing,   // for the one process that writes
  read_only,  // writes nothing there, and works while another process has it open
};

struct OpenOptions {
  OpenMode mode = OpenMode::existing;
  rocksdb::Env* env = nullptr;  // outlives the storage; null: the machine's own
  // Of an existing one on a disk that is full or read-only: open it all the same, for reading until
  // reopen() succeeds (Storage::held_back).
  bool reads_on = false;
};

// Every entry has a block of its own, so that a byte changed in the files is found by the block's
// checksum to be that entry's: get() of it, and nothing else, is `storage.damaged`. Checksums are
// always verified, because RocksDB as Debian builds it aborts on some altered blocks that it is
// made to read without.
//
// Destroying it closes: what has been committed is then in immutable files and the write-ahead log
// empty. Errors beside those of Storage: `storage.exists`, `storage.absent`.
Result<std::unique_ptr<Storage>> open_rocksdb(const std::string& path, const OpenOptions& options);

}  // namespace liuhen::ledger
