#include "ledger/rocksdb_storage.h"

#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/listener.h>
#include <rocksdb/perf_level.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <mutex>
#include <thread>
#include <utility>

#include "ledger/rocksdb_handle.h"

namespace liuhen::ledger {
namespace {

namespace fs = std::filesystem;

constexpr int kReopenWaitMs = 10'000;  // for those who still read what is to be closed
constexpr std::size_t kUnflushedBytesMax = 128u << 20;  // in memory, of all families together
constexpr std::size_t kBlockCacheBytes = 64u << 20;
constexpr std::size_t kKeptBatchBytesMax = 32u << 20;  // memory of a batch, for the next

Error damaged(const std::string& detail) {
  return fail(
      "storage.damaged", "数据库损坏，请从备份恢复，勿手工修改：" + detail,
      "the database is damaged, restore it from a backup and do not repair it by hand: " + detail);
}

}  // namespace

Error error_of(const rocksdb::Status& status) {
  const std::string detail = status.ToString();
  // RocksDB has no name for a quota that is used up.
  if (status.IsNoSpace() || detail.find("Disk quota exceeded") != std::string::npos) {
    return fail("storage.full", "磁盘已满，请腾出空间：" + detail,
                "the disk is full, make room: " + detail);
  }
  if (detail.find("Read-only file system") != std::string::npos) {
    return fail("storage.read_only", "文件系统是只读的，未写入：" + detail,
                "the file system is read-only, and nothing was written: " + detail);
  }
  if (detail.find("Too many open files") != std::string::npos) {
    return fail("storage.descriptors", "打开的文件过多，未写入：" + detail,
                "too many files are open, and nothing was written: " + detail);
  }
  if (status.IsCorruption() || status.IsInvalidArgument() || status.IsPathNotFound())
    return damaged(detail);
  if (status.IsBusy() || detail.find("While lock file: ") != std::string::npos ||
      detail.find("lock hold by current process") != std::string::npos) {
    return fail("storage.busy", "另一个程序正在使用该目录：" + detail,
                "another program uses the directory: " + detail);
  }
  return fail("storage.io", "读写数据库失败：" + detail,
              "reading or writing the database failed: " + detail);
}

namespace {

// RocksDB keeps a diary of its own in the directory unless it is given somewhere else to write it.
class NoDiary final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
};

// RocksDB would throw away a record that may be in the write-ahead log whole, and that whoever
// reads the directory may have seen; opening it again keeps it.
class NoRecovery final : public rocksdb::EventListener {
 public:
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason, rocksdb::Status,
                            bool* auto_recovery) override {
    *auto_recovery = false;
  }
};

rocksdb::Slice slice(std::string_view bytes) { return {bytes.data(), bytes.size()}; }
std::string_view bytes(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

struct Property {
  const char* property;
  const char* name;
  const char* help;
};
constexpr Property kFamilyProperties[] = {
    {"rocksdb.live-sst-files-size", "liuhen_rocksdb_sst_bytes",
     "Bytes in the files of a column family that are in use."},
    {"rocksdb.estimate-num-keys", "liuhen_rocksdb_keys",
     "Estimated number of keys of a column family."},
    {"rocksdb.cur-size-all-mem-tables", "liuhen_rocksdb_memtable_bytes",
     "Bytes of a column family that are in memory and not yet in its files."},
    {"rocksdb.estimate-table-readers-mem", "liuhen_rocksdb_table_reader_bytes",
     "Memory that indexes and filters of a column family take."},
    {"rocksdb.estimate-pending-compaction-bytes", "liuhen_rocksdb_pending_compaction_bytes",
     "Estimated bytes that compaction of a column family still has to rewrite."},
    {"rocksdb.num-files-at-level0", "liuhen_rocksdb_level0_files",
     "Files of a column family that wait for their first compaction."},
};
constexpr Property kDatabaseProperties[] = {
    {"rocksdb.block-cache-usage", "liuhen_rocksdb_block_cache_bytes",
     "Memory that cached blocks take."},
    {"rocksdb.num-running-flushes", "liuhen_rocksdb_running_flushes", "Flushes under way."},
    {"rocksdb.num-running-compactions", "liuhen_rocksdb_running_compactions",
     "Compactions under way."},
    {"rocksdb.is-write-stopped", "liuhen_rocksdb_writes_stopped",
     "1 while RocksDB lets no write through until it has compacted."},
    {"rocksdb.actual-delayed-write-rate", "liuhen_rocksdb_delayed_write_bytes_per_second",
     "The rate to which RocksDB has slowed writes; 0 if it has not."},
    {"rocksdb.background-errors", "liuhen_rocksdb_background_errors",
     "Errors of flushes and compactions since the database was opened."},
};

// An open database; it is closed when the last who uses it has done.
class Database {
 public:
  Database(std::unique_ptr<rocksdb::DB> db, std::vector<rocksdb::ColumnFamilyHandle*> families,
           OpenMode mode)
      : db_(std::move(db)), families_(std::move(families)), mode_(mode) {}
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database() {
    if (mode_ != OpenMode::read_only && !failed_)
      (void)db_->Flush(rocksdb::FlushOptions(), families_).ok();
    for (rocksdb::ColumnFamilyHandle* family : families_)
      (void)db_->DestroyColumnFamilyHandle(family).ok();
    (void)db_->Close().ok();
  }
  rocksdb::DB* operator->() const { return db_.get(); }
  rocksdb::DB* raw() const { return db_.get(); }
  // A write has failed: the log stays as it is, for whoever opens it next.
  void has_failed() { failed_ = true; }
  const std::vector<rocksdb::ColumnFamilyHandle*>& families() const { return families_; }
  // Null for snapshots of a database that is older than them and open for reading only.
  rocksdb::ColumnFamilyHandle* handle(Family family) const {
    const std::size_t at = 1 + static_cast<std::size_t>(family);
    return at < families_.size() ? families_[at] : nullptr;
  }

 private:
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*>
      families_;  // "default", which stays empty, and ours in order
  OpenMode mode_;
  bool failed_ = false;  // of the committing thread
};

Result<std::shared_ptr<Database>> open_database(const std::string& path, OpenMode mode,
                                                rocksdb::Env* env);

// So that each insertion begins where the one before it ended (with the hints of families()): keys
// that are hashes would be looked for from the top each time. Changes to one key stay in their
// order.
std::vector<const Batch::Change*> in_key_order(const Batch& batch) {
  std::vector<const Batch::Change*> out;
  out.reserve(batch.changes().size());
  for (const Batch::Change& change : batch.changes()) out.push_back(&change);
  std::ranges::stable_sort(out, {}, [](const Batch::Change* change) {
    return std::pair(change->family, std::string_view(change->key));
  });
  return out;
}

class RocksdbStorage final : public Storage, public RocksdbHandle {
 public:
  RocksdbStorage(std::string path, const OpenOptions& options, std::shared_ptr<Database> database,
                 std::optional<Error> held_back = std::nullopt)
      : path_(std::move(path)),
        options_(options),
        current_(std::move(database)),
        held_back_(std::move(held_back)) {}

  Result<std::optional<std::string>> get(Family family, std::string_view key) override {
    const std::shared_ptr<Database> db = current();
    if (db->handle(family) == nullptr) return std::optional<std::string>();
    std::string value;
    const rocksdb::Status status =
        (*db)->Get(rocksdb::ReadOptions(), db->handle(family), slice(key), &value);
    if (status.IsNotFound()) return std::optional<std::string>();
    if (!status.ok()) return error_of(status);
    return std::optional<std::string>(std::move(value));
  }

  Outcome scan(Family family, std::string_view from,
               const std::function<bool(std::string_view, std::string_view)>& visit) override {
    const std::shared_ptr<Database> db = current();
    if (db->handle(family) == nullptr) return ok();
    rocksdb::ReadOptions reads;
    reads.fill_cache = false;
    const std::unique_ptr<rocksdb::Iterator> at((*db)->NewIterator(reads, db->handle(family)));
    for (at->Seek(slice(from)); at->Valid(); at->Next()) {
      if (!visit(bytes(at->key()), bytes(at->value()))) return ok();
    }
    if (!at->status().ok()) return error_of(at->status());
    return ok();
  }

  Outcome commit(const Batch& batch) override {
    if (const auto why = held_back()) return *why;
    const std::shared_ptr<Database> db = current();
    rocksdb::WriteOptions options;
    options.sync = true;
    const rocksdb::Status status = write(*db, batch, options, writes_);
    if (writes_.GetDataSize() > kKeptBatchBytesMax) writes_ = rocksdb::WriteBatch();
    if (status.ok()) return ok();
    db->has_failed();
    return error_of(status);
  }

  // Kept out of the write-ahead log, whose syncs others wait for.
  Outcome store_cache(const Batch& batch) override {
    if (const auto why = held_back()) return *why;
    rocksdb::WriteOptions options;
    options.disableWAL = true;
    options.low_pri = true;
    rocksdb::WriteBatch writes;
    const rocksdb::Status status = write(*current(), batch, options, writes);
    return status.ok() ? ok() : Outcome(error_of(status));
  }

  Outcome purge(Family family) override {
    if (const auto why = held_back()) return *why;
    const std::shared_ptr<Database> db = current();
    rocksdb::Status status =
        (*db)->Flush(rocksdb::FlushOptions(), db->families());  // the write-ahead log goes with it
    rocksdb::CompactRangeOptions options;
    options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
    if (status.ok()) status = (*db)->CompactRange(options, db->handle(family), nullptr, nullptr);
    if (!status.ok()) return error_of(status);
    return ok();
  }

  // Readers move to a copy open for reading, so that the one open for writing can be closed.
  Outcome reopen() override {
    LIUHEN_CHECK(options_.mode != OpenMode::read_only);
    auto reader = open_database(path_, OpenMode::read_only, options_.env);
    if (!reader) return reader.error();
    std::shared_ptr<Database> old = exchange(std::move(*reader));
    for (int waited = 0; old.use_count() > 1; ++waited) {
      if (waited == kReopenWaitMs) {
        (void)exchange(std::move(old));
        return fail("storage.busy", "仍有读取在进行，未能重新打开数据库",
                    "the database was not opened again: there are still readers");
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    old.reset();
    auto writer = open_database(path_, OpenMode::existing, options_.env);
    if (!writer) {
      hold_back(writer.error());
      return writer.error();
    }
    (void)exchange(std::move(*writer));
    hold_back(std::nullopt);
    return ok();
  }
  std::optional<Error> held_back() const override {
    const std::lock_guard lock(mutex_);
    return held_back_;
  }

  std::vector<StorageFigure> figures() override {
    const std::shared_ptr<Database> db = current();
    std::vector<StorageFigure> out;
    for (const Property& property : kDatabaseProperties)
      add(*db, property, nullptr, Family::entries, out);
    for (const Property& property : kFamilyProperties) {
      for (std::size_t i = 0; i < kFamilies; ++i) {
        const auto family = static_cast<Family>(i);
        add(*db, property, name_of(family), family, out);
      }
    }
    return out;
  }

  std::shared_ptr<rocksdb::DB> database() override {
    std::shared_ptr<Database> db = current();
    rocksdb::DB* raw = db->raw();
    return {std::move(db), raw};
  }

 private:
  rocksdb::Status write(Database& db, const Batch& batch, const rocksdb::WriteOptions& options,
                        rocksdb::WriteBatch& writes) const {
    LIUHEN_CHECK(options_.mode != OpenMode::read_only);
    writes.Clear();
    for (const Batch::Change* change : in_key_order(batch)) {
      LIUHEN_CHECK((change->family == Family::snapshots) == options.disableWAL);
      const rocksdb::Status added =
          change->value ? writes.Put(db.handle(change->family), change->key, *change->value)
                        : writes.Delete(db.handle(change->family), change->key);
      if (!added.ok()) return added;
    }
    rocksdb::SetPerfLevel(rocksdb::PerfLevel::kDisable);  // of this thread: it counts comparisons
    return db->Write(options, &writes);
  }

  // What this version of RocksDB does not tell is left out.
  static void add(const Database& db, const Property& property, const char* named, Family family,
                  std::vector<StorageFigure>& out) {
    std::string text;
    if (db.handle(family) == nullptr) return;
    if (!db->GetProperty(db.handle(family), property.property, &text)) return;
    std::uint64_t value = 0;
    const char* end = text.data() + text.size();
    const auto [at, wrong] = std::from_chars(text.data(), end, value);
    if (wrong == std::errc() && at == end)
      out.push_back({property.name, property.help, named, value});
  }

  std::shared_ptr<Database> current() const {
    const std::lock_guard lock(mutex_);
    return current_;
  }
  std::shared_ptr<Database> exchange(std::shared_ptr<Database> database) {
    const std::lock_guard lock(mutex_);
    return std::exchange(current_, std::move(database));
  }

  void hold_back(std::optional<Error> why) {
    const std::lock_guard lock(mutex_);
    held_back_ = std::move(why);
  }

  const std::string path_;
  const OpenOptions options_;
  rocksdb::WriteBatch writes_;  // of the committing thread; reused for its memory
  mutable std::mutex mutex_;    // guards what follows
  std::shared_ptr<Database> current_;
  std::optional<Error> held_back_;
};

rocksdb::DBOptions db_options(OpenMode mode, rocksdb::Env* env) {
  rocksdb::DBOptions options;
  if (env != nullptr) options.env = env;
  options.create_if_missing = mode == OpenMode::create;
  options.create_missing_column_families = mode == OpenMode::create;
  options.error_if_exists = mode == OpenMode::create;
  options.paranoid_checks = true;
  // A record cut off at the end of the log was never acknowledged; one broken before the end is
  // damage.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  options.atomic_flush = true;
  options.db_write_buffer_size = kUnflushedBytesMax;
  options.max_open_files =
      mode == OpenMode::read_only ? -1 : 512;  // -1: keeps files that a writer deletes
  options.info_log = std::make_shared<NoDiary>();
  options.listeners.push_back(std::make_shared<NoRecovery>());
  options.max_bgerror_resume_count = 0;
  return options;
}

std::vector<rocksdb::ColumnFamilyDescriptor> families() {
  rocksdb::BlockBasedTableOptions table;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.block_cache = rocksdb::NewLRUCache(kBlockCacheBytes);
  rocksdb::ColumnFamilyOptions options;
  options.compression = rocksdb::kNoCompression;
  options.memtable_insert_with_hint_prefix_extractor.reset(rocksdb::NewFixedPrefixTransform(1));
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  std::vector<rocksdb::ColumnFamilyDescriptor> out{{rocksdb::kDefaultColumnFamilyName, options}};
  for (std::size_t i = 0; i < kFamilies; ++i) {
    out.emplace_back(name_of(static_cast<Family>(i)), options);
  }
  out[1 + static_cast<std::size_t>(Family::snapshots)].options.level0_file_num_compaction_trigger =
      2;                 // what was replaced is to go soon
  table.block_size = 1;  // one entry in each
  out[1 + static_cast<std::size_t>(Family::entries)].options.table_factory.reset(
      rocksdb::NewBlockBasedTableFactory(table));
  return out;
}

Outcome check_directory(const std::string& path, OpenMode mode) {
  std::error_code error;
  const bool in_use = fs::exists(path + "/CURRENT", error);
  if (mode != OpenMode::create) {
    if (in_use) return ok();
    if (fs::is_directory(path, error) && !fs::is_empty(path, error))
      return damaged(path + "/CURRENT does not exist");
    return fail("storage.absent", path + " 里没有账本；请先用 liuhen init 建立",
                "there is no ledger in " + path + "; create one with liuhen init");
  }
  if (fs::exists(path, error) && (!fs::is_directory(path, error) || !fs::is_empty(path, error))) {
    return fail("storage.exists", path + " 已有内容，未作任何改动；请换一个空目录",
                path + " is in use and was left as it is; choose an empty directory");
  }
  fs::create_directories(path, error);
  if (error) {
    return fail("storage.io", "无法建立目录 " + path + "：" + error.message(),
                "cannot create the directory " + path + ": " + error.message());
  }
  return ok();
}

// A database may be older than the cache that is kept in it now. Whatever else it lacks is damage.
bool lacks_snapshots(const std::string& path, const rocksdb::DBOptions& options) {
  std::vector<std::string> names;
  if (!rocksdb::DB::ListColumnFamilies(options, path, &names).ok()) return false;
  return names.size() == kCheckedFamilies + 1 &&
         std::ranges::find(names, name_of(Family::snapshots)) == names.end();
}

Result<std::shared_ptr<Database>> open_database(const std::string& path, OpenMode mode,
                                                rocksdb::Env* env) {
  rocksdb::Status status;
  // A writer may replace files between the reading of the list and the opening of what it lists.
  for (int attempt = 0; attempt < (mode == OpenMode::read_only ? 5 : 1); ++attempt) {
    rocksdb::DB* db = nullptr;
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    rocksdb::DBOptions options = db_options(mode, env);
    std::vector<rocksdb::ColumnFamilyDescriptor> known = families();
    if (mode != OpenMode::create && lacks_snapshots(path, options)) {
      if (mode == OpenMode::read_only) known.pop_back();
      options.create_missing_column_families = true;
    }
    status = mode == OpenMode::read_only
                 ? rocksdb::DB::OpenForReadOnly(options, path, known, &handles, &db)
                 : rocksdb::DB::Open(options, path, known, &handles, &db);
    if (status.ok()) {
      return std::make_shared<Database>(std::unique_ptr<rocksdb::DB>(db), std::move(handles), mode);
    }
  }
  return error_of(status);
}

}  // namespace

Result<std::unique_ptr<Storage>> open_rocksdb(const std::string& path, const OpenOptions& options) {
  const Outcome usable = check_directory(path, options.mode);
  if (!usable) return usable.error();
  const auto open_to_read = [&] { return open_database(path, OpenMode::read_only, options.env); };
  if (options.mode == OpenMode::existing) {
    // Opening for writing changes files even where it fails in the end: only what can be read.
    const auto readable = open_to_read();
    if (!readable) return readable.error();
  }
  auto database = open_database(path, options.mode, options.env);
  std::optional<Error> held_back;
  if (!database && options.reads_on && is_passing(database.error())) {
    held_back = database.error();
    database = open_to_read();
  }
  if (!database) return database.error();
  return std::unique_ptr<Storage>(
      std::make_unique<RocksdbStorage>(path, options, std::move(*database), std::move(held_back)));
}

}  // namespace liuhen::ledger
