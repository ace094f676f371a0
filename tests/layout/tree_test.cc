#include "tests/layout/tree.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace liuhen::layout {
namespace {

TEST(Tree, HoldsTheProjectAndNoBuildOutput) {
  std::set<std::string> paths;
  for (const File& file : tree()) paths.insert(file.path);
  EXPECT_TRUE(paths.contains("CMakeLists.txt"));
  EXPECT_TRUE(paths.contains("tools/test.sh"));
  EXPECT_TRUE(paths.contains("tests/layout/tree_test.cc"));
  for (const std::string& path : paths) EXPECT_FALSE(is_under(path, "build")) << path;
}

TEST(Tree, OnDiskAndInGitAreTheSameProject) {
  const std::set<std::string> git = paths_from_git();
  if (!git.contains("CMakeLists.txt")) GTEST_SKIP() << "no clone, or no git";
  const std::set<std::string> disk = paths_on_disk();
  for (const std::string& path : git) {
    if (!std::filesystem::exists(std::filesystem::path(LIUHEN_SOURCE_DIR) / path)) continue;
    EXPECT_TRUE(disk.contains(path)) << path;
  }
}

}  // namespace
}  // namespace liuhen::layout
