// What the entries up to some size fold to, kept so that a start need not fold them again
// (docs/formats/snapshot.md). Only a cache: it is believed if the one who starts has signed it, for
// this log and this program, and never by a verifier.
#pragma once

#include "crypto/ed25519.h"
#include "crypto/sha256.h"
#include "ledger/log_fold.h"
#include "ledger/storage.h"

namespace liuhen::ledger {

inline constexpr std::size_t kSnapshotChunkBytes = 1u << 20;
inline constexpr std::uint64_t kSnapshotBytesMax = std::uint64_t{4} << 30;

// What a snapshot says of itself.
struct SnapshotHead {
  Hash fold{};  // by which program it was made: others may fold otherwise
  std::string origin;
  std::uint64_t size = 0;   // entries that are in it
  Hash root{};              // of the tree at that size
  Hash digest{};            // of the state (docs/formats/state-digest.md)
  std::uint64_t bytes = 0;  // of its content
  std::vector<Hash> chunks;
};

// Writes one, chunk by chunk, beside the one that is there, which it replaces when it is finished.
// After an error it does nothing more. Used by one thread.
class SnapshotWriter {
 public:
  SnapshotWriter(Storage& storage, std::uint64_t size) : storage_(storage), size_(size) {}

  void write(View bytes);
  // Signs and stores the head, whose bytes and chunks are set here, and removes what it replaces.
  // Errors: `snapshot.large`, and those of Storage.
  Outcome finish(SnapshotHead head, const crypto::SigningKey& key);

 private:
  void flush();

  Storage& storage_;
  const std::uint64_t size_;
  std::string chunk_;
  std::uint64_t bytes_ = 0;
  std::vector<Hash> chunks_;
  Outcome done_ = ok();
};

// Reads the content in order, checking each chunk before anything of it is given out. Any number of
// readers at a time, each used by one thread.
class SnapshotReader {
 public:
  // Absent if none is stored. Errors: `snapshot.damaged` (also if the key's holder did not sign
  // it), `snapshot.other` (of another log, or of a program that may fold otherwise), and those of
  // Storage.
  static Result<std::optional<SnapshotReader>> open(Storage& storage, const KeyId& key,
                                                    std::string_view origin, const Hash& fold);

  const SnapshotHead& head() const { return head_; }
  // Fills `out`; with zeroes once outcome() is an error.
  void read(std::span<std::uint8_t> out);
  // So many bytes are left; none after an error.
  std::uint64_t left() const { return done_ ? head_.bytes - read_ : 0; }
  // Whoever finds that the content makes no sense says so.
  void reject();
  Outcome outcome() const { return done_; }

 private:
  SnapshotReader(Storage& storage, SnapshotHead head)
      : storage_(&storage), head_(std::move(head)) {}
  bool next_chunk();

  Storage* storage_;
  SnapshotHead head_;
  std::string chunk_;
  std::size_t at_ = 0;    // in the chunk
  std::size_t next_ = 0;  // chunk
  std::uint64_t read_ = 0;
  Outcome done_ = ok();
};

// Nobody starts from what is there any more.
Outcome drop_snapshot(Storage& storage);

// The fold of the log, in which the state's origin and times are not repeated.
void write_fold(const LogFold& fold, SnapshotWriter& writer);
// Fails as the reader does, and with `snapshot.damaged` if its tree has not the head's root.
Result<std::unique_ptr<LogFold>> read_fold(SnapshotReader& reader);

}  // namespace liuhen::ledger
