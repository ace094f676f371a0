// What outlives a publisher: the file of cosignatures, and what it shows against the log.
#include <gtest/gtest.h>

#include <fstream>

#include "api/server/cosigned_file.h"
#include "tests/api/published_log.h"
#include "tests/slower.h"

namespace liuhen::tests {
namespace {

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

TEST(Publisher, CosignaturesOutliveIt) {
  OneWitness one;
  const TempDir temp;
  const std::string file = temp / "cosigned";
  for (int i = 0; i < 20; ++i) {
    one.log.grow(3);
    auto publisher = one.publisher({.file = file});
    publisher->start();
    ASSERT_TRUE(within(10, [&] {
      const auto newest = publisher->newest();
      return newest && newest->checkpoint.size == 3u * (static_cast<unsigned>(i) + 1);
    }));
    publisher->stop();
  }
  EXPECT_EQ(one.troubles, 0u);
  EXPECT_EQ(api::server::read_cosigned(file)->notes.size(), api::server::kCosignedStoredMax);
  {
    // Asked again for what it has cosigned already.
    auto publisher = one.publisher({.file = file});
    publisher->start();
    publisher->await_first_answers(10'000);
    EXPECT_EQ(publisher->at(60)->lines.size(), 1u);
    publisher->stop();
  }
  one.witness.stop();
  const std::string stored = read_file(file);
  {
    auto publisher = one.publisher({.file = file});
    publisher->start();
    EXPECT_TRUE(one.policy.open(publisher->with_cosignatures(one.log.note())));
    EXPECT_EQ(one.size_shown(*publisher), 60u);
    EXPECT_EQ(publisher->covering(56)->checkpoint.size, 57u);
    // Which the log has signed by another key as well since.
    const std::string resigned = one.log.note() + "\u2014 other.example AAAAAAAA\n";
    EXPECT_TRUE(one.policy.open(publisher->with_cosignatures(resigned)));
    EXPECT_NE(publisher->with_cosignatures(resigned).find("other.example"), std::string::npos);
    publisher->stop();
    EXPECT_EQ(read_file(file), stored);
    EXPECT_EQ(one.troubles, 0u);
  }
  const auto newest_after = [&](const std::string& text) {
    std::ofstream(file, std::ios::binary) << text;
    auto publisher = one.publisher({.file = file});
    publisher->start();
    const auto newest = publisher->newest();
    publisher->stop();
    return newest ? newest->checkpoint.size : 0;
  };
  // A cosignature that is not good, a file that was cut off, and none at all.
  std::string spoilt = stored;
  spoilt[spoilt.size() - 10] = spoilt[spoilt.size() - 10] == 'A' ? 'B' : 'A';
  EXPECT_EQ(newest_after(spoilt), 57u);
  EXPECT_EQ(one.troubles, 1u);
  EXPECT_EQ(newest_after(stored.substr(0, stored.size() - 10)), 57u);
  EXPECT_EQ(newest_after("x"), 0u);
  EXPECT_EQ(one.troubles, 3u);
  std::filesystem::remove(file);
  auto publisher = one.publisher({.file = file});
  publisher->start();
  EXPECT_FALSE(publisher->newest());
  publisher->stop();
  EXPECT_EQ(one.troubles, 3u);
}

// What the log signed and does not contain stops it: a loss that is declared takes the file away.
TEST(Publisher, CosignaturesOfAnotherHistoryAreHeldAgainstIt) {
  const TempDir temp;
  const std::string file = temp / "cosigned";
  OneWitness lost;
  lost.log.grow(5);
  {
    auto publisher = lost.publisher({.file = file});
    publisher->start();
    ASSERT_TRUE(within(10, [&] { return publisher->newest().has_value(); }));
    publisher->stop();
  }
  lost.witness.stop();
  for (const std::uint64_t size : {3, 8}) {
    OneWitness other;
    other.log.append("another");
    other.log.grow(size);
    other.policy = lost.policy;
    auto publisher = other.publisher({.hold_ms = 0, .file = file});
    publisher->start();
    EXPECT_FALSE(publisher->newest()) << size;
    EXPECT_FALSE(publisher->at(5)) << size;
    EXPECT_EQ(other.troubles, 0u) << size;
    const auto why = publisher->disputed();
    ASSERT_TRUE(why) << size;
    EXPECT_EQ(why->code, "ledger.disputed");
    EXPECT_EQ(publisher->undisputed().error().code, "ledger.disputed");
    publisher->stop();
  }
}

TEST(Publisher, WhatCouldNotBeKeptIsKeptOnceItCan) {
  const TempDir temp;
  OneWitness one;
  one.log.grow(5);
  auto publisher = one.publisher({.file = temp / "later/cosigned"});
  publisher->start();
  ASSERT_TRUE(within(10, [&] { return one.troubles == 1; }));
  std::filesystem::create_directory(temp / "later");
  EXPECT_TRUE(within(5, [&] { return std::filesystem::exists(temp / "later/cosigned"); }));
  EXPECT_EQ(one.troubles, 1U) << "said once";
  publisher->stop();
}

}  // namespace
}  // namespace liuhen::tests
