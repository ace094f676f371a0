// The signed checkpoint that each backup carries beside its files: what the log had signed when it
// was made, known even where the files are damaged.
#pragma once

#include <span>
#include <string>

#include "crypto/note.h"
#include "ledger/storage.h"

namespace liuhen::ledger {

enum class BackupNote : std::uint8_t {
  signed_by_the_log,  // by one of the keys given
  by_unknown_key,     // it names the log, and a key of that name which is none of those given
  of_another_log,
  damaged,  // none, or not what was signed
};

// Whose it is, by its signatures: a name that nobody signed is not believed. The keys are the
// log's.
BackupNote judge_backup_note(std::string_view note, const std::string& origin,
                             std::span<const crypto::NoteKey> log_keys);

// The note in the file of metadata of a backup that RocksDB does not take; empty if none is found.
std::string note_in_metadata(const std::string& path);

// All keys by which the log of the storage has signed; none before its genesis.
Result<std::vector<crypto::NoteKey>> stored_log_keys(Storage& storage);

}  // namespace liuhen::ledger
