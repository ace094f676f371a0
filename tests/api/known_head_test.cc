// The head of a directory of which some files were put back and some were not.
#include "api/server/known_head.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "api/server/cosigned_file.h"
#include "crypto/merkle.h"
#include "ledger/head_file.h"
#include "tests/api/running_witness.h"

namespace liuhen::tests {
namespace {

class KnownHead : public testing::Test {
 protected:
  static std::string note(std::uint64_t size, std::uint8_t seed = 1) {
    return crypto::sign_checkpoint(
        {.origin = "log.example/one", .size = size, .root = crypto::leaf_hash(view_of("x"))},
        key_of(seed));
  }
  void keep(const std::string& head, const std::vector<std::string>& cosigned) {
    ASSERT_TRUE(ledger::DiskHeadFile(layout.head).write(head));
    ASSERT_TRUE(api::server::write_cosigned(temp / "cosigned", cosigned));
  }
  std::string raised() {
    EXPECT_TRUE(api::server::raise_head(layout, keys));
    return ledger::DiskHeadFile(layout.head).read()->value_or("");
  }
  TempDir temp;
  const api::server::Layout layout{temp / "."};
  const std::vector<crypto::NoteKey> keys{
      {.name = "log.example/one", .key = key_of(1).public_key()}};
};

TEST_F(KnownHead, IsTheLargestThatTheLogSigned) {
  const std::string line = "\u2014 witness.example/1 " + to_base64(Bytes(76)) + "\n";
  keep(note(8), {note(7), note(18) + line, note(12), note(30, 2), "no note"});
  EXPECT_EQ(raised(), note(18)) << "and the log's line alone";
  EXPECT_EQ(raised(), note(18));
  keep(note(20), {note(18)});
  EXPECT_EQ(raised(), note(20));
}

TEST_F(KnownHead, ALossThatWasDeclaredExcusesNothingThatIsInTheFile) {
  keep(note(8), {note(18)});
  std::ofstream(temp / "head.lost-40") << note(40);
  EXPECT_EQ(raised(), note(18));
}

TEST_F(KnownHead, IsNotMadeUpWhereThereIsNone) {
  keep(note(8), {note(18)});
  std::filesystem::remove(layout.head);
  EXPECT_EQ(raised(), "") << "it might have been larger still";
  std::filesystem::remove(temp / "cosigned");
  keep(note(8), {});
  EXPECT_EQ(raised(), note(8));
}

}  // namespace
}  // namespace liuhen::tests
