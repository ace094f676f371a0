#include "tests/layout/tree.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

namespace liuhen::layout {
namespace {

namespace fs = std::filesystem;
const fs::path kRoot = LIUHEN_SOURCE_DIR;

}  // namespace

std::set<std::string> paths_from_git() {
  const std::string command = "git -c safe.directory='*' -C '" + kRoot.string() +
                              "' ls-files --cached --others --exclude-standard -z 2>/dev/null";
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return {};
  std::set<std::string> paths;
  std::string path;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) {
    if (c != 0) {
      path.push_back(static_cast<char>(c));
    } else {
      paths.insert(std::exchange(path, {}));
    }
  }
  return pclose(pipe) == 0 ? paths : std::set<std::string>{};
}

std::set<std::string> paths_on_disk() {
  const std::set<std::string> not_ours = {".git", "build", "demo", "tour", "node_modules"};
  std::set<std::string> paths;
  for (auto at = fs::recursive_directory_iterator(kRoot); at != fs::end(at); ++at) {
    if (not_ours.contains(at->path().filename().string())) {
      at.disable_recursion_pending();
    } else if (at->is_regular_file()) {
      paths.insert(at->path().lexically_relative(kRoot).generic_string());
    }
  }
  return paths;
}

const std::vector<File>& tree() {
  static const std::vector<File> files = [] {
    std::set<std::string> paths = paths_from_git();
    if (!paths.contains("CMakeLists.txt")) paths = paths_on_disk();
    std::vector<File> read;
    for (const std::string& path : paths) {
      std::ifstream in(kRoot / path, std::ios::binary);
      if (!in || !fs::is_regular_file(kRoot / path)) continue;  // deleted, and not yet committed
      std::string text{std::istreambuf_iterator<char>(in), {}};
      const bool binary = text.find('\0') < 8000;
      if (!binary) read.push_back({path, std::move(text)});
    }
    return read;
  }();
  return files;
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

bool ends_with_any(std::string_view text, const std::vector<std::string_view>& endings) {
  return std::any_of(endings.begin(), endings.end(),
                     [&](std::string_view ending) { return text.ends_with(ending); });
}

bool is_under(std::string_view path, std::string_view folder) {
  return path.size() > folder.size() && path.starts_with(folder) && path[folder.size()] == '/';
}

std::string listed(const std::vector<std::string>& complaints) {
  std::string text;
  for (const std::string& complaint : complaints) text += "  " + complaint + "\n";
  return text;
}

}  // namespace liuhen::layout
