#include "ledger/durable_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>

namespace liuhen::ledger {
namespace {

std::error_code last_error() { return {errno, std::generic_category()}; }

// An open file, closed when it goes.
class Descriptor {
 public:
  Descriptor(const std::string& path, int flags, unsigned mode = 0)
      : fd_(::open(path.c_str(), flags | O_CLOEXEC, mode)) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  bool good() const { return fd_ >= 0; }
  int get() const { return fd_; }

 private:
  int fd_;
};

bool write_all(int fd, View bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return true;
}

bool write_all_at(int fd, std::uint64_t at, View bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(at));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(written));
    at += static_cast<std::uint64_t>(written);
  }
  return true;
}

FileId id_of(const struct stat& about) {
  return {.device = about.st_dev,
          .file = about.st_ino,
          .size = static_cast<std::uint64_t>(about.st_size)};
}

}  // namespace

std::error_code write_synced(const std::string& path, View bytes, unsigned mode) {
  const Descriptor file(path, O_WRONLY | O_CREAT | O_TRUNC, mode);
  if (!file.good() || !write_all(file.get(), bytes) || ::fsync(file.get()) != 0)
    return last_error();
  return {};
}

std::optional<FileId> file_id(const std::string& path) {
  struct stat about {};
  if (::stat(path.c_str(), &about) != 0) return std::nullopt;
  return id_of(about);
}

std::error_code overwrite_synced(const std::string& path, const FileId& file, std::uint64_t at,
                                 View bytes) {
  LIUHEN_CHECK(at <= file.size && bytes.size() <= file.size - at);
  const Descriptor opened(path, O_WRONLY);
  struct stat about {};
  if (!opened.good() || ::fstat(opened.get(), &about) != 0) return last_error();
  if (id_of(about) != file) return std::make_error_code(std::errc::no_such_file_or_directory);
  if (!write_all_at(opened.get(), at, bytes) || ::fdatasync(opened.get()) != 0) return last_error();
  return {};
}

std::error_code rename_synced(const std::string& from, const std::string& to) {
  if (std::rename(from.c_str(), to.c_str()) != 0) return last_error();
  return sync_folder(std::filesystem::path(to).parent_path());
}

std::error_code sync_name(const std::string& path) {
  const std::error_code error = sync_folder(std::filesystem::path(path).parent_path());
  const bool cannot = error == std::errc::invalid_argument || error == std::errc::permission_denied;
  return cannot ? std::error_code() : error;
}

std::error_code sync_file(const std::string& path) {
  std::error_code error;
  const auto about = std::filesystem::status(path, error);
  // A pipe that is opened and closed is read by nobody any more.
  if (std::filesystem::exists(about) && !std::filesystem::is_regular_file(about)) return {};
  const Descriptor file(path, O_RDONLY);
  if (!file.good() || ::fsync(file.get()) != 0) return last_error();
  return sync_name(path);
}

bool make_folders(const std::string& path, std::error_code& error) {
  namespace fs = std::filesystem;
  fs::path folder(path);
  if (!folder.has_filename()) folder = folder.parent_path();  // "a/" is "a"
  const fs::path above = folder.parent_path();
  std::error_code ignored;
  error.clear();
  // Who made it may have been killed before it was durable.
  if (fs::is_directory(folder, ignored)) {
    error = sync_name(folder);
    return false;
  }
  const bool made_above = !above.empty() && make_folders(above, error);
  if (error) return false;
  const bool made = fs::create_directory(folder, error);
  if (made) error = sync_name(folder);
  if (made && error) fs::remove(folder, ignored);
  return !error && (made || made_above);
}

std::error_code sync_folder(const std::string& path) {
  const Descriptor folder(path.empty() ? "." : path, O_RDONLY | O_DIRECTORY);
  if (!folder.good() || ::fsync(folder.get()) != 0) return last_error();
  return {};
}

bool has_room(const std::string& path, const Room& room) {
  struct statvfs about {};
  if (::statvfs(path.c_str(), &about) != 0 || (about.f_flag & ST_RDONLY) != 0) return false;
  const bool counts_files = about.f_files != 0;  // Btrfs does not
  return std::uint64_t{about.f_bavail} * about.f_frsize >= room.bytes &&
         (!counts_files || about.f_favail >= room.files);
}

}  // namespace liuhen::ledger
