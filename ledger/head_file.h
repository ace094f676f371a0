// The last signed head, kept outside the database: what catches a database rolled back under us.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "crypto/result.h"
#include "ledger/durable_file.h"

namespace liuhen::ledger {

// Errors: `head.io`; of read() also `head.damaged`; of write() also `storage.full`,
// `storage.read_only` and `storage.descriptors`. Used by the writer thread.
class HeadFile {
 public:
  virtual ~HeadFile() = default;
  virtual Result<std::optional<std::string>>
  read() = 0;  // the signed note, absent if there is none yet
  virtual Outcome write(const std::string& note) = 0;  // atomic and synced when it returns
};

// Two copies in one file (ledger/head_copies.h), written where they stand in turn: one sync of
// blocks that are there already. The first write makes the file, beside its name, and so does one
// after an error, or where the name has got another file meanwhile. A signed note alone is read
// too, as earlier versions wrote it, and as a person puts it there.
class DiskHeadFile final : public HeadFile {
 public:
  explicit DiskHeadFile(std::string path) : path_(std::move(path)) {}
  Result<std::optional<std::string>> read() override;
  Outcome write(const std::string& note) override;

 private:
  Outcome make(const std::string& note);

  const std::string path_;
  std::optional<FileId> made_;  // what this has written without an error
  std::uint64_t number_ = 0;    // of the last copy in it
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
