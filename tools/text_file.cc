#include "tools/text_file.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>

namespace liuhen::tools {

Result<std::string> read_text(const std::string& path) {
  std::string text;
  if (path == "-") {
    text.assign(std::istreambuf_iterator<char>(std::cin), {});
  } else {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
      const std::string why = std::strerror(errno);
      return fail("file.io", "打不开 " + path + "：" + why, "cannot open " + path + ": " + why);
    }
    char chunk[65'536];
    while (file.read(chunk, sizeof chunk) || file.gcount() > 0)
      text.append(chunk, static_cast<std::size_t>(file.gcount()));
    if (file.bad()) return fail("file.io", "读不了 " + path, "cannot read " + path);
  }
  if (text.size() > kTextFileBytesMax)
    return fail("file.oversized", path + " 太大", path + " is too large");
  return text;
}

Outcome write_text(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  if (!file.flush()) {
    const std::string why = std::strerror(errno);
    return fail("file.io", "写不了 " + path + "：" + why, "cannot write " + path + ": " + why);
  }
  return ok();
}

}  // namespace liuhen::tools
