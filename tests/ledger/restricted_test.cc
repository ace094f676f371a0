#include "ledger/restricted.h"

#include <gtest/gtest.h>

#include "ledger/memory_storage.h"
#include "tests/ledger_sample.h"

namespace liuhen::ledger {
namespace {

class Restricted : public ::testing::Test {
 protected:
  void put(const Opening& opening) {
    Batch batch;
    store_.put(opening, batch);
    ASSERT_TRUE(storage_.commit(batch));
  }
  std::string& value(MemoryStorage::Contents& contents, Family family, const Hash& commitment) {
    return contents[static_cast<std::size_t>(family)].at(std::string(text_of(commitment)));
  }

  MemoryStorage storage_;
  tests::CountingEntropy entropy_;
  crypto::Secret<32> master_{crypto::sha256(view_of("master"))};
  RestrictedStore store_{storage_, master_, entropy_};
};

TEST_F(Restricted, GivesBackWhatItWasGiven) {
  for (const char* content : {"", "地址"}) {
    const Opening opening = tests::opening_of(content);
    EXPECT_FALSE(store_.get(opening.commitment).value());
    put(opening);
    const auto got = store_.get(opening.commitment).value().value();
    EXPECT_EQ(got.salt, opening.salt);
    EXPECT_EQ(got.bytes, opening.bytes);
  }
}

TEST_F(Restricted, NeitherContentNorKeyIsStoredInClear) {
  put(tests::opening_of("content that must not be seen"));
  const Hash salt = tests::opening_of("content that must not be seen").salt;
  const auto contents = storage_.contents();
  for (const auto& family : contents) {
    for (const auto& [key, stored] : family) {
      EXPECT_EQ(stored.find("must not be seen"), std::string::npos);
      EXPECT_EQ(stored.find(text_of(salt)), std::string::npos);
    }
  }
}

TEST_F(Restricted, ErasingTakesContentAndKey) {
  const Opening opening = tests::opening_of("x");
  put(opening);
  Batch batch;
  store_.erase(opening.commitment, batch);
  ASSERT_TRUE(storage_.commit(batch));
  EXPECT_FALSE(store_.get(opening.commitment).value());
  EXPECT_EQ(storage_.contents(), MemoryStorage::Contents{});
}

TEST_F(Restricted, AnyChangedByteIsDamage) {
  const Opening opening = tests::opening_of("content");
  put(opening);
  const auto sound = storage_.contents();
  for (const Family family : {Family::restricted, Family::record_keys}) {
    auto contents = sound;
    std::string& stored = value(contents, family, opening.commitment);
    for (char& byte : stored) {
      byte = static_cast<char>(byte ^ 1);
      EXPECT_FALSE(restricted_value_intact(text_of(opening.commitment), stored));
      storage_.replace_contents(contents);
      EXPECT_EQ(store_.get(opening.commitment).error().code, "restricted.damaged");
      byte = static_cast<char>(byte ^ 1);
    }
  }
}

TEST_F(Restricted, NothingOpensUnderAnotherCommitmentOrMasterKey) {
  const Opening one = tests::opening_of("one");
  const Opening two = tests::opening_of("two");
  put(one);
  put(two);
  const auto sound = storage_.contents();
  auto contents = sound;
  std::swap(value(contents, Family::restricted, one.commitment),
            value(contents, Family::restricted, two.commitment));
  std::swap(value(contents, Family::record_keys, one.commitment),
            value(contents, Family::record_keys, two.commitment));
  storage_.replace_contents(contents);
  EXPECT_EQ(store_.get(one.commitment).error().code, "restricted.damaged");
  storage_.replace_contents(sound);
  const crypto::Secret<32> other{crypto::sha256(view_of("another master"))};
  RestrictedStore stranger(storage_, other, entropy_);
  EXPECT_EQ(stranger.get(one.commitment).error().code, "restricted.damaged");
  storage_.fail_reads(true);
  EXPECT_EQ(store_.get(one.commitment).error().code, "storage.io");
}

}  // namespace
}  // namespace liuhen::ledger
