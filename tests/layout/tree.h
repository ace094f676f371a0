// The project's own text files, as a person who clones it gets them.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace liuhen::layout {

struct File {
  std::string path;  // from the root of the repository, with '/'
  std::string text;
};

// Every text file that git tracks, or would if it were added; without git, every file that is not
// build output. Read once; the order is by path. Not thread-safe on first use.
const std::vector<File>& tree();

// Where tree() looks: what git lists (nothing when this is no clone, or there is no git), else what
// lies on disk outside build output.
std::set<std::string> paths_from_git();
std::set<std::string> paths_on_disk();

// The lines of a text, without their ends.
std::vector<std::string_view> lines_of(std::string_view text);

bool ends_with_any(std::string_view text, const std::vector<std::string_view>& endings);

// What follows `folder/` is inside it: is_under("api/server/x.h", "api/server").
bool is_under(std::string_view path, std::string_view folder);

// One line each, for a failure message.
std::string listed(const std::vector<std::string>& complaints);

}  // namespace liuhen::layout
