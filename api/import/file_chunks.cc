#include "api/import/file_chunks.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace liuhen::api {
namespace {

constexpr std::uint64_t kSmallChunkBytes = 4096;  // room for a small file

struct Close {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

Error open_error(const std::string& path, const std::string& why) {
  return fail(
      "import.open", "打不开文件 " + path + "（" + why + "）：请核对路径和读取权限",
      "cannot open " + path + " (" + why + "): check the path and your permission to read it");
}

}  // namespace

Outcome read_chunks(const std::string& path, const OnChunk& on_chunk) {
  const std::unique_ptr<std::FILE, Close> file(std::fopen(path.c_str(), "rb"));
  if (!file) return open_error(path, std::strerror(errno));
  struct stat info {};
  if (::fstat(::fileno(file.get()), &info) != 0) return open_error(path, std::strerror(errno));
  if (!S_ISREG(info.st_mode)) return open_error(path, "不是普通文件 / not a regular file");
  const auto total = static_cast<std::uint64_t>(info.st_size);
  Bytes buffer(std::clamp<std::uint64_t>(total + 1, kSmallChunkBytes, kChunkBytes));
  std::uint64_t read = 0;
  while (true) {
    const std::size_t got = std::fread(buffer.data(), 1, buffer.size(), file.get());
    if (got == 0) break;
    read += got;
    if (auto done = on_chunk(View(buffer.data(), got), read, total); !done) return done.error();
  }
  if (std::ferror(file.get()) != 0) {
    return fail("import.read",
                "读取 " + path + " 到第 " + std::to_string(read) + " 字节时出错：请检查磁盘后重试",
                "reading " + path + " failed at byte " + std::to_string(read) +
                    ": check the disk and try again");
  }
  return ok();
}

}  // namespace liuhen::api
