// Any byte changed anywhere in the stored ledger, any entry dropped, doubled, swapped or replaced:
// found, and named by its position.
#include <gtest/gtest.h>

#include "ledger/dir_check.h"
#include "ledger/log_reader.h"
#include "ledger/tiles.h"
#include "tests/test_ledger.h"

namespace liuhen::ledger {
namespace {

using tests::TestLedger;
using Contents = MemoryStorage::Contents;

class Tamper : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    ledger_ = new TestLedger;
    ledger_->fill();
    sound_ = new Contents(ledger_->own_storage.contents());
  }
  static void TearDownTestSuite() {
    delete sound_;
    delete ledger_;
  }

  static std::map<std::string, std::string, std::less<>>& family(Contents& contents,
                                                                 Family family) {
    return contents[static_cast<std::size_t>(family)];
  }
  static std::string& entry(Contents& contents, std::uint64_t position) {
    return family(contents, Family::entries).at(key_of_number(position));
  }
  static ReplayReport check(const Contents& contents, bool pinned = true) {
    MemoryStorage storage;
    storage.replace_contents(contents);
    ReplayOptions options;
    if (pinned) options.log_key = ledger_->note_key();
    options.threads = 1;
    return check_storage(storage, options);
  }
  static void expect_wrong(const Contents& contents, std::uint64_t position,
                           const std::string& what) {
    const ReplayReport report = check(contents);
    EXPECT_EQ(report.verdict, Verdict::violated) << what;
    EXPECT_EQ(report.finding.position, position)
        << what << ": " << report.finding.code << " " << report.finding.en;
    EXPECT_NE(report.finding.zh, "");
  }
  // Recovery refuses too.
  static void expect_no_start(const Contents& contents, const std::string& what) {
    ledger_->own_storage.replace_contents(contents);
    const auto error = ledger_->open();
    ASSERT_TRUE(error) << what;
    EXPECT_EQ(error->code, "ledger.mismatch") << what;
    EXPECT_EQ(ledger_->own_storage.contents(), contents) << "nothing may be written";
    ledger_->own_storage.replace_contents(*sound_);
  }

  static TestLedger* ledger_;
  static Contents* sound_;
};
TestLedger* Tamper::ledger_ = nullptr;
Contents* Tamper::sound_ = nullptr;

TEST_F(Tamper, WhatIsSoundIsVerified) {
  EXPECT_EQ(check(*sound_).verdict, Verdict::verified) << check(*sound_).finding.en;
  EXPECT_EQ(check(*sound_).replayed, 40u);
  for (std::size_t i = 0; i < kCheckedFamilies; ++i) {
    EXPECT_FALSE((*sound_)[i].empty())
        << name_of(static_cast<Family>(i)) << " has nothing to change";
  }
}

TEST_F(Tamper, AnyByteOfAnEntryIsNamedByItsPosition) {
  for (std::uint64_t position = 0; position < 40; ++position) {
    Contents contents = *sound_;
    std::string& value = entry(contents, position);
    const std::size_t step =
        position == 17 || position == 39 ? 1 : 23;  // every byte of two, samples of the others
    for (std::size_t at = position % step; at < value.size(); at += step) {
      value[at] = static_cast<char>(value[at] ^ 0x41);
      expect_wrong(contents, position,
                   "byte " + std::to_string(at) + " of entry " + std::to_string(position));
      value[at] = static_cast<char>(value[at] ^ 0x41);
    }
  }
}

TEST_F(Tamper, AnEntryOfAnotherLengthIsNamedByItsPosition) {
  for (const std::uint64_t position : {0U, 20U, 39U}) {
    Contents contents = *sound_;
    entry(contents, position).push_back('\0');
    expect_wrong(contents, position, "longer");
    contents = *sound_;
    entry(contents, position).pop_back();
    expect_wrong(contents, position, "shorter");
    entry(contents, position).clear();
    expect_wrong(contents, position, "empty");
    entry(contents, position) = std::string(70'000, 'x');
    expect_wrong(contents, position, "too long for a bundle");
  }
}

TEST_F(Tamper, AnyByteOfAnyOtherValueIsFound) {
  for (std::size_t i = 0; i < kCheckedFamilies; ++i) {
    if (static_cast<Family>(i) == Family::entries) continue;
    Contents contents = *sound_;
    for (auto& [key, value] : contents[i]) {
      const std::size_t step = value.size() > 200 ? 37 : 5;
      for (std::size_t at = key.size() % step; at < value.size(); at += step) {
        value[at] = static_cast<char>(value[at] ^ 0x10);
        const ReplayReport report = check(contents);
        ASSERT_EQ(report.verdict, Verdict::violated)
            << name_of(static_cast<Family>(i)) << " " << to_hex(view_of(key)) << " byte " << at;
        ASSERT_FALSE(report.finding.position.has_value()) << report.finding.en;
        ASSERT_NE(report.finding.where, "");
        value[at] = static_cast<char>(value[at] ^ 0x10);
      }
    }
  }
}

TEST_F(Tamper, AnyByteOfAnyKeyIsFound) {
  for (std::size_t i = 0; i < kCheckedFamilies; ++i) {
    for (const auto& [key, value] : (*sound_)[i]) {
      for (std::size_t at = 0; at<key.size(); at += key.size()> 20 ? 9 : 1) {
        Contents contents = *sound_;
        std::string other = key;
        other[at] = static_cast<char>(other[at] ^ 0x04);
        contents[i].erase(key);
        contents[i].insert_or_assign(other, value);
        const ReplayReport report = check(contents);
        ASSERT_EQ(report.verdict, Verdict::violated)
            << name_of(static_cast<Family>(i)) << " " << to_hex(view_of(key)) << " byte " << at;
      }
    }
  }
}

TEST_F(Tamper, AnyPairTakenAwayIsFound) {
  for (std::size_t i = 0; i < kCheckedFamilies; ++i) {
    const auto family = static_cast<Family>(i);
    if (family == Family::pending) continue;  // it may have expired
    for (const auto& [key, value] : (*sound_)[i]) {
      Contents contents = *sound_;
      contents[i].erase(key);
      ASSERT_EQ(check(contents).verdict, Verdict::violated)
          << name_of(family) << " " << to_hex(view_of(key));
    }
  }
}

// Nothing but their number says that a smaller size was signed.
TEST_F(Tamper, ASmallerCheckpointTakenAwayWithItsPartialTilesIsFound) {
  for (const std::uint64_t size : {std::uint64_t{1}, std::uint64_t{20}, std::uint64_t{39}}) {
    Contents contents = *sound_;
    ASSERT_EQ(family(contents, Family::checkpoints).erase(key_of_number(size)), 1u);
    ASSERT_EQ(family(contents, Family::tiles).erase(tile_key({0, 0, static_cast<unsigned>(size)})),
              1u);
    const ReplayReport report = check(contents);
    EXPECT_EQ(report.verdict, Verdict::violated) << size;
    EXPECT_EQ(report.finding.code, "meta.changed") << report.finding.en;
    EXPECT_EQ(report.finding.where, "meta/checkpoints");
  }
}

TEST_F(Tamper, AnyPairTooManyIsFound) {
  for (std::size_t i = 0; i < kCheckedFamilies; ++i) {
    for (const std::string& key :
         {std::string("x"), std::string(8, '\x01'), std::string(32, 'k'), std::string()}) {
      Contents contents = *sound_;
      contents[i][key] = "value";
      EXPECT_EQ(check(contents).verdict, Verdict::violated) << name_of(static_cast<Family>(i));
    }
  }
}

TEST_F(Tamper, AnEntryDroppedDoubledSwappedOrReplacedIsNamed) {
  for (std::uint64_t position = 0; position < 40; ++position) {
    const std::string name = std::to_string(position);
    Contents contents = *sound_;
    family(contents, Family::entries).erase(key_of_number(position));
    expect_wrong(contents, position, "a hole at " + name);

    contents = *sound_;  // dropped, and the rest moved up
    for (std::uint64_t i = position; i + 1 < 40; ++i) entry(contents, i) = entry(contents, i + 1);
    family(contents, Family::entries).erase(key_of_number(39));
    expect_wrong(contents, position, "dropped " + name);

    contents = *sound_;  // doubled, and the rest moved down
    family(contents, Family::entries)[key_of_number(40)] = "";
    for (std::uint64_t i = 40; i > position; --i) entry(contents, i) = entry(contents, i - 1);
    expect_wrong(contents, position + 1, "doubled " + name);

    if (position < 39) {
      contents = *sound_;
      std::swap(entry(contents, position), entry(contents, position + 1));
      expect_wrong(contents, position, "swapped " + name);
    }

    contents = *sound_;  // by one that would be right, had it been there
    Contents copy = *sound_;
    const std::string stored = entry(copy, position);
    const auto event = Event::parse(view_of(stored)).value();
    const Bytes intent = ledger_->item("another");
    const std::vector<Signature> signatures{sign_intent(ledger_->a, intent)};
    const Bytes other =
        encode_entry(event.position(), event.time(), event.previous(), intent, signatures);
    entry(contents, position) = std::string(text_of(other));
    expect_wrong(contents, position, "replaced " + name);

    // and its tile adapted: the chain and the checkpoint still say so
    for (auto& [key, value] : family(contents, Family::tiles)) {
      const Hash leaf = crypto::leaf_hash(other);
      if (value.size() >= 32 * (position + 1)) value.replace(32 * position, 32, text_of(leaf));
    }
    const ReplayReport report = check(contents);
    EXPECT_EQ(report.verdict, Verdict::violated);
    if (position < 39) {
      EXPECT_EQ(report.finding.position, position) << report.finding.en;
    } else {
      EXPECT_EQ(report.finding.code, "checkpoint.root");
    }
  }
}

TEST_F(Tamper, WithoutAPinnedKeyTheGenesisesIsAskedFor) {
  // This ledger has no genesis entry, so that nobody vouches for the checkpoint.
  const ReplayReport report = check(*sound_, false);
  EXPECT_EQ(report.verdict, Verdict::violated);
  EXPECT_EQ(report.finding.code, "checkpoint.signature");
}

TEST_F(Tamper, RecoveryRefusesToStart) {
  for (std::size_t i = 0; i < kCheckedFamilies; ++i) {
    Contents contents = *sound_;
    if (contents[i].rbegin()->second.empty()) {
      contents[i].erase(std::prev(contents[i].end()));
    } else {
      contents[i].rbegin()->second.front() ^= 1;
    }
    expect_no_start(contents, name_of(static_cast<Family>(i)));
  }
  EXPECT_FALSE(ledger_->open());
  ledger_->close();
}

TEST_F(Tamper, AnErrorOfTheStorageIsNotTakenForAViolation) {
  MemoryStorage storage;
  storage.replace_contents(*sound_);
  storage.fail_reads(true);
  const ReplayReport report = check_storage(storage, {.log_key = ledger_->note_key()});
  EXPECT_EQ(report.verdict, Verdict::inconclusive);
  EXPECT_EQ(report.finding.code, "storage.io");
}

}  // namespace
}  // namespace liuhen::ledger
