#include "ledger/durable_file.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace liuhen::tests {
namespace {

namespace fs = std::filesystem;

class Folders : public ::testing::Test {
 protected:
  void SetUp() override { fs::remove_all(top_); }
  void TearDown() override { fs::remove_all(top_); }
  const std::string top_ = ::testing::TempDir() + "liuhen-folders";
};

TEST_F(Folders, AreMadeOnceAndAllTheWay) {
  std::error_code error;
  EXPECT_TRUE(ledger::make_folders(top_ + "/a/b/", error));
  EXPECT_FALSE(error) << error.message();
  EXPECT_TRUE(fs::is_directory(top_ + "/a/b"));
  EXPECT_FALSE(ledger::make_folders(top_ + "/a/b", error));
  EXPECT_FALSE(ledger::make_folders(".", error));
  EXPECT_FALSE(error) << error.message();
}

TEST_F(Folders, AreNotMadeBelowAFile) {
  std::error_code error;
  EXPECT_TRUE(ledger::make_folders(top_, error));
  EXPECT_FALSE(ledger::write_synced(top_ + "/file", {}));
  for (const char* path : {"/file", "/file/a"}) {
    EXPECT_FALSE(ledger::make_folders(top_ + path, error)) << path;
    EXPECT_EQ(error, std::errc::file_exists) << path;
  }
}

}  // namespace
}  // namespace liuhen::tests
