// A directory that goes away with its test.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

#include "crypto/result.h"

namespace liuhen::tests {

class TempDir {
 public:
  TempDir() {
    std::string name = (std::filesystem::temp_directory_path() / "liuhen-api-XXXXXX").string();
    LIUHEN_CHECK(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~TempDir() { std::filesystem::remove_all(path_); }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace liuhen::tests
