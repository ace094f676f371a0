#include "ledger/head_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "crypto/note.h"
#include "ledger/durable_file.h"

namespace liuhen::ledger {
namespace {

Error io_error(const std::string& path, const std::error_code& error) {
  const std::string why = error.message();
  if (error == std::errc::no_space_on_device || error.value() == EDQUOT) {
    return fail("storage.full", "磁盘已满，无法写入 " + path + "，请腾出空间：" + why,
                "the disk is full and " + path + " was not written, make room: " + why);
  }
  if (error == std::errc::read_only_file_system) {
    return fail("storage.read_only", "文件系统是只读的，无法写入 " + path + "：" + why,
                "the file system is read-only and " + path + " was not written: " + why);
  }
  return fail("head.io", "读写头文件 " + path + " 失败：" + why,
              "reading or writing the head file " + path + " failed: " + why);
}

// As much as a note may have, and a little more.
bool read_all(int file, std::string& text) {
  char buffer[4096];
  while (text.size() <= crypto::kMaxNoteSize) {
    const ssize_t got = ::read(file, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return false;
    if (got == 0) break;
    text.append(buffer, static_cast<std::size_t>(got));
  }
  return true;
}

}  // namespace

Result<std::optional<std::string>> DiskHeadFile::read() {
  // What is open may have lost the name meanwhile, and be written over.
  for (;;) {
    const int file = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0 && errno == ENOENT) return std::optional<std::string>();
    std::string text;
    struct stat before {
    }, after{};
    const bool good = file >= 0 && ::fstat(file, &before) == 0 && read_all(file, text) &&
                      ::stat(path_.c_str(), &after) == 0;
    const std::error_code error(errno, std::generic_category());
    if (file >= 0) ::close(file);
    if (!good) return io_error(path_, error);
    if (before.st_ino == after.st_ino && before.st_mtim.tv_sec == after.st_mtim.tv_sec &&
        before.st_mtim.tv_nsec == after.st_mtim.tv_nsec)
      return std::optional<std::string>(std::move(text));
  }
}

Outcome DiskHeadFile::write(const std::string& note) {
  const std::string beside = path_ + ".new";
  if (const auto error = overwrite_synced(beside, view_of(note))) return io_error(beside, error);
  if (const auto error = exchange_synced(beside, path_)) return io_error(path_, error);
  return ok();
}

}  // namespace liuhen::ledger
