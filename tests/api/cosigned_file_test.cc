// The file of cosignatures, byte by byte: docs/formats/storage.md has the same example.
#include "api/server/cosigned_file.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/api/temp_dir.h"

namespace liuhen::api::server {
namespace {

const std::vector<std::string> kNotes{"first note\n", "second note\n"};
const std::string kText = "liuhen cosigned checkpoints\n11\nfirst note\n12\nsecond note\n";

TEST(CosignedFile, TheWorkedExample) {
  EXPECT_EQ(format_cosigned(kNotes), kText);
  std::ifstream page(LIUHEN_SOURCE_DIR "/docs/formats/storage.md");
  const std::string said((std::istreambuf_iterator<char>(page)), {});
  EXPECT_NE(said.find("```\n" + kText + "```\n"), std::string::npos);
}

TEST(CosignedFile, WhatIsWholeOfItIsRead) {
  EXPECT_EQ(parse_cosigned(kText).notes, kNotes);
  EXPECT_TRUE(parse_cosigned(kText).whole);
  EXPECT_TRUE(parse_cosigned(format_cosigned({})).whole);
  for (std::size_t cut = 0; cut < kText.size(); ++cut) {
    const CosignedNotes read = parse_cosigned(std::string_view(kText).substr(0, cut));
    EXPECT_EQ(read.notes.size(), cut >= 42 ? 1u : 0u) << cut;
    EXPECT_EQ(read.whole, cut == 28 || cut == 42) << cut;
  }
  for (const char* length : {"", "-1", "+1", " 1", "x", "99999999999999999999999", "12", "1x"}) {
    const std::string text =
        "liuhen cosigned checkpoints\n" + std::string(length) + "\nfirst note\n";
    EXPECT_FALSE(parse_cosigned(text).whole) << length;
    EXPECT_TRUE(parse_cosigned(text).notes.empty()) << length;
  }
}

TEST(CosignedFile, OnADisk) {
  const tests::TempDir temp;
  const std::string path = temp / "cosigned";
  EXPECT_TRUE(read_cosigned(path)->whole);
  EXPECT_TRUE(read_cosigned(path)->notes.empty());
  ASSERT_TRUE(write_cosigned(path, kNotes));
  EXPECT_EQ(read_cosigned(path)->notes, kNotes);
  const Outcome refused = write_cosigned(temp / "absent/cosigned", kNotes);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "cosigned.io");
}

}  // namespace
}  // namespace liuhen::api::server
