#include "tools/verify_openings.h"

#include <fcntl.h>
#include <unistd.h>

namespace liuhen::tools {

Outcome write_openings(const std::string& path, std::string_view text) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  bool good = file >= 0;
  while (good && !text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    good = written > 0;
    if (good) text.remove_prefix(static_cast<std::size_t>(written));
  }
  if (file >= 0) good = ::close(file) == 0 && good;
  if (good) return ok();
  return fail("openings.io", "写不了 " + path + "（文件已在，或无法写入）",
              "cannot write " + path + " (it is there already, or cannot be written)");
}

}  // namespace liuhen::tools
