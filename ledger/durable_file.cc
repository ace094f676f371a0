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

bool cut_to(int fd, std::size_t size) {
  struct stat about {};
  if (::fstat(fd, &about) != 0) return false;
  return static_cast<std::size_t>(about.st_size) <= size ||
         ::ftruncate(fd, static_cast<off_t>(size)) == 0;
}

}  // namespace

std::error_code write_synced(const std::string& path, View bytes, unsigned mode) {
  const Descriptor file(path, O_WRONLY | O_CREAT | O_TRUNC, mode);
  if (!file.good() || !write_all(file.get(), bytes) || ::fsync(file.get()) != 0)
    return last_error();
  return {};
}

std::error_code overwrite_synced(const std::string& path, View bytes) {
  const Descriptor file(path, O_WRONLY | O_CREAT, 0644);
  if (!file.good() || !cut_to(file.get(), bytes.size()) || !write_all(file.get(), bytes) ||
      ::fdatasync(file.get()) != 0)
    return last_error();
  return {};
}

std::error_code rename_synced(const std::string& from, const std::string& to) {
  if (std::rename(from.c_str(), to.c_str()) != 0) return last_error();
  return sync_folder(std::filesystem::path(to).parent_path());
}

std::error_code exchange_synced(const std::string& from, const std::string& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_EXCHANGE) != 0) {
    const bool cannot = errno == ENOENT || errno == EINVAL || errno == ENOSYS;
    return cannot ? rename_synced(from, to) : last_error();
  }
  return sync_folder(std::filesystem::path(to).parent_path());
}

std::error_code sync_folder(const std::string& path) {
  const Descriptor folder(path.empty() ? "." : path, O_RDONLY | O_DIRECTORY);
  if (!folder.good() || ::fsync(folder.get()) != 0) return last_error();
  return {};
}

bool has_room(const std::string& path, std::uint64_t bytes) {
  struct statvfs about {};
  if (::statvfs(path.c_str(), &about) != 0 || (about.f_flag & ST_RDONLY) != 0) return false;
  return std::uint64_t{about.f_bavail} * about.f_frsize >= bytes;
}

}  // namespace liuhen::ledger
