#include "ledger/backup.h"

#include <fcntl.h>
#include <rocksdb/utilities/backup_engine.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "crypto/checkpoint.h"
#include "ledger/backup_note.h"
#include "ledger/durable_file.h"
#include "ledger/log_reader.h"
#include "ledger/rocksdb_handle.h"
#include "ledger/rocksdb_storage.h"
#include "ledger/tile_edge.h"

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

Result<crypto::Checkpoint> checkpoint_of(const std::string& note) {
  const auto parsed = crypto::parse_note(note);
  if (!parsed) return parsed.error();
  return crypto::parse_checkpoint(parsed->text);
}

// The checkpoint that the database had before the backup, which has it too.
void take_note(BackupInfo& info, const std::string& note) {
  info.note = note;
  if (const auto checkpoint = checkpoint_of(note)) {
    info.origin = checkpoint->origin;
    info.size = checkpoint->size;
  }
}

// Those that RocksDB does not take as well, with what can still be read of them.
std::vector<BackupInfo> infos_of(const rocksdb::BackupEngineReadOnlyBase& engine,
                                 const std::string& directory) {
  std::vector<rocksdb::BackupInfo> found;
  engine.GetBackupInfo(&found);
  std::vector<BackupInfo> out;
  for (const rocksdb::BackupInfo& backup : found) {
    BackupInfo& info = out.emplace_back();
    info.number = backup.backup_id;
    info.time = static_cast<std::uint64_t>(backup.timestamp);
    info.bytes = backup.size;
    take_note(info, backup.app_metadata);
  }
  std::vector<rocksdb::BackupID> damaged;
  engine.GetCorruptedBackups(&damaged);
  for (const rocksdb::BackupID number : damaged) {
    BackupInfo& info = out.emplace_back();
    info.number = number;
    rocksdb::BackupInfo none;
    info.damage = engine.GetBackupInfo(number, &none).ToString();
    take_note(info, note_in_metadata(directory + "/meta/" + std::to_string(number)));
  }
  std::ranges::sort(out, {}, &BackupInfo::number);
  return out;
}

Result<OpenedBackup> open_in(const rocksdb::BackupEngineReadOnlyBase& engine,
                             std::uint32_t number) {
  rocksdb::BackupInfo found;
  const rocksdb::Status known = engine.GetBackupInfo(number, &found, /*include_file_details=*/true);
  if (!known.ok()) return error_of(known);
  OpenedBackup backup{.files = found.env_for_open, .storage = nullptr};
  auto storage = open_rocksdb(found.name_for_open,
                              {.mode = OpenMode::read_only, .env = found.env_for_open.get()});
  if (!storage) return storage.error();
  backup.storage = std::move(*storage);
  return backup;
}

// The newest that it had stored itself. Why that cannot be read, if it cannot.
Outcome look_into(const rocksdb::BackupEngineReadOnlyBase& engine, BackupInfo& backup) {
  const auto opened = open_in(engine, backup.number);
  if (!opened) return opened.error();
  auto stored = StorageFetcher(*opened->storage).checkpoint();
  if (!stored) return stored.error();
  const auto checkpoint = checkpoint_of(*stored);
  if (!checkpoint) return checkpoint.error();
  backup.stored = std::move(*stored);
  backup.size = std::max(backup.size, checkpoint->size);
  return ok();
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

Error damaged_files(const std::string& directory, const std::string& zh, const std::string& en) {
  return fail("backup.damaged",
              "未备份：" + directory + " 里已有备份的文件与所记的不符（" + zh +
                  "），原样未动。请把该目录移开保存，在空目录重新备份；若仍如此，用 liuhen-verify "
                  "dir 核验账本",
              "nothing was backed up: files of the backups in " + directory +
                  " are not what they were (" + en +
                  "), and were left as they are. Move that directory away, keep it, and back up "
                  "anew; if it happens again, verify the ledger with liuhen-verify dir");
}

// Not to be read as "take an older one": what was signed after that one would be signed twice.
Error damaged_backup(const std::string& directory, std::uint32_t number,
                     const std::string& detail) {
  const std::string name = std::to_string(number);
  return fail(
      "backup.damaged",
      directory + " 里的第 " + name + " 号备份已损坏（" + detail +
          "），未恢复。请先找这个备份目录的另一份副本。更早的备份（liuhen restore --list "
          "列出）缺少其后已签的条目：以 --number 恢复它时，用 --from-mirror 从镜像补回，至少用 "
          "--head "
          "给出别处保存的最新检查点",
      "backup " + name + " in " + directory + " is damaged (" + detail +
          ") and was not restored. First look for another copy of that directory. An older backup "
          "(liuhen restore --list shows them) lacks what was signed after it: if you restore one "
          "by "
          "--number, fill it up by --from-mirror, or at least give the newest checkpoint that "
          "others hold by --head");
}

// That what is there is of this log, and whole as far as that is seen without reading it all.
Outcome check_earlier(const std::vector<BackupInfo>& earlier, Storage& storage,
                      const std::string& directory, const std::string& origin) {
  const auto keys = stored_log_keys(storage);
  if (!keys) return keys.error();
  for (const BackupInfo& backup : earlier) {
    const std::string name = std::to_string(backup.number);
    if (!backup.damage.empty()) {
      const std::string& why = backup.damage;
      return damaged_files(directory, "第 " + name + " 号：" + why, "backup " + name + ": " + why);
    }
    const BackupNote note = judge_backup_note(backup.note, origin, *keys);
    if (note == BackupNote::of_another_log) return other_log(directory, backup.origin, origin);
    if (note == BackupNote::damaged) {
      return damaged_files(
          directory, "第 " + name + " 号：meta/" + name + " 里的检查点不是所签的",
          "backup " + name + ": the checkpoint in meta/" + name + " is not what was signed");
    }
  }
  return ok();
}

Error beyond(const std::string& directory, std::uint32_t number, std::uint64_t size) {
  const std::string name = std::to_string(number), had = std::to_string(size);
  return fail("backup.beyond",
              directory + " 里的第 " + name + " 号备份有账本已签的 " + had +
                  " 条，数据库里却没有这些：旧备份一份也没有删。若数据库被回退或换过，请停止写入，"
                  "用 liuhen restore 恢复；若已用 accept-loss "
                  "声明失去，请把该目录移开保存，在空目录重新备份",
              "backup " + name + " in " + directory + " has the " + had +
                  " entries that the log had signed, which the database has not: no backup was "
                  "dropped. If the database was rolled back or replaced, stop writing and "
                  "restore it (liuhen restore); if the loss was declared by accept-loss, move that "
                  "directory away, keep it, and back up anew");
}

Error unreadable(const std::string& directory, std::uint32_t number, const Error& why) {
  const std::string name = std::to_string(number);
  return fail("backup.damaged",
              "已备份，但 " + directory + " 里的第 " + name + " 号备份读不了（" + why.zh +
                  "），不知道它有账本已签的多少条：旧备份一份也没有删。请把该目录移开保存，"
                  "在空目录重新备份",
              "backed up; but backup " + name + " in " + directory + " cannot be read (" + why.en +
                  "), and how much of what the log had signed is in it is not known: no backup "
                  "was dropped. Move that directory away, keep it, and back up anew");
}

// That the database goes on from every checkpoint that an earlier backup shows to be the log's.
Outcome check_continues(const rocksdb::BackupEngineReadOnlyBase& engine,
                        std::vector<BackupInfo>& earlier, Storage& storage,
                        const std::string& directory, std::uint64_t size) {
  StorageFetcher fetcher(storage);
  for (BackupInfo& backup : earlier) {
    const Outcome looked = look_into(engine, backup);
    for (const std::string* note : {&backup.note, &backup.stored}) {
      const auto checkpoint = checkpoint_of(*note);
      if (!checkpoint) continue;
      if (checkpoint->size > size) return beyond(directory, backup.number, checkpoint->size);
      const auto edge = TileEdge::read(fetcher, checkpoint->size);
      if (!edge) return edge.error();
      if (edge->root() != checkpoint->root)
        return beyond(directory, backup.number, checkpoint->size);
    }
    if (!looked) return unreadable(directory, backup.number, looked.error());
  }
  return ok();
}

// Held by whoever backs up into a directory; two would take each other's files for broken off.
class DirectoryLock {
 public:
  DirectoryLock() = default;
  ~DirectoryLock() {
    if (fd_ >= 0) ::close(fd_);
  }
  DirectoryLock(const DirectoryLock&) = delete;
  DirectoryLock& operator=(const DirectoryLock&) = delete;

  Outcome take(const std::string& directory) {
    fd_ = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd_ < 0) {
      const std::string why = std::error_code(errno, std::generic_category()).message();
      return fail("storage.io", "打不开目录 " + directory + "：" + why,
                  "cannot open the directory " + directory + ": " + why);
    }
    if (::flock(fd_, LOCK_EX | LOCK_NB) == 0) return ok();
    return fail("backup.busy", "另一次备份正在写入 " + directory + "，未备份；请稍后再试",
                "another backup is being written to " + directory +
                    ", and nothing was backed up; try again later");
  }

 private:
  int fd_ = -1;
};

// A backup's files are the ledger's own: nobody else's to read.
Outcome make_private(const std::string& directory) {
  std::error_code error;
  if (make_folders(directory, error)) fs::permissions(directory, fs::perms::owner_all, error);
  if (!error) return ok();
  return fail("storage.io", "无法建立目录 " + directory + "：" + error.message(),
              "cannot create the directory " + directory + ": " + error.message());
}

}  // namespace

Result<BackupInfo> back_up(Storage& storage, const std::string& directory, unsigned keep,
                           const std::function<void(std::uint64_t)>& progress,
                           const std::stop_token& stop, const std::function<Outcome()>& whole) {
  auto* handle = dynamic_cast<RocksdbHandle*>(&storage);
  LIUHEN_CHECK(handle != nullptr);
  const auto origin = stored_origin(storage);
  if (!origin) return origin.error();
  if (Outcome made = make_private(directory); !made) return made.error();
  DirectoryLock lock;
  if (Outcome taken = lock.take(directory); !taken) return taken.error();
  const auto note = StorageFetcher(storage).checkpoint();  // no older than the earlier ones
  if (!note) return note.error();
  rocksdb::BackupEngine* opened = nullptr;
  rocksdb::IOStatus status =
      rocksdb::BackupEngine::Open(options_of(directory), rocksdb::Env::Default(), &opened);
  if (!status.ok()) return error_of(status);
  const std::unique_ptr<rocksdb::BackupEngine> engine(opened);
  std::vector<BackupInfo> earlier = infos_of(*engine, directory);
  if (Outcome sound = check_earlier(earlier, storage, directory, *origin); !sound)
    return sound.error();
  const auto own = checkpoint_of(*note);
  if (!own) return own.error();
  Outcome droppable =
      keep == 0 ? ok() : check_continues(*engine, earlier, storage, directory, own->size);
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
    return damaged_files(directory, status.ToString(), status.ToString());
  }
  if (keep > 0 && whole) {
    if (Outcome sound = whole(); !sound) droppable = sound.error();
  }
  if (status.ok() && keep > 0 && droppable) status = engine->PurgeOldBackups(keep);
  if (status.ok()) status = engine->GarbageCollect();
  if (!status.ok()) return error_of(status);
  BackupInfo made = infos_of(*engine, directory).back();
  if (!droppable) made.unpurged = droppable.error();
  return made;
}

Result<std::vector<BackupInfo>> list_backups(const std::string& directory, Look look) {
  std::error_code error;
  if (!fs::exists(directory, error)) return std::vector<BackupInfo>();
  rocksdb::BackupEngineReadOnly* opened = nullptr;
  const rocksdb::IOStatus status =
      rocksdb::BackupEngineReadOnly::Open(options_of(directory), rocksdb::Env::Default(), &opened);
  if (!status.ok()) return error_of(status);
  const std::unique_ptr<rocksdb::BackupEngineReadOnly> engine(opened);
  std::vector<BackupInfo> all = infos_of(*engine, directory);
  for (BackupInfo& backup : all) {
    if (look == Look::inside && backup.damage.empty()) (void)look_into(*engine, backup);
  }
  return all;
}

Result<OpenedBackup> open_backup(const std::string& directory, std::uint32_t number) {
  rocksdb::BackupEngineReadOnly* opened = nullptr;
  const rocksdb::IOStatus status =
      rocksdb::BackupEngineReadOnly::Open(options_of(directory), rocksdb::Env::Default(), &opened);
  if (!status.ok()) return error_of(status);
  const std::unique_ptr<rocksdb::BackupEngineReadOnly> engine(opened);
  return open_in(*engine, number);
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
  const rocksdb::Status known = engine->GetBackupInfo(number, &found);
  if (!known.ok() && !known.IsNotFound())
    return damaged_backup(directory, number, known.ToString());
  if (!known.ok()) {
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
