#include "ledger/head_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "crypto/note.h"
#include "ledger/head_copies.h"

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
  if (error.value() == EMFILE || error.value() == ENFILE) {
    return fail("storage.descriptors", "打开的文件过多，无法打开 " + path + "：" + why,
                "too many files are open, and " + path + " could not be: " + why);
  }
  return fail("head.io", "读写头文件 " + path + " 失败：" + why,
              "reading or writing the head file " + path + " failed: " + why);
}

// As much as the copies of a note may have, and a little more.
constexpr std::size_t kReadMax = 2 * (crypto::kMaxNoteSize + kHeadBlockSize);

bool read_all(int file, std::string& text) {
  char buffer[4096];
  while (text.size() <= kReadMax) {
    const ssize_t got = ::read(file, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return false;
    if (got == 0) break;
    text.append(buffer, static_cast<std::size_t>(got));
  }
  return true;
}

Result<std::optional<std::string>> content_of(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0 && errno == ENOENT) return std::optional<std::string>();
  std::string text;
  const bool good = file >= 0 && read_all(file, text);
  const std::error_code error(errno, std::generic_category());
  if (file >= 0) ::close(file);
  if (!good) return io_error(path, error);
  return std::optional<std::string>(std::move(text));
}

}  // namespace

Result<std::optional<std::string>> DiskHeadFile::read() {
  made_.reset();  // who asks does not know what is there
  auto content = content_of(path_);
  // It may be written meanwhile: what is found twice is what is there.
  for (auto again = content_of(path_); content && again && *content != *again;
       again = content_of(path_))
    content = std::move(again);
  if (!content || !*content) return content;
  auto copy = read_head_copies(**content);
  if (!copy) return copy.error();
  return *copy ? std::optional<std::string>(std::move((*copy)->note)) : std::move(*content);
}

Outcome DiskHeadFile::write(const std::string& note) {
  const HeadCopy copy{.number = number_ + 1, .note = note};
  const auto file = std::exchange(made_, std::nullopt);
  if (!file || file->size != 2 * head_copy_size(copy)) return make(note);
  const std::size_t size = file->size / 2;
  const std::error_code error =
      overwrite_synced(path_, *file, copy.number % 2 * size, view_of(format_head_copy(copy, size)));
  if (error == std::errc::no_such_file_or_directory) return make(note);
  if (error) return io_error(path_, error);
  made_ = file;
  number_ = copy.number;
  return ok();
}

// What the name stood for before stays whole until this is.
Outcome DiskHeadFile::make(const std::string& note) {
  const HeadCopy copy{.number = 1, .note = note};
  const std::size_t size = head_copy_size(copy);
  const std::string content = std::string(size - 1, ' ') + "\n" + format_head_copy(copy, size);
  const std::string beside = path_ + ".new";
  const auto failed = [&](const std::string& at, const std::error_code& error) {
    ::unlink(beside.c_str());  // nobody would come back for it
    return io_error(at, error);
  };
  if (const auto error = write_synced(beside, view_of(content))) return failed(beside, error);
  const auto made = file_id(beside);
  if (const auto error = rename_synced(beside, path_)) return failed(path_, error);
  made_ = made;
  number_ = copy.number;
  return ok();
}

}  // namespace liuhen::ledger
