// Every single thing that the sequencer asks of storage and head file fails in turn: once or from
// then on, having taken effect or not.
#include <chrono>
#include <mutex>
#include <thread>

#include "ledger/recovering_sequencer.h"
#include "tests/ledger/acknowledged.h"

namespace liuhen::ledger {
namespace {

using tests::Acknowledged;
using tests::TestLedger;

// Counts what is asked for, and fails at one of them.
struct Fault {
  std::uint64_t asked = 0;
  std::uint64_t at = 0;  // the first is 1; 0: never
  bool persisted = false;
  bool lasting = false;
  bool struck = false;
  bool writes_only = false;  // then reads are not counted
  std::string code = "storage.io";

  // Whether this one fails. When a ledger is opened, several threads read at once.
  bool strikes(bool write) {
    static std::mutex counting;
    const std::lock_guard lock(counting);
    if (writes_only && !write) return false;
    ++asked;
    if (asked == at) return struck = true;
    return lasting && struck;
  }
  bool takes_effect() const { return persisted && asked == at; }
  Error error() const { return fail(code, "按测试要求出错", "failed as commanded"); }
};

// What was deleted stays in a file until it is purged, as on a disk.
class FailingStorage final : public Storage {
 public:
  FailingStorage(MemoryStorage& below, Fault& fault) : below_(below), fault_(fault) {}
  Result<std::optional<std::string>> get(Family family, std::string_view key) override {
    if (fault_.strikes(false)) return fault_.error();
    return below_.get(family, key);
  }
  Outcome scan(Family family, std::string_view from,
               const std::function<bool(std::string_view, std::string_view)>& visit) override {
    if (fault_.strikes(false)) return fault_.error();
    return below_.scan(family, from, visit);
  }
  Outcome commit(const Batch& batch) override {
    const bool fails = fault_.strikes(true);
    if (fails && !fault_.takes_effect()) return fault_.error();
    for (const Batch::Change& change : batch.changes()) {
      if (change.family == Family::record_keys && !change.value) ++unpurged;
    }
    const Outcome done = below_.commit(batch);
    return fails ? Outcome(fault_.error()) : done;
  }
  Outcome purge(Family) override {
    const bool fails = fault_.strikes(true);
    if (!fails || fault_.takes_effect()) unpurged = 0;
    return fails ? Outcome(fault_.error()) : ok();
  }
  Outcome reopen() override {
    ++reopened;
    return ok();
  }
  std::uint64_t unpurged = 0;
  std::uint64_t reopened = 0;

 private:
  MemoryStorage& below_;
  Fault& fault_;
};

class FailingHead final : public HeadFile {
 public:
  explicit FailingHead(Fault& fault) : fault_(fault) {}
  Result<std::optional<std::string>> read() override {
    if (fault_.strikes(false)) return fault_.error();
    return note_;
  }
  Outcome write(const std::string& note) override {
    const bool fails = fault_.strikes(true);
    if (!fails || fault_.takes_effect()) note_ = note;
    return fails ? Outcome(fault_.error()) : ok();
  }

 private:
  Fault& fault_;
  std::optional<std::string> note_;
};

struct Site {
  Fault fault;
  TestLedger ledger;
  FailingStorage storage{ledger.own_storage, fault};
  FailingHead head{fault};
  Acknowledged acknowledged;

  Site() {
    ledger.storage = &storage;
    ledger.head = &head;
  }
  // A first half, a restart, and then all: whoever was not answered sends again.
  void live() {
    const std::size_t all = tests::steps_of(ledger).size();
    if (!ledger.open()) acknowledged.send(ledger, 0, all / 2);
    if (!ledger.open()) acknowledged.send(ledger, 0, all);
    ledger.close();  // the head file follows the last answer
  }
  MemoryStorage::Contents contents() { return ledger.own_storage.contents(); }
};

const auto& entries_in(const MemoryStorage::Contents& contents) {
  return contents[static_cast<std::size_t>(Family::entries)];
}

const MemoryStorage::Contents& undisturbed() {
  static const MemoryStorage::Contents contents = [] {
    Site site;
    site.live();
    LIUHEN_CHECK(site.storage.unpurged == 0);
    return site.contents();
  }();
  return contents;
}

std::uint64_t asked_for(bool writes_only) {
  Site site;
  site.fault.writes_only = writes_only;
  site.live();
  return site.fault.asked;
}

// The disk works again. Whether anything had not been recorded by then.
bool expect_recovered(Site& site, const std::string& when) {
  site.fault = Fault();
  const auto error = site.ledger.open();
  EXPECT_FALSE(error) << when << ": " << error->code << ": " << error->en;
  if (error) return false;
  EXPECT_EQ(site.storage.unpurged, 0u) << when << ": a destroyed key is still in a file";
  site.acknowledged.expect_kept(site.ledger, when);
  const bool cost = entries_in(site.contents()).size() < entries_in(undisturbed()).size();
  // Whoever was not answered sends again; the log is what it would have been.
  site.acknowledged.send(site.ledger, 0, tests::steps_of(site.ledger).size());
  EXPECT_EQ(entries_in(site.contents()), entries_in(undisturbed())) << when;
  site.acknowledged.expect_kept(site.ledger, when);
  return cost;
}

TEST(FailingSteps, EachInTurnLosesNothingAndMakesOneHistory) {
  ASSERT_EQ(entries_in(undisturbed()).size(), 9u);
  std::uint64_t cost = 0;
  for (const bool writes_only : {true, false}) {
    const std::uint64_t asked = asked_for(writes_only);
    ASSERT_GT(asked, writes_only ? 20u : 100u);
    for (std::uint64_t at = 1; at <= asked; at += writes_only ? 1 : tests::stride(7)) {
      for (const bool persisted : {false, true}) {
        for (const bool lasting : {false, true}) {
          const std::string when = std::string(writes_only ? "write " : "step ") +
                                   std::to_string(at) + (persisted ? " persisted" : "") +
                                   (lasting ? " lasting" : "");
          Site site;
          site.fault.at = at;
          site.fault.persisted = persisted;
          site.fault.lasting = lasting;
          site.fault.writes_only = writes_only;
          site.live();
          ASSERT_TRUE(site.fault.struck) << when;
          cost += expect_recovered(site, when) ? 1 : 0;
          if (HasFailure()) return;
        }
      }
    }
  }
  EXPECT_GT(cost, 0u) << "no fault ever cost anything";
}

TEST(FailingSteps, OneMoreInTheRecoveryMakesNoDifference) {
  const std::uint64_t asked = asked_for(true);
  for (std::uint64_t first = 1; first <= asked; first += tests::stride(2)) {
    for (std::uint64_t second = 1; second <= asked; second += tests::stride(2)) {
      const std::string when = "writes " + std::to_string(first) + " and " + std::to_string(second);
      Site site;
      site.fault.writes_only = site.fault.lasting = true;
      site.fault.at = first;
      site.fault.persisted = second % 3 == 0;
      site.live();
      site.fault = Fault();
      site.fault.writes_only = true;
      site.fault.at = second;
      site.fault.persisted = first % 3 == 0;
      site.live();
      (void)expect_recovered(site, when);
      if (HasFailure()) return;
    }
  }
}

// A sequencer over the failing parts that begins again by itself.
struct Recovering {
  Site site;
  std::atomic<bool> writable = false;
  bool reads_on = false;
  std::function<bool(const Event&)> refused;  // from the next opening on
  std::unique_ptr<Sequencer> sequencer;

  std::optional<Error> open() {
    TestLedger& ledger = site.ledger;
    ledger.restricted =
        std::make_unique<RestrictedStore>(site.storage, ledger.master_key, ledger.entropy);
    auto opened = open_recovering({.storage = site.storage,
                                   .head = site.head,
                                   .restricted = *ledger.restricted,
                                   .clock = ledger.clock,
                                   .admission =
                                       [this] {
                                         auto admission = std::make_unique<tests::EmptyAdmission>();
                                         admission->refused = refused;
                                         return admission;
                                       },
                                   .writable = [this] { return writable.load(); }},
                                  {.origin = tests::kOrigin,
                                   .log_key = &ledger.log_key,
                                   .queue_max = 0,
                                   .reads_on = reads_on});
    if (!opened) return opened.error();
    sequencer = std::move(*opened);
    return std::nullopt;
  }
  Result<Answer> submit(const std::string& name) {
    const TestLedger& ledger = site.ledger;
    auto answer = sequencer->submit_and_wait(
        tests::signed_by(ledger.item(name), std::vector<const crypto::SigningKey*>{&ledger.a}));
    // A fault that is set next is to strike what comes next, not the head file.
    if (answer) tests::wait_until_kept(*sequencer);
    return answer;
  }
  // Whether it goes on within some seconds.
  bool goes_on() const {
    for (int tenths = 0; tenths < 100 && sequencer->stopped(); ++tenths)
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    return !sequencer->stopped();
  }
};

TEST(Recovering, GoesOnOnceThereIsRoomAndTellsReadersOfEveryEntry) {
  for (const char* code : {"storage.full", "storage.read_only"}) {
    for (const bool persisted : {false, true}) {
      Recovering recovering;
      ASSERT_FALSE(recovering.open());
      std::vector<std::uint64_t> told;
      recovering.sequencer->on_committed([&](std::uint64_t first, const std::vector<Bytes>& all) {
        for (std::size_t i = 0; i < all.size(); ++i) told.push_back(first + i);
      });
      ASSERT_TRUE(recovering.submit("first"));
      Fault& fault = recovering.site.fault;
      fault = Fault();
      fault.code = code;
      fault.writes_only = true;
      fault.at = 1;
      fault.persisted = persisted;
      fault.lasting = true;
      const std::string seen = recovering.sequencer->checkpoint();
      const auto refused = recovering.submit("second");
      ASSERT_FALSE(refused);
      EXPECT_EQ(refused.error().code, code);
      EXPECT_EQ(recovering.submit("third").error().code, code);
      EXPECT_EQ(recovering.sequencer->stopped().value().code, code);
      std::this_thread::sleep_for(std::chrono::milliseconds(1'500));
      EXPECT_TRUE(recovering.sequencer->stopped()) << "there is no room yet";
      EXPECT_EQ(recovering.site.storage.reopened, 0u);
      EXPECT_EQ(recovering.sequencer->checkpoint(), seen) << "and readers read on";
      fault = Fault();
      recovering.writable = true;
      ASSERT_TRUE(recovering.goes_on());
      EXPECT_EQ(recovering.site.storage.reopened, 1u);
      const auto again = recovering.submit("second");
      ASSERT_TRUE(again) << again.error().en;
      EXPECT_EQ(std::get<Receipt>(*again).repeated, persisted);
      EXPECT_EQ(std::get<Receipt>(*again).position, 1u);
      ASSERT_TRUE(recovering.submit("third"));
      EXPECT_EQ(told, (std::vector<std::uint64_t>{0, 1, 2}));
      recovering.sequencer->stop();
      EXPECT_EQ(check_storage(recovering.site.ledger.own_storage,
                              {.log_key = recovering.site.ledger.note_key()})
                    .verdict,
                Verdict::verified);
    }
  }
}

TEST(Recovering, SaysOnceThatItStopsAndOnceThatItGoesOn) {
  Recovering recovering;
  ASSERT_FALSE(recovering.open());
  std::mutex mutex;
  std::vector<std::string> told;
  recovering.sequencer->on_stopped([&](const std::optional<Error>& why) {
    const std::lock_guard lock(mutex);
    told.push_back(why ? why->code : "goes on");
  });
  Fault& fault = recovering.site.fault;
  for (int turn = 0; turn < 2; ++turn) {
    fault = Fault();
    fault.code = "storage.full";
    fault.writes_only = fault.lasting = true;
    fault.at = 2;  // the head file
    ASSERT_TRUE(recovering.submit("item-" + std::to_string(turn)));
    EXPECT_FALSE(recovering.submit("refused"));
    fault = Fault();
    recovering.writable = true;
    ASSERT_TRUE(recovering.goes_on());
    recovering.writable = false;
  }
  recovering.sequencer->halt(fail("test.wrong", "错", "wrong"));
  recovering.sequencer->halt(fail("test.wrong", "错", "wrong"));
  recovering.sequencer->stop();
  EXPECT_EQ(told, (std::vector<std::string>{"storage.full", "goes on", "storage.full", "goes on",
                                            "ledger.stopped"}));
}

TEST(Recovering, StartsOnAFullDiskAndShowsWitnessesWhatTheHeadFileHolds) {
  Recovering recovering;
  ASSERT_FALSE(recovering.open());
  ASSERT_TRUE(recovering.submit("first"));
  const std::string first = recovering.sequencer->checkpoint();
  Fault& fault = recovering.site.fault;
  fault = Fault();
  fault.code = "storage.full";
  fault.writes_only = fault.lasting = true;
  fault.at = 2;  // the commit gets through, the head file does not
  ASSERT_TRUE(recovering.submit("second"));
  const std::string second = recovering.sequencer->checkpoint();
  recovering.sequencer.reset();

  EXPECT_EQ(recovering.open()->code, "storage.full") << "only where that is asked for";
  recovering.reads_on = true;
  const auto error = recovering.open();
  ASSERT_FALSE(error) << error->en;
  EXPECT_EQ(recovering.sequencer->stopped().value().code, "storage.full");
  EXPECT_EQ(recovering.sequencer->size(), 2U);
  EXPECT_EQ(recovering.sequencer->checkpoint(), second);
  EXPECT_EQ(recovering.sequencer->kept_checkpoint(), first);
  EXPECT_EQ(recovering.submit("third").error().code, "storage.full");
  fault = Fault();
  recovering.writable = true;
  ASSERT_TRUE(recovering.goes_on());
  EXPECT_EQ(recovering.sequencer->kept_checkpoint(), second);
  const auto third = recovering.submit("third");
  ASSERT_TRUE(third) << third.error().en;
  EXPECT_EQ(std::get<Receipt>(*third).position, 2U);
  recovering.sequencer->stop();
}

TEST(Recovering, StoppingDoesNotWaitForAReplay) {
  Recovering recovering;
  ASSERT_FALSE(recovering.open());
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(recovering.submit("item-" + std::to_string(i)));
  std::atomic<unsigned> replayed = 0;
  recovering.refused = [&](const Event&) {  // ten seconds in all
    ++replayed;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    return false;
  };
  Fault& fault = recovering.site.fault;
  fault = Fault();
  fault.code = "storage.full";
  fault.writes_only = fault.lasting = true;
  fault.at = 1;
  EXPECT_EQ(recovering.submit("one-more").error().code, "storage.full");
  fault = Fault();
  recovering.writable = true;
  for (int tenths = 0; tenths < 50 && replayed == 0; ++tenths)
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  ASSERT_GT(replayed, 0U);
  const auto start = std::chrono::steady_clock::now();
  recovering.sequencer->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(3));
  EXPECT_LT(replayed, 50U);
}

TEST(Recovering, AnyOtherFailureIsForPeople) {
  Recovering recovering;
  recovering.writable = true;
  ASSERT_FALSE(recovering.open());
  ASSERT_TRUE(recovering.submit("first"));
  recovering.site.fault = Fault();
  recovering.site.fault.at = 1;
  recovering.site.fault.writes_only = true;
  EXPECT_EQ(recovering.submit("second").error().code, "ledger.stopped");
  std::this_thread::sleep_for(std::chrono::milliseconds(2'500));
  EXPECT_EQ(recovering.submit("third").error().code, "ledger.stopped");
  EXPECT_EQ(recovering.site.storage.reopened, 0u);
  recovering.sequencer->stop();
}

TEST(Recovering, WhatIsNotTheLogThatItWasIsNotGoneOnWith) {
  Recovering recovering;
  ASSERT_FALSE(recovering.open());
  ASSERT_TRUE(recovering.submit("first"));
  recovering.site.fault = Fault();
  recovering.site.fault.code = "storage.full";
  recovering.site.fault.writes_only = recovering.site.fault.lasting = true;
  recovering.site.fault.at = 1;
  EXPECT_EQ(recovering.submit("second").error().code, "storage.full");
  std::atomic<unsigned> given_up = 0;
  recovering.sequencer->on_stopped(
      [&](const std::optional<Error>& why) { given_up += why && why->code == "ledger.stopped"; });
  auto contents = recovering.site.contents();
  contents[static_cast<std::size_t>(Family::streams)].clear();
  recovering.site.ledger.own_storage.replace_contents(contents);
  recovering.site.fault = Fault();
  recovering.writable = true;
  for (int tenths = 0; tenths < 100 && recovering.sequencer->stopped()->code == "storage.full";
       ++tenths)
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  EXPECT_EQ(recovering.sequencer->stopped()->code, "ledger.stopped");
  const auto refused = recovering.submit("third");
  EXPECT_EQ(refused.error().code, "ledger.stopped");
  EXPECT_NE(refused.error().en.find("streams"), std::string::npos) << refused.error().en;
  recovering.sequencer->stop();
  EXPECT_EQ(given_up, 1U);
}

// The head file does not have yet what was acknowledged last, and so cannot miss it: whoever
// acknowledged it has to.
TEST(Recovering, WhatWasAcknowledgedIsThereOrNothingGoesOn) {
  Recovering another;
  ASSERT_FALSE(another.open());
  for (const char* name : {"first", "otherwise"}) ASSERT_TRUE(another.submit(name));
  const auto otherwise = another.site.contents();
  for (const bool shorter : {true, false}) {
    Recovering recovering;
    ASSERT_FALSE(recovering.open());
    ASSERT_TRUE(recovering.submit("first"));
    const auto first = recovering.site.contents();
    recovering.site.fault = Fault();
    recovering.site.fault.code = "storage.full";
    recovering.site.fault.writes_only = recovering.site.fault.lasting = true;
    recovering.site.fault.at = 2;  // the commit gets through, the head file does not
    ASSERT_TRUE(recovering.submit("second"));
    ASSERT_EQ(recovering.sequencer->stopped().value().code, "storage.full");
    recovering.site.ledger.own_storage.replace_contents(shorter ? first : otherwise);
    recovering.site.fault = Fault();
    recovering.writable = true;
    for (int tenths = 0; tenths < 100 && recovering.sequencer->stopped() &&
                         recovering.sequencer->stopped()->code == "storage.full";
         ++tenths)
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    const auto refused = recovering.submit("third");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "ledger.stopped");
    EXPECT_NE(refused.error().en.find("acknowledged"), std::string::npos) << refused.error().en;
    recovering.sequencer->stop();
  }
}

}  // namespace
}  // namespace liuhen::ledger
