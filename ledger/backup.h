// Backups of a ledger's database while it is written to: incremental, each whole, by RocksDB's
// BackupEngine. Neither the keys of the ledger's directory nor its head file are in them.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "ledger/storage.h"

namespace liuhen::ledger {

struct BackupInfo {
  std::uint32_t number = 0;
  std::uint64_t time = 0;   // Unix seconds, of the machine that made it
  std::uint64_t bytes = 0;  // of its files, those that it shares with others included
  std::string origin;       // the log's name, as its checkpoint has it; nothing was verified
  std::uint64_t size = 0;   // entries that it has at least, likewise
  std::string note;  // the checkpoint beside its files (ledger/backup_note.h); empty: none to read
  std::string stored;  // the newest in its database, which may be newer (Look); empty likewise
  std::string damage;  // what RocksDB says against it; empty for one that can be restored
  // Why no older one was dropped although that was asked; of a new one.
  std::optional<Error> unpurged = {};
};

// Makes one more backup in `directory` (made if there is none) of a storage from open_rocksdb that
// is open for writing, and drops all but the `keep` newest; 0 keeps all. None is dropped while one
// of them shows that the log had signed what the database lacks, cannot be read, or `whole`, asked
// when the new one is complete, says why the database is not known to be right
// (BackupInfo::unpurged): it may be all that is left. Only files that no earlier backup has are
// copied. The new one is synced and complete when this returns; a run that was broken off leaves
// nothing that counts. `progress`: bytes copied so far, roughly. Any thread.
// Errors: `backup.busy` (another one is being made there), `backup.other` (it has backups of
// another log), `backup.damaged` (one of those that are there is damaged: then nothing in it is
// touched), `backup.stopped` (as `stop` asked), and those of Storage. What is purged meanwhile
// (Storage::purge) leaves the database's files only when this returns.
Result<BackupInfo> back_up(Storage& storage, const std::string& directory, unsigned keep,
                           const std::function<void(std::uint64_t)>& progress = {},
                           const std::stop_token& stop = {},
                           const std::function<Outcome()>& whole = {});

// What is written while a backup is begun is in its database, and may be newer than the note beside
// it, which was taken before. To look inside opens each that is not damaged, one after another.
enum class Look : std::uint8_t { beside, inside };

// Oldest first, the damaged ones among them; none if there is no such directory. That a file of one
// is absent or of another length is seen, what is in it is not.
Result<std::vector<BackupInfo>> list_backups(const std::string& directory,
                                             Look look = Look::beside);

// A backup's database where it lies, for reading alone: nothing is copied or written. What is read
// of it is checked block by block, the rest is not.
struct OpenedBackup {
  std::shared_ptr<void> files;  // that the storage reads by, and so let go of after it
  std::unique_ptr<Storage> storage;
};
Result<OpenedBackup> open_backup(const std::string& directory, std::uint32_t number);

// Writes the database of one backup into `database`, which must not be there, checking each file's
// checksum, and syncs it. Whether it is a ledger is for its reader to say. Errors: `backup.absent`,
// `backup.damaged`, `storage.exists`, and those of Storage.
Outcome restore_backup(const std::string& directory, std::uint32_t number,
                       const std::string& database);

}  // namespace liuhen::ledger
