// A directory for one test, removed after it, and files in it.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace liuhen::api {

class Scratch {
 public:
  Scratch() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "liuhen-import-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }
  std::string file(std::string_view bytes, const std::string& name = "file.csv") const {
    const std::string full = path_ + "/" + name;
    std::ofstream(full, std::ios::binary | std::ios::trunc)
        .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    return full;
  }

 private:
  std::string path_;
};

// The shared data for tests; may not exist.
inline std::string shared_data() {
  if (const char* given = std::getenv("LIUHEN_DATA")) return given;
  return std::string(LIUHEN_SOURCE_DIR) + "/../shared/data";
}

}  // namespace liuhen::api
