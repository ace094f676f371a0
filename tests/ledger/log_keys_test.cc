// A log that changes its key: what was signed stays good, and the key that was retired signs
// nothing more.
#include "ledger/log_keys.h"

#include <gtest/gtest.h>

#include "ledger/dir_check.h"
#include "ledger/log_reader.h"
#include "ledger/loss.h"
#include "tests/test_ledger.h"

namespace liuhen::ledger {
namespace {

using tests::key_of;
using tests::kOrigin;
using tests::TestLedger;

std::string code_of(const Result<Answer>& answer) { return answer ? "" : answer.error().code; }

crypto::NoteKey note_key(const crypto::SigningKey& key) {
  return {.name = kOrigin, .key = key.public_key()};
}
bool is_by(const std::string& note, const crypto::SigningKey& key) {
  return crypto::open_checkpoint(note, note_key(key)).has_value();
}

// A log of two entries, the genesis and one more, under the key "log".
struct Log {
  TestLedger ledger;
  crypto::SigningKey second = key_of("log-2"), third = key_of("log-3");
  std::string before;  // its checkpoint

  Log() {
    open();
    LIUHEN_CHECK(code_of(ledger.submit(genesis(), {&ledger.a})).empty());
    LIUHEN_CHECK(ledger.submit_item("x").has_value());
    tests::wait_until_kept(*ledger.sequencer);
    before = ledger.sequencer->checkpoint();
  }
  // With these keys at hand, the first in keys/log.key.
  std::optional<Error> try_open(std::vector<const crypto::SigningKey*> keys, bool may = false) {
    ledger.close();
    ledger.signs = keys.front();
    ledger.other_log_keys.assign(keys.begin() + 1, keys.end());
    ledger.accept_loss = may;
    return ledger.open();
  }
  void open() { LIUHEN_CHECK(!try_open({&ledger.log_key})); }
  void open_to_change() { LIUHEN_CHECK(!try_open({&ledger.log_key, &second}, true)); }

  Bytes genesis() const {
    const crypto::SigningKey* const authors[] = {&ledger.a};
    auto intent = tests::intent_frame(authors, "genesis", "genesis");
    schema::GenesisT payload;
    payload.city = "青岛";
    payload.division = "370200";
    payload.log_key = tests::bytes_of(ledger.log_key.public_key());
    intent.payload.Set(std::move(payload));
    return encode(intent);
  }
  Bytes change(const std::string& note) const {
    const crypto::SigningKey* const authors[] = {&ledger.a};
    auto intent = tests::intent_frame(authors, "change " + note, kKeyChangeAbout);
    schema::EvidenceAttachedT payload;
    payload.about = kKeyChangeAbout;
    payload.kind = kKeyChangeKind;
    payload.sha256 = tests::bytes_of(crypto::sha256(view_of(note)));
    payload.note = note;
    intent.payload.Set(std::move(payload));
    return encode(intent);
  }
  std::string submit(const std::string& note) {
    return code_of(ledger.submit(change(note), {&ledger.a}));
  }
  std::string good_note() const {
    return sign_key_change(kOrigin, ledger.log_key, second, "定期轮换");
  }
  void change_key() {
    open_to_change();
    LIUHEN_CHECK(submit(good_note()).empty());
  }
  ReplayReport replay_with(const std::optional<crypto::NoteKey>& key) {
    return check_storage(ledger.own_storage, {.log_key = key});
  }
};

TEST(LogKeys, AChangeIsWhatBothKeysSigned) {
  const crypto::SigningKey one = key_of("log"), two = key_of("log-2");
  const std::string note = sign_key_change(kOrigin, one, two, "定期轮换");
  const auto change = open_key_change(note);
  ASSERT_TRUE(change) << change.error().en;
  EXPECT_EQ(change->before, note_key(one));
  EXPECT_EQ(change->key, note_key(two));
  EXPECT_EQ(change->reason, "定期轮换");
  for (std::size_t at = 0; at < note.size(); ++at) {
    std::string other = note;
    other[at] = static_cast<char>(other[at] ^ 1);
    EXPECT_FALSE(open_key_change(other)) << at;
  }
  for (std::size_t size = 0; size < note.size(); ++size)
    EXPECT_FALSE(open_key_change(note.substr(0, size))) << size;
}

TEST(LogKeys, FromTheEntryThatSaysSoOnTheNewKeySigns) {
  Log log;
  TestLedger& ledger = log.ledger;
  log.change_key();
  const std::string covering = ledger.sequencer->checkpoint();
  EXPECT_TRUE(is_by(covering, log.second));
  EXPECT_TRUE(is_by(covering, ledger.log_key)) << "which is at hand still: who knows it goes on";
  EXPECT_TRUE(is_by(log.before, ledger.log_key)) << "and what it signed stays good";
  EXPECT_FALSE(is_by(log.before, log.second));
  ASSERT_TRUE(ledger.submit_item("y"));
  ASSERT_FALSE(log.try_open({&log.second, &ledger.log_key}));
  ASSERT_TRUE(ledger.submit_item("z"));
  EXPECT_TRUE(is_by(ledger.sequencer->checkpoint(), ledger.log_key));
  ASSERT_FALSE(log.try_open({&log.second}));  // the old one has been put away
  ASSERT_TRUE(ledger.submit_item("last"));
  EXPECT_TRUE(is_by(ledger.sequencer->checkpoint(), log.second));
  EXPECT_FALSE(is_by(ledger.sequencer->checkpoint(), ledger.log_key));
  tests::wait_until_kept(*ledger.sequencer);
  ledger.close();
  // Whoever replays it may know either key, or none.
  for (const auto& key : {std::optional(note_key(ledger.log_key)),
                          std::optional(note_key(log.second)), std::optional<crypto::NoteKey>()}) {
    const ReplayReport report = log.replay_with(key);
    EXPECT_EQ(report.verdict, Verdict::verified) << report.finding.en;
    EXPECT_EQ(report.log_key, note_key(log.second));
  }
  const ReplayReport stranger = log.replay_with(note_key(log.third));
  EXPECT_EQ(stranger.verdict, Verdict::violated);
  EXPECT_EQ(stranger.finding.code, "note.unsigned");
}

TEST(LogKeys, WithoutTheKeyInForceNothingStarts) {
  Log log;
  log.change_key();
  ASSERT_TRUE(log.ledger.submit_item("y"));
  EXPECT_EQ(log.try_open({&log.ledger.log_key})->code, "log_key.absent");
  EXPECT_EQ(log.try_open({&log.third})->code, "log_key.absent");
  EXPECT_FALSE(log.try_open({&log.second}));
}

// As after the loss of a change was accepted, of which the new key's file is left alone.
TEST(LogKeys, AKeyThatIsNotTheLogsAccusesNobody) {
  Log log;
  const auto absent = log.try_open({&log.third});
  EXPECT_EQ(absent->code, "log_key.absent");
  EXPECT_NE(absent->en.find(to_hex(log.ledger.log_key.public_key())), std::string::npos);
  EXPECT_FALSE(log.try_open({&log.third, &log.ledger.log_key}));
  // With the right one at hand, a checkpoint by another's is what it is.
  log.ledger.close();
  const auto opened = crypto::open_checkpoint(log.before, note_key(log.ledger.log_key));
  Batch batch;
  batch.put(Family::checkpoints, key_of_number(opened->checkpoint.size),
            crypto::sign_checkpoint(opened->checkpoint, log.third));
  ASSERT_TRUE(log.ledger.own_storage.commit(batch));
  EXPECT_EQ(log.try_open({&log.ledger.log_key})->code, "ledger.mismatch");
}

TEST(LogKeys, AThiefOfTheRetiredKeyExtendsNothing) {
  Log log;
  TestLedger& ledger = log.ledger;
  log.change_key();
  ASSERT_FALSE(log.try_open({&log.second}));
  ASSERT_TRUE(ledger.submit_item("y"));
  tests::wait_until_kept(*ledger.sequencer);
  const std::string head = ledger.own_head.read().value().value();
  ledger.close();
  // The log as it is, under a checkpoint by the old key alone.
  const auto signed_by_old = [&](const std::string& note) {
    const auto opened = crypto::open_checkpoint(note, note_key(log.second));
    return crypto::sign_checkpoint(opened->checkpoint, ledger.log_key);
  };
  Batch batch;
  const std::string stolen = signed_by_old(head);
  const std::uint64_t size =
      crypto::open_checkpoint(stolen, note_key(ledger.log_key))->checkpoint.size;
  batch.put(Family::checkpoints, key_of_number(size), stolen);
  ASSERT_TRUE(ledger.own_storage.commit(batch));
  for (const auto& key : {std::optional(note_key(ledger.log_key)),
                          std::optional(note_key(log.second)), std::optional<crypto::NoteKey>()}) {
    const ReplayReport report = log.replay_with(key);
    EXPECT_EQ(report.verdict, Verdict::violated);
    EXPECT_EQ(report.finding.code, "checkpoint.retired");
    EXPECT_EQ(report.finding.where, "checkpoint");
  }
  EXPECT_TRUE(log.try_open({&log.second})) << "and it is not gone on with";
}

TEST(LogKeys, AThiefsHeadOfTheRetiredKeyIsNoHead) {
  Log log;
  TestLedger& ledger = log.ledger;
  log.change_key();
  tests::wait_until_kept(*ledger.sequencer);
  const auto opened =
      crypto::open_checkpoint(ledger.own_head.read().value().value(), note_key(log.second));
  ledger.close();
  ASSERT_TRUE(ledger.own_head.write(crypto::sign_checkpoint(opened->checkpoint, ledger.log_key)));
  EXPECT_EQ(log.try_open({&log.second})->code, "head.damaged");
}

TEST(LogKeys, WhatDoesNotChangeItIsRefused) {
  Log log;
  TestLedger& ledger = log.ledger;
  const auto statement = [&](const crypto::SigningKey& before, const crypto::SigningKey& key) {
    return sign_key_change(kOrigin, before, key, "x");
  };
  EXPECT_EQ(log.submit(log.good_note()), "log_key.offline");
  log.open_to_change();
  EXPECT_EQ(log.submit("nonsense"), "log_key.format");
  EXPECT_EQ(log.submit(sign_key_change("other.example", ledger.log_key, log.second, "x")),
            "log_key.format");
  EXPECT_EQ(log.submit(statement(log.third, log.second)), "log_key.before");
  EXPECT_EQ(log.submit(statement(ledger.log_key, ledger.log_key)), "log_key.format");
  EXPECT_EQ(log.submit(statement(ledger.log_key, log.third)), "log_key.absent");
  // A thief of the old key cannot make the new one agree, nor one who has his own agree for the
  // old.
  std::string forged = statement(ledger.log_key, log.second);
  const std::size_t last = forged.rfind("\n", forged.size() - 2) + 1;
  const std::string own = statement(log.third, log.second);
  forged = forged.substr(0, last) + own.substr(own.rfind("\n", own.size() - 2) + 1);
  EXPECT_EQ(log.submit(forged), "log_key.signature");
  EXPECT_EQ(ledger.sequencer->size(), 2U);
  EXPECT_EQ(log.submit(log.good_note()), "");
  EXPECT_EQ(log.submit(statement(log.second, ledger.log_key)), "log_key.known");
}

TEST(LogKeys, AStopAfterTheChangeIsMadeUpForWithBothKeysAtHand) {
  Log log;
  TestLedger& ledger = log.ledger;
  log.change_key();
  tests::wait_until_kept(*ledger.sequencer);
  ledger.close();
  ASSERT_TRUE(ledger.own_head.write(log.before));              // as before the head file followed
  ASSERT_FALSE(log.try_open({&ledger.log_key, &log.second}));  // and before the files were renamed
  EXPECT_TRUE(is_by(ledger.own_head.read().value().value(), log.second));
}

TEST(LogKeys, AChangeThatIsLostIsDecidedAboutWithTheHeadOfTheNewKey) {
  Log log;
  TestLedger& ledger = log.ledger;
  ledger.close();
  const auto backup = ledger.own_storage.contents();
  log.change_key();
  ASSERT_FALSE(log.try_open({&log.second}));
  ASSERT_TRUE(ledger.submit_item("y"));
  tests::wait_until_kept(*ledger.sequencer);
  ledger.close();
  ledger.own_storage.replace_contents(backup);
  const std::vector<const crypto::SigningKey*> keys{&ledger.log_key, &log.second};
  EXPECT_EQ(log.try_open(keys)->code, "ledger.rolled_back");
  ASSERT_FALSE(log.try_open(keys, true));
  EXPECT_EQ(code_of(ledger.submit_item("z")), "ledger.undecided");
}

}  // namespace
}  // namespace liuhen::ledger
