// The RocksDB behind a Storage, for the files of this folder that know RocksDB.
#pragma once

#include <rocksdb/db.h>

#include <memory>

#include "crypto/result.h"

namespace liuhen::ledger {

// What open_rocksdb returns is one too.
class RocksdbHandle {
 public:
  virtual ~RocksdbHandle() = default;
  // Not closed before the last holder lets go of it; Storage::reopen() waits for that.
  virtual std::shared_ptr<rocksdb::DB> database() = 0;
};

// As an error of Storage.
Error error_of(const rocksdb::Status& status);

}  // namespace liuhen::ledger
