// A directory on a disk that, when the power is cut, keeps only what was synced: of a file the
// bytes of its last sync, of a folder the names of its last sync. What was not synced survives
// or not, as `Survivors` says. RocksDB is put on it by a FileSystemWrapper, and our own files by a
// tap on the system calls of durable_file.cc (power_cut_tap.h).
#pragma once

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace liuhen::tests {

enum class Survivors {
  nothing,  // that was not synced
  names,    // every name, but of the files only what was synced: as a journal of names alone keeps
  some,     // the first so many names, and of each file some beginning, at random
  all,
};

// Thread-safe. Changes are counted; the power is cut just before one of them, and every change from
// then on fails.
class PowerCutDisk {
 public:
  struct File {
    std::string content;
    std::string synced;  // as it was at its last sync
  };
  using FilePtr = std::shared_ptr<File>;

  // What is in the directory now is durable.
  explicit PowerCutDisk(std::string root) : root_(std::move(root)) { take_stock(); }

  const std::string& root() const { return root_; }
  void cut_before(std::uint64_t change) {
    const std::lock_guard lock(mutex_);
    cut_ = change;
  }
  std::uint64_t changes() const {
    const std::lock_guard lock(mutex_);
    return changes_;
  }
  bool is_off() const {
    const std::lock_guard lock(mutex_);
    return off_;
  }

  // Each is one change; false, or nothing: the power is off.
  FilePtr create(const std::string& path) {
    const std::lock_guard lock(mutex_);
    if (!on()) return nullptr;
    auto file = std::make_shared<File>();
    record({normal(path), file, ""});
    return file;
  }
  bool append(const FilePtr& file, std::string_view bytes) {
    return write_at(file, file->content.size(), bytes);
  }
  bool write_at(const FilePtr& file, std::size_t at, std::string_view bytes) {
    const std::lock_guard lock(mutex_);
    if (!on()) return false;
    if (file->content.size() < at + bytes.size()) file->content.resize(at + bytes.size());
    file->content.replace(at, bytes.size(), bytes);
    return true;
  }
  bool truncate(const FilePtr& file, std::size_t size) {
    const std::lock_guard lock(mutex_);
    if (!on()) return false;
    file->content.resize(size);
    file->synced.resize(std::min(file->synced.size(), size));
    return true;
  }
  bool sync(const FilePtr& file) {
    const std::lock_guard lock(mutex_);
    if (!on()) return false;
    file->synced = file->content;
    return true;
  }
  bool remove(const std::string& path) {
    const std::lock_guard lock(mutex_);
    if (!on()) return false;
    record({normal(path), nullptr, ""});
    return true;
  }
  bool rename(const std::string& from, const std::string& to) {
    const std::lock_guard lock(mutex_);
    if (!on()) return false;
    record({normal(to), nullptr, normal(from)});
    return true;
  }
  bool sync_folder(const std::string& path) {
    const std::lock_guard lock(mutex_);
    if (!on()) return false;
    std::vector<Naming> others;
    for (const Naming& naming : unsynced_) {
      if (folder_of(naming.path) == normal(path)) {
        apply(naming, durable_);
      } else {
        others.push_back(naming);
      }
    }
    unsynced_ = std::move(others);
    return true;
  }
  FilePtr find(const std::string& path) const {
    const std::lock_guard lock(mutex_);
    const auto found = names_.find(normal(path));
    return found == names_.end() ? nullptr : found->second;
  }

  // The power comes back: the directory holds what survived, and all of it is durable.
  void restore(Survivors survivors, std::uint64_t seed) {
    const std::lock_guard lock(mutex_);
    std::mt19937_64 random(seed);
    const auto up_to = [&](std::size_t most) { return random() % (most + 1); };
    Names names = durable_;
    std::size_t kept = survivors == Survivors::nothing ? 0 : unsynced_.size();
    if (survivors == Survivors::some) kept = up_to(kept);
    for (std::size_t i = 0; i < kept; ++i) apply(unsynced_[i], names);
    remove_real_files();
    for (const auto& [path, file] : names) {
      std::string content = file->synced;
      if (survivors == Survivors::all) content = file->content;
      if (survivors == Survivors::some) {  // of what was written since
        const auto [now, then] = std::ranges::mismatch(file->content, content);
        const auto same = static_cast<std::size_t>(now - file->content.begin());
        const std::size_t size = same + up_to(file->content.size() - same);
        content.replace(0, std::min(size, content.size()), file->content, 0, size);
      }
      std::ofstream(path, std::ios::binary) << content;
    }
    take_stock();
    changes_ = cut_ = 0;
    off_ = false;
  }

 private:
  using Names = std::map<std::string, FilePtr>;
  struct Naming {  // a file made, removed (no file), or renamed (no file, a name it had)
    std::string path;
    FilePtr file;
    std::string from;
  };

  static std::string normal(const std::string& path) {
    std::string out = std::filesystem::path(path).lexically_normal();
    while (out.size() > 1 && out.back() == '/') out.pop_back();
    return out;
  }
  static std::string folder_of(const std::string& path) {
    return std::filesystem::path(path).parent_path();
  }
  bool on() {
    if (!off_ && ++changes_ == cut_) off_ = true;
    return !off_;
  }
  static void apply(const Naming& naming, Names& names) {
    FilePtr file = naming.file;
    if (!naming.from.empty()) {
      file = names[naming.from];
      names.erase(naming.from);
    }
    if (file) {
      names[naming.path] = file;
    } else {
      names.erase(naming.path);
    }
  }
  void record(Naming naming) {
    apply(naming, names_);
    unsynced_.push_back(std::move(naming));
  }
  template <class Visit>
  void for_real_files(const Visit& visit) {
    std::vector<std::string> paths;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root_)) {
      if (entry.is_regular_file()) paths.push_back(entry.path());
    }
    for (const std::string& path : paths) visit(path);
  }
  void remove_real_files() {
    for_real_files([](const std::string& path) { std::filesystem::remove(path); });
  }
  void take_stock() {
    names_.clear();
    unsynced_.clear();
    for_real_files([this](const std::string& path) {
      auto file = std::make_shared<File>();
      std::ifstream in(path, std::ios::binary);
      file->content.assign(std::istreambuf_iterator<char>(in), {});
      file->synced = file->content;
      names_[normal(path)] = file;
    });
    durable_ = names_;
  }

  const std::string root_;
  mutable std::mutex mutex_;  // guards the rest
  std::uint64_t changes_ = 0;
  std::uint64_t cut_ = 0;  // 0: never
  bool off_ = false;
  Names names_;                   // as programs see them
  Names durable_;                 // as of each folder's last sync
  std::vector<Naming> unsynced_;  // since, in order
};

inline rocksdb::IOStatus power_is_off() { return rocksdb::IOStatus::IOError("the power is off"); }

// A file of RocksDB's: real, so that it can be read, and on the disk's books.
class PowerCutFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  using IOStatus = rocksdb::IOStatus;
  PowerCutFile(std::unique_ptr<rocksdb::FSWritableFile> real, PowerCutDisk& disk,
               PowerCutDisk::FilePtr file)
      : FSWritableFileOwnerWrapper(std::move(real)), disk_(disk), file_(std::move(file)) {}

  IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                  rocksdb::IODebugContext* dbg) override {
    if (!disk_.append(file_, {data.data(), data.size()})) return power_is_off();
    return target()->Append(data, options, dbg);
  }
  IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                  const rocksdb::DataVerificationInfo&, rocksdb::IODebugContext* dbg) override {
    return Append(data, options, dbg);
  }
  IOStatus Truncate(std::uint64_t size, const rocksdb::IOOptions& options,
                    rocksdb::IODebugContext* dbg) override {
    if (!disk_.truncate(file_, size)) return power_is_off();
    return target()->Truncate(size, options, dbg);
  }
  IOStatus Sync(const rocksdb::IOOptions&, rocksdb::IODebugContext*) override {
    return disk_.sync(file_) ? IOStatus::OK() : power_is_off();
  }
  IOStatus Fsync(const rocksdb::IOOptions&, rocksdb::IODebugContext*) override {
    return disk_.sync(file_) ? IOStatus::OK() : power_is_off();
  }

 private:
  PowerCutDisk& disk_;
  PowerCutDisk::FilePtr file_;
};

class PowerCutFolder final : public rocksdb::FSDirectory {
 public:
  PowerCutFolder(PowerCutDisk& disk, std::string path) : disk_(disk), path_(std::move(path)) {}
  rocksdb::IOStatus Fsync(const rocksdb::IOOptions&, rocksdb::IODebugContext*) override {
    return disk_.sync_folder(path_) ? rocksdb::IOStatus::OK() : power_is_off();
  }
  rocksdb::IOStatus Close(const rocksdb::IOOptions&, rocksdb::IODebugContext*) override {
    return rocksdb::IOStatus::OK();
  }

 private:
  PowerCutDisk& disk_;
  std::string path_;
};

class PowerCutFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  using IOStatus = rocksdb::IOStatus;
  explicit PowerCutFileSystem(PowerCutDisk& disk)
      : FileSystemWrapper(rocksdb::FileSystem::Default()), disk_(disk) {}
  const char* Name() const override { return "PowerCutFileSystem"; }

  IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                           std::unique_ptr<rocksdb::FSWritableFile>* out,
                           rocksdb::IODebugContext* dbg) override {
    auto file = disk_.create(path);
    if (!file) return power_is_off();
    return wrapped(target()->NewWritableFile(path, options, out, dbg), std::move(file), out);
  }
  IOStatus ReopenWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                              std::unique_ptr<rocksdb::FSWritableFile>* out,
                              rocksdb::IODebugContext* dbg) override {
    auto file = disk_.find(path);
    if (!file) file = disk_.create(path);
    if (!file) return power_is_off();
    return wrapped(target()->ReopenWritableFile(path, options, out, dbg), std::move(file), out);
  }
  IOStatus ReuseWritableFile(const std::string&, const std::string&, const rocksdb::FileOptions&,
                             std::unique_ptr<rocksdb::FSWritableFile>*,
                             rocksdb::IODebugContext*) override {
    return IOStatus::NotSupported("files are not used twice here");
  }
  IOStatus NewDirectory(const std::string& path, const rocksdb::IOOptions&,
                        std::unique_ptr<rocksdb::FSDirectory>* out,
                        rocksdb::IODebugContext*) override {
    *out = std::make_unique<PowerCutFolder>(disk_, path);
    return IOStatus::OK();
  }
  IOStatus DeleteFile(const std::string& path, const rocksdb::IOOptions& options,
                      rocksdb::IODebugContext* dbg) override {
    if (!disk_.remove(path)) return power_is_off();
    return target()->DeleteFile(path, options, dbg);
  }
  IOStatus RenameFile(const std::string& from, const std::string& to,
                      const rocksdb::IOOptions& options, rocksdb::IODebugContext* dbg) override {
    if (!disk_.rename(from, to)) return power_is_off();
    return target()->RenameFile(from, to, options, dbg);
  }

 private:
  IOStatus wrapped(IOStatus status, PowerCutDisk::FilePtr file,
                   std::unique_ptr<rocksdb::FSWritableFile>* out) {
    if (status.ok()) *out = std::make_unique<PowerCutFile>(std::move(*out), disk_, std::move(file));
    return status;
  }
  PowerCutDisk& disk_;
};

}  // namespace liuhen::tests
