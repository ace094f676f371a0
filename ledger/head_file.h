// The last signed head, kept outside the database: what catches a database rolled back under us.
#pragma once

#include <optional>
#include <string>

#include "crypto/result.h"

namespace liuhen::ledger {

// Errors: `head.io`; of write() also `storage.full` and `storage.read_only`. Used by the writer
// thread.
class HeadFile {
 public:
  virtual ~HeadFile() = default;
  virtual Result<std::optional<std::string>>
  read() = 0;  // the signed note, absent if there is none yet
  virtual Outcome write(const std::string& note) = 0;  // atomic and synced when it returns
};

// Two files take turns at the name: PATH.new is written over, synced, and exchanged with it.
class DiskHeadFile final : public HeadFile {
 public:
  explicit DiskHeadFile(std::string path) : path_(std::move(path)) {}
  Result<std::optional<std::string>> read() override;
  Outcome write(const std::string& note) override;

 private:
  std::string path_;
};

class MemoryHeadFile final : public HeadFile {
 public:
  Result<std::optional<std::string>> read() override { return note_; }
  Outcome write(const std::string& note) override {
    note_ = note;
    return ok();
  }

 private:
  std::optional<std::string> note_;
};

}  // namespace liuhen::ledger
