#include "ledger/backup.h"

#include <rocksdb/utilities/backup_engine.h>

#include <filesystem>

#include "crypto/checkpoint.h"
#include "ledger/log_reader.h"
#include "ledger/rocksdb_handle.h"

namespace liuhen::ledger {
namespace {

namespace fs = std::filesystem;
constexpr std::uint64_t kProgressBytes = 4u << 20;

rocksdb::BackupEngineOptions options_of(const std::string& directory) {
  rocksdb::BackupEngineOptions options(directory);
  options.share_table_files = true;
  options.share_files_with_checksum = true;
  options.sync = true;
  options.callback_trigger_interval_size = kProgressBytes;
  return options;
}

// The checkpoint that the database had before the backup, which has it too.
BackupInfo info_of(const rocksdb::BackupInfo& backup) {
  BackupInfo info{.number = backup.backup_id,
                  .time = static_cast<std::uint64_t>(backup.timestamp),
                  .bytes = backup.size,
                  .origin = {},
                  .size = 0};
  const auto note = crypto::parse_note(backup.app_metadata);
  if (!note) return info;
  if (const auto checkpoint = crypto::parse_checkpoint(note->text)) {
    info.origin = checkpoint->origin;
    info.size = checkpoint->size;
  }
  return info;
}

std::vector<BackupInfo> infos_of(const rocksdb::BackupEngineReadOnlyBase& engine) {
  std::vector<rocksdb::BackupInfo> found;
  engine.GetBackupInfo(&found);
  std::vector<BackupInfo> out;
  for (const rocksdb::BackupInfo& backup : found) out.push_back(info_of(backup));
  return out;
}

Error other_log(const std::string& directory, const std::string& there, const std::string& here) {
  return fail(
      "backup.other", directory + " 里是 " + there + " 的备份，不是 " + here + " 的；请另选目录",
      directory + " has backups of " + there + ", not of " + here + "; choose another directory");
}

Error stopped() {
  return fail("backup.stopped", "服务正在停止，备份没有做完，不算数；请重新备份",
              "the service is stopping, and the backup was broken off and does not count; make "
              "another");
}

Error damaged_files(const std::string& directory, const std::string& detail) {
  return fail("backup.damaged",
              "未备份：" + directory + " 里已有备份的文件与所记的不符（" + detail +
                  "）。请把该目录移开、重新备份；若仍如此，用 liuhen-verify dir 核验账本",
              "nothing was backed up: files of the backups in " + directory +
                  " are not what they were (" + detail +
                  "). Move that directory away and back up anew; if it happens again, verify the "
                  "ledger with liuhen-verify dir");
}

Error damaged_backup(const std::string& directory, std::uint32_t number,
                     const std::string& detail) {
  const std::string name = std::to_string(number);
  return fail("backup.damaged",
              directory + " 里的第 " + name + " 号备份已损坏（" + detail +
                  "），未恢复；请用 --number 恢复另一份（liuhen restore --list 列出），或用另一个"
                  "备份目录",
              "backup " + name + " in " + directory + " is damaged (" + detail +
                  ") and was not restored; restore another by --number (liuhen restore --list "
                  "shows them), or from another directory of backups");
}

// A backup's files are the ledger's own: nobody else's to read.
Outcome make_private(const std::string& directory) {
  std::error_code error;
  if (fs::create_directories(directory, error))
    fs::permissions(directory, fs::perms::owner_all, error);
  if (!error) return ok();
  return fail("storage.io", "无法建立目录 " + directory + "：" + error.message(),
              "cannot create the directory " + directory + ": " + error.message());
}

}  // namespace

Result<BackupInfo> back_up(Storage& storage, const std::string& directory, unsigned keep,
                           const std::function<void(std::uint64_t)>& progress,
                           const std::stop_token& stop) {
  auto* handle = dynamic_cast<RocksdbHandle*>(&storage);
  LIUHEN_CHECK(handle != nullptr);
  const auto origin = stored_origin(storage);
  if (!origin) return origin.error();
  const auto note = StorageFetcher(storage).checkpoint();
  if (!note) return note.error();
  if (Outcome made = make_private(directory); !made) return made.error();
  rocksdb::BackupEngine* opened = nullptr;
  rocksdb::IOStatus status =
      rocksdb::BackupEngine::Open(options_of(directory), rocksdb::Env::Default(), &opened);
  if (!status.ok()) return error_of(status);
  const std::unique_ptr<rocksdb::BackupEngine> engine(opened);
  for (const BackupInfo& earlier : infos_of(*engine)) {
    if (earlier.origin != *origin) return other_log(directory, earlier.origin, *origin);
  }
  const std::stop_callback give_up(stop, [&engine] { engine->StopBackup(); });
  std::uint64_t copied = 0;
  rocksdb::CreateBackupOptions how;
  how.flush_before_backup = true;
  how.progress_callback = [&] {
    copied += kProgressBytes;
    if (progress) progress(copied);
  };
  rocksdb::BackupID number = 0;
  status = engine->CreateNewBackupWithMetadata(how, handle->database().get(), *note, &number);
  if (!status.ok() && stop.stop_requested()) return stopped();
  // Those of its files that earlier backups have too were not copied, and may have changed since.
  if (status.ok()) status = engine->VerifyBackup(number, /*verify_with_checksum=*/true);
  if (status.IsCorruption()) {
    if (number != 0) (void)engine->DeleteBackup(number).ok();
    return damaged_files(directory, status.ToString());
  }
  if (status.ok() && keep > 0) status = engine->PurgeOldBackups(keep);
  if (status.ok()) status = engine->GarbageCollect();
  if (!status.ok()) return error_of(status);
  return infos_of(*engine).back();
}

Result<std::vector<BackupInfo>> list_backups(const std::string& directory) {
  std::error_code error;
  if (!fs::exists(directory, error)) return std::vector<BackupInfo>();
  rocksdb::BackupEngineReadOnly* opened = nullptr;
  const rocksdb::IOStatus status =
      rocksdb::BackupEngineReadOnly::Open(options_of(directory), rocksdb::Env::Default(), &opened);
  if (!status.ok()) return error_of(status);
  const std::unique_ptr<rocksdb::BackupEngineReadOnly> engine(opened);
  return infos_of(*engine);
}

Outcome restore_backup(const std::string& directory, std::uint32_t number,
                       const std::string& database) {
  std::error_code error;
  if (fs::exists(database, error)) {
    return fail("storage.exists", database + " 已有内容，未作任何改动",
                database + " is in use and was left as it is");
  }
  rocksdb::BackupEngineReadOnly* opened = nullptr;
  rocksdb::IOStatus status =
      rocksdb::BackupEngineReadOnly::Open(options_of(directory), rocksdb::Env::Default(), &opened);
  if (!status.ok()) return error_of(status);
  const std::unique_ptr<rocksdb::BackupEngineReadOnly> engine(opened);
  rocksdb::BackupInfo found;
  if (!engine->GetBackupInfo(number, &found).ok()) {
    return fail("backup.absent", directory + " 里没有第 " + std::to_string(number) + " 号备份",
                "there is no backup " + std::to_string(number) + " in " + directory);
  }
  if (Outcome made = make_private(database); !made) return made;
  status = engine->RestoreDBFromBackup(number, database, database);
  if (status.ok()) return ok();
  return status.IsCorruption() ? damaged_backup(directory, number, status.ToString())
                               : error_of(status);
}

}  // namespace liuhen::ledger
