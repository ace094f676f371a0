// What is set aside of a history that was declared lost, and when.
#include "api/server/declared_loss.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "crypto/checkpoint.h"
#include "crypto/merkle.h"
#include "crypto/note.h"
#include "ledger/head_file.h"
#include "ledger/loss.h"
#include "ledger/memory_storage.h"
#include "tests/api/running_witness.h"

namespace liuhen::tests {
namespace {

class DeclaredLoss : public testing::Test {
 protected:
  static std::string note(const std::string& root) {
    return crypto::sign_checkpoint(
        {.origin = "log.example/one", .size = 40, .root = crypto::leaf_hash(view_of(root))},
        key_of(1));
  }
  void cosign(const std::string& text) { std::ofstream(temp / "cosigned") << text; }
  std::set<std::string> names() {
    std::set<std::string> out;
    for (const auto& file : std::filesystem::directory_iterator(temp / "."))
      out.insert(file.path().filename());
    return out;
  }
  std::string text_of(const std::string& name) {
    return ledger::DiskHeadFile(temp / name).read()->value_or("");
  }
  TempDir temp;
  const api::server::Layout layout{temp / "."};
};

TEST_F(DeclaredLoss, IsOfNothingBeforeTheLogSaysSo) {
  ledger::MemoryStorage log;
  EXPECT_EQ(api::server::unfinished_loss(layout, log).value(), std::nullopt);
  ASSERT_TRUE(api::server::begin_loss(layout, note("x")));
  EXPECT_EQ(api::server::unfinished_loss(layout, log).value(), std::nullopt);
  EXPECT_EQ(text_of("head.losing"), note("x"));
  api::server::drop_loss(layout);
  EXPECT_EQ(names(), std::set<std::string>());
}

TEST_F(DeclaredLoss, TakesHeadAndCosignaturesAsideUnderOneEnding) {
  cosign("one");
  ASSERT_TRUE(api::server::begin_loss(layout, note("x")));
  EXPECT_EQ(api::server::set_lost_aside(layout, note("x")).value(), layout.head + ".lost-40");
  EXPECT_EQ(names(), (std::set<std::string>{"cosigned.lost-40", "head.lost-40"}));
  EXPECT_EQ(text_of("head.lost-40"), note("x"));
  // Of another of that size, which was lost later.
  cosign("two");
  ASSERT_TRUE(api::server::begin_loss(layout, note("y")));
  const std::string ending = ".lost-40-" + to_hex(ledger::loss_hash(note("y"))).substr(0, 8);
  EXPECT_EQ(api::server::set_lost_aside(layout, note("y")).value(), layout.head + ending);
  EXPECT_EQ(names(), (std::set<std::string>{"cosigned.lost-40", "head.lost-40", "cosigned" + ending,
                                            "head" + ending}));
  EXPECT_EQ(text_of("cosigned.lost-40"), "one");
  EXPECT_EQ(text_of("cosigned" + ending), "two");
}

TEST_F(DeclaredLoss, WhatFailsIsFinishedByDoingItAgain) {
  ASSERT_TRUE(api::server::begin_loss(layout, note("x")));
  cosign("one");
  std::filesystem::create_directories(temp / "head.lost-40/in the way");
  EXPECT_FALSE(api::server::set_lost_aside(layout, note("x")));
  EXPECT_TRUE(names().contains("head.losing"));
  std::filesystem::remove_all(temp / "head.lost-40");
  EXPECT_TRUE(api::server::set_lost_aside(layout, note("x")));
  EXPECT_EQ(names(), (std::set<std::string>{"cosigned.lost-40", "head.lost-40"}));
}

}  // namespace
}  // namespace liuhen::tests
