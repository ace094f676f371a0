#include "ledger/head_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "crypto/note.h"

namespace liuhen::ledger {
namespace {

Error io_error(const std::string& path) {
  const std::string why = std::strerror(errno);
  if (errno == ENOSPC || errno == EDQUOT) {
    return fail(
        "storage.full", "磁盘已满，无法写入 " + path + "，请腾出空间后重新启动：" + why,
        "the disk is full and " + path + " was not written, make room and start again: " + why);
  }
  return fail("head.io", "读写头文件 " + path + " 失败：" + why,
              "reading or writing the head file " + path + " failed: " + why);
}

// An open file, closed when it goes.
class Descriptor {
 public:
  Descriptor(const std::string& path, int flags)
      : fd_(::open(path.c_str(), flags | O_CLOEXEC, 0644)) {}
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

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return ::fsync(fd) == 0;
}

}  // namespace

Result<std::optional<std::string>> DiskHeadFile::read() {
  const Descriptor file(path_, O_RDONLY);
  if (!file.good()) {
    if (errno == ENOENT) return std::optional<std::string>();
    return io_error(path_);
  }
  std::string text;
  char buffer[4096];
  while (text.size() <= crypto::kMaxNoteSize) {
    const ssize_t got = ::read(file.get(), buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return io_error(path_);
    if (got == 0) break;
    text.append(buffer, static_cast<std::size_t>(got));
  }
  return std::optional<std::string>(std::move(text));
}

Outcome DiskHeadFile::write(const std::string& note) {
  const std::string beside = path_ + ".new";
  {
    const Descriptor file(beside, O_WRONLY | O_CREAT | O_TRUNC);
    if (!file.good() || !write_all(file.get(), note)) return io_error(beside);
  }
  if (std::rename(beside.c_str(), path_.c_str()) != 0) return io_error(path_);
  const auto parent = std::filesystem::path(path_).parent_path().string();
  const Descriptor folder(parent.empty() ? "." : parent, O_RDONLY | O_DIRECTORY);
  if (!folder.good() || ::fsync(folder.get()) != 0) return io_error(path_);
  return ok();
}

}  // namespace liuhen::ledger
