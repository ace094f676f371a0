// Collecting cosignatures from real witnesses on the loopback: in parallel, whoever is down or
// mute.
#include "api/server/publisher.h"

#include <gtest/gtest.h>

#include "crypto/utf8.h"
#include "tests/api/published_log.h"
#include "tests/slower.h"

namespace liuhen::tests {
namespace {

TEST(Publisher, TwoOfThreeWhileOneIsDown) {
  Published log;
  log.grow(5);
  RunningWitness a(11, log.vkey()), b(12, log.vkey()), c(13, log.vkey());
  const std::string down = c.url();
  c.stop();
  const auto policy = crypto::Policy::parse(
      policy_text(log.vkey(), {{a.vkey(), a.url()}, {b.vkey(), b.url()}, {c.vkey(), down}}, "2"));
  ASSERT_TRUE(policy) << policy.error().en;
  auto publisher = Publisher::open(*policy, log.vkey(), log.parts()).value();
  publisher->start();
  ASSERT_TRUE(within(10, [&] { return publisher->covering(4).has_value(); }));
  EXPECT_TRUE(policy->open(publisher->with_cosignatures(log.note())));
  EXPECT_EQ(policy->open(log.note()).error().code, "policy.quorum");
  log.grow(70);
  publisher->published();
  ASSERT_TRUE(within(10, [&] { return publisher->covering(74).has_value(); }));
  const auto found = publisher->covering(74).value();
  EXPECT_EQ(found.checkpoint.size, 75u);
  EXPECT_EQ(found.lines.size(), 2u);
  EXPECT_TRUE(found.quorum);
  EXPECT_TRUE(policy->open(found.note));
  EXPECT_FALSE(publisher->covering(75));
  EXPECT_TRUE(within(5, [&] { return log.cosigned >= 2u; })) << "said once it is kept";
  ASSERT_TRUE(within(5, [&] { return publisher->statuses()[2].error.has_value(); }));
  EXPECT_EQ(publisher->statuses()[2].error->code, "connect.failed");
  publisher->stop();
}

TEST(Publisher, ReadersAreShownAQuorumOfABusyLog) {
  OneWitness one;
  one.log.grow(5);
  auto publisher = one.publisher({});
  publisher->start();
  ASSERT_TRUE(within(10, [&] { return publisher->newest().has_value(); }));
  std::atomic<bool> done = false;
  std::thread writer([&] {
    while (!done) {
      one.log.grow(1);
      publisher->published();
      std::this_thread::sleep_for(milliseconds(1));
    }
  });
  std::uint64_t before = 0;
  unsigned newer = 0;
  for (int look = 0; look < 100; ++look) {
    const auto opened = one.policy.open(publisher->shown_to_readers(one.log.note()));
    EXPECT_TRUE(opened) << look << ": " << opened.error().en;
    if (!opened) break;
    EXPECT_GE(opened->checkpoint.size, before);
    newer += opened->checkpoint.size > before;
    before = opened->checkpoint.size;
    std::this_thread::sleep_for(milliseconds(10));
  }
  EXPECT_GT(newer, 2u);
  done = true;
  writer.join();
  publisher->stop();
}

// And once it comes again, one whom frequent readers have shown the head is not left behind it.
TEST(Publisher, WithoutAQuorumForLongReadersAreShownTheHead) {
  OneWitness one;
  one.log.grow(5);
  constexpr unsigned kLagMs = 1'000 * kSlower;
  auto publisher = one.publisher({.lag_ms = kLagMs});
  publisher->start();
  ASSERT_TRUE(within(10, [&] { return publisher->newest().has_value(); }));
  one.witness.held = true;
  const auto start = steady_clock::now();
  one.log.grow(1);
  publisher->published();
  EXPECT_EQ(one.size_shown(*publisher), 5u);
  EXPECT_TRUE(within(10, [&] { return one.size_shown(*publisher) == 6; }));
  EXPECT_GE(steady_clock::now() - start, milliseconds(kLagMs));
  one.log.grow(1);
  publisher->published();
  EXPECT_EQ(one.size_shown(*publisher), 7u);  // no quorum is to be waited for
  one.witness.delay_ms = 100;                 // by then the log is longer
  one.witness.held = false;
  std::atomic<bool> done = false;
  std::thread writer([&] {
    while (!done) {
      one.log.grow(1);
      publisher->published();
      (void)publisher->shown_to_readers(one.log.note());
      std::this_thread::sleep_for(milliseconds(1));
    }
  });
  std::uint64_t before = 7;
  EXPECT_TRUE(within(10, [&] {
    const std::string note = publisher->shown_to_readers(one.log.note());
    const std::uint64_t size = one.policy.open_signed(note)->checkpoint.size;
    EXPECT_GE(size, before);  // though the quorum that comes first is of a smaller one
    before = size;
    return one.policy.open(note).has_value();
  }));
  done = true;
  writer.join();
  publisher->stop();
}

TEST(Publisher, AStartWithEntriesAsksBeforeAnythingIsWritten) {
  OneWitness one;
  {
    auto publisher = one.publisher({});
    publisher->start();
    EXPECT_FALSE(publisher->refusal());  // there is nothing to be rolled back
    publisher->stop();
  }
  one.log.grow(5);
  one.witness.held = true;
  {
    auto publisher = one.publisher({.hold_ms = 500});
    publisher->start();
    ASSERT_TRUE(publisher->refusal());
    EXPECT_EQ(publisher->refusal()->code, "ledger.asking");
    EXPECT_TRUE(within(5, [&] { return !publisher->refusal(); }));  // and not for ever
    publisher->stop();
  }
  auto publisher = one.publisher({});
  publisher->start();
  publisher->await_first_answers(100);
  EXPECT_TRUE(publisher->refusal());
  one.witness.held = false;
  EXPECT_TRUE(within(10, [&] { return !publisher->refusal(); }));
  publisher->stop();
  auto gone = one.publisher({});
  one.witness.stop();
  gone->start();
  EXPECT_TRUE(within(5, [&] { return !gone->refusal(); }));  // who refuses has been asked
  gone->stop();
}

TEST(Publisher, OneThatNeverAnswersDelaysNobody) {
  constexpr unsigned kAnswerMs = 3'000 * kSlower;
  Published log;
  log.grow(5);
  RunningWitness a(11, log.vkey()), b(12, log.vkey());
  MuteServer mute;
  const crypto::NoteKey third{.name = "mute.example/w",
                              .type = crypto::NoteKeyType::cosignature,
                              .key = key_of(13).public_key()};
  const auto policy = crypto::Policy::parse(policy_text(
      log.vkey(), {{third, mute.url()}, {a.vkey(), a.url()}, {b.vkey(), b.url()}}, "2"));
  ASSERT_TRUE(policy) << policy.error().en;
  auto publisher =
      Publisher::open(*policy, log.vkey(), log.parts(), {.answer_ms = kAnswerMs}).value();
  publisher->start();
  const auto start = steady_clock::now();
  for (std::uint64_t size = 5; size < 10; ++size) {
    ASSERT_TRUE(within(2, [&] { return publisher->covering(size - 1).has_value(); })) << size;
    log.grow(1);
    publisher->published();
  }
  EXPECT_LT(steady_clock::now() - start, milliseconds(kAnswerMs - 100));
  ASSERT_TRUE(within(8, [&] { return publisher->statuses()[0].error.has_value(); }));
  EXPECT_EQ(publisher->statuses()[0].error->code, "connect.timeout");
  publisher->stop();
}

TEST(Publisher, StoppingDoesNotWaitForOneThatNeverAnswers) {
  Published log;
  log.grow(5);
  MuteServer mute;
  const crypto::NoteKey key{.name = "mute.example/w",
                            .type = crypto::NoteKeyType::cosignature,
                            .key = key_of(13).public_key()};
  const auto policy = crypto::Policy::parse(policy_text(log.vkey(), {{key, mute.url()}}, "1"));
  ASSERT_TRUE(policy) << policy.error().en;
  auto publisher = Publisher::open(*policy, log.vkey(), log.parts()).value();
  publisher->start();
  std::this_thread::sleep_for(milliseconds(500));  // it has been asked
  EXPECT_FALSE(publisher->statuses()[0].error);
  const auto start = steady_clock::now();
  publisher->stop();
  EXPECT_LT(steady_clock::now() - start, milliseconds(2'000 * kSlower));
}

TEST(Publisher, OneWithoutUseIsAskedEverMoreRarely) {
  Published log;
  log.grow(5);
  // It knows another log.
  RunningWitness a(11, crypto::NoteKey{.name = "log.example/other", .key = log.vkey().key});
  const auto policy = crypto::Policy::parse(policy_text(log.vkey(), {{a.vkey(), a.url()}}, "1"));
  auto publisher = Publisher::open(*policy, log.vkey(), log.parts(),
                                   {.retry_first_ms = 200, .retry_most_ms = 60'000})
                       .value();
  publisher->start();
  ASSERT_TRUE(within(5, [&] { return publisher->statuses()[0].failures >= 2; }));
  std::this_thread::sleep_for(milliseconds(1'500));
  EXPECT_LE(a.asked, 5u);
  EXPECT_EQ(publisher->statuses()[0].error->code, "witness.refused");
  publisher->stop();
}

// What it says when it refuses is shown to the public, in JSON.
TEST(Publisher, AnyBytesOfAWitnessAreShownAsText) {
  Published log;
  log.grow(5);
  std::string said = "no \xff\x1b[31mred\t\xc2\x9b";
  said += std::string("\0 \xe2\x80\xae", 5) + "不行\n\n";
  for (int i = 0; i < 100; ++i) said += "很";
  api::server::Site site;
  site.handle = [&](const api::Request&) {
    api::Response response;
    response.status = 403;
    response.body = said;
    return response;
  };
  auto server = api::server::HttpServer::open({.listen = "127.0.0.1:0"}, site).value();
  std::thread thread([&] { server->run(); });
  const crypto::NoteKey key{.name = "hostile.example/w",
                            .type = crypto::NoteKeyType::cosignature,
                            .key = key_of(13).public_key()};
  const std::string url = "http://127.0.0.1:" + std::to_string(server->port());
  const auto policy = crypto::Policy::parse(policy_text(log.vkey(), {{key, url}}, "1"));
  auto publisher = Publisher::open(*policy, log.vkey(), log.parts()).value();
  publisher->start();
  EXPECT_TRUE(within(10, [&] { return publisher->statuses()[0].error.has_value(); }));
  const Error error = publisher->statuses()[0].error.value();
  publisher->stop();
  server->stop();
  thread.join();
  EXPECT_EQ(error.code, "witness.refused");
  for (const std::string& words : {error.zh, error.en}) {
    EXPECT_TRUE(crypto::is_plain_text(words, false)) << words;
    EXPECT_NE(
        words.find("no \\xff\\x1b[31mred\\x09\\xc2\\x9b\\x00 \\xe2\\x80\\xae不行\\x0a\\x0a很"),
        std::string::npos)
        << words;
    EXPECT_LT(words.size(), 1'000u);
  }
}

TEST(Publisher, LearnsWhatAWitnessCosignedBefore) {
  Published log;
  log.grow(7);
  RunningWitness a(11, log.vkey());
  const auto policy = crypto::Policy::parse(policy_text(log.vkey(), {{a.vkey(), a.url()}}, "all"));
  for (int start = 0; start < 3; ++start) {  // a service that was restarted has forgotten
    auto publisher = Publisher::open(*policy, log.vkey(), log.parts()).value();
    publisher->start();
    const std::uint64_t size = 7 + static_cast<std::uint64_t>(start);
    ASSERT_TRUE(within(10, [&] { return publisher->covering(size - 1).has_value(); }));
    EXPECT_EQ(a.size(Published::kOrigin), size);
    publisher->stop();
    log.grow(1);
  }
}

// What a 409 says is not signed, and one that was wrong is not held against the witness.
TEST(Publisher, AWrongSizeOfAWitnessHeals) {
  Published log;
  log.grow(7);
  RunningWitness a(11, log.vkey());
  a.lies = 1;
  const auto policy = crypto::Policy::parse(policy_text(log.vkey(), {{a.vkey(), a.url()}}, "all"));
  auto publisher =
      Publisher::open(*policy, log.vkey(), log.parts(), {.retry_first_ms = 100}).value();
  publisher->start();
  ASSERT_TRUE(within(10, [&] { return publisher->covering(6).has_value(); }));
  EXPECT_EQ(a.lies, 0u);
  EXPECT_FALSE(publisher->statuses()[0].error);
  // Nor one that comes after good cosignatures.
  a.lies = 1;
  log.grow(1);
  publisher->published();
  ASSERT_TRUE(within(10, [&] { return publisher->covering(7).has_value(); }));
  EXPECT_EQ(a.lies, 0u);
  publisher->stop();
}

TEST(Publisher, AWitnessMayAnswerWithSixteenLargeSignatures) {
  Published log;
  log.grow(7);
  RunningWitness a(11, log.vkey());
  for (int i = 0; i < 15; ++i)
    a.before_its_own +=
        "— other.example/" + std::to_string(i) + " " + to_base64(Bytes(4 + 4'900)) + "\n";
  const auto policy = crypto::Policy::parse(policy_text(log.vkey(), {{a.vkey(), a.url()}}, "all"));
  auto publisher = Publisher::open(*policy, log.vkey(), log.parts()).value();
  publisher->start();
  ASSERT_TRUE(within(10, [&] { return publisher->covering(6).has_value(); }))
      << publisher->statuses()[0].error->en;
  publisher->stop();
}

// A head a millisecond: without a common checkpoint for all, none would ever have a quorum.
TEST(Publisher, ABusyLogIsCosignedAllTheSame) {
  Published log;
  log.grow(5);
  RunningWitness a(11, log.vkey()), b(12, log.vkey()), c(13, log.vkey());
  const auto policy = crypto::Policy::parse(policy_text(
      log.vkey(), {{a.vkey(), a.url()}, {b.vkey(), b.url()}, {c.vkey(), c.url()}}, "all"));
  auto publisher = Publisher::open(*policy, log.vkey(), log.parts()).value();
  publisher->start();
  std::atomic<bool> enough = false;
  std::thread writer([&] {
    while (!enough) {
      log.grow(1);
      publisher->published();
      std::this_thread::sleep_for(milliseconds(1));
    }
  });
  const bool twice = within(20, [&] { return publisher->covering(100).has_value(); });
  enough = true;
  writer.join();
  EXPECT_TRUE(twice);
  publisher->stop();
}

// Heads and proofs are public, and somebody is quicker with them at one of the witnesses, or at
// both.
TEST(Publisher, WhoBringsNewerHeadsToWitnessesStopsNothing) {
  Published log;
  log.grow(5);
  RunningWitness a(11, log.vkey()), b(12, log.vkey());
  const auto policy = crypto::Policy::parse(
      policy_text(log.vkey(), {{a.vkey(), a.url()}, {b.vkey(), b.url()}}, "all"));
  const auto outsider = api::WitnessClient::open(a.url(), a.vkey(), {}).value(),
             another = api::WitnessClient::open(b.url(), b.vkey(), {}).value();
  auto parts = log.parts();
  std::mutex one_at_a_time;
  std::atomic<int> left = 7;
  std::atomic<unsigned> contradictions = 0;
  parts.contradicted = [&](const std::string&, const Error&) { ++contradictions; };
  const auto prove = parts.prove;
  parts.prove = [&, prove](std::uint64_t old_size, std::uint64_t new_size) {
    const std::lock_guard lock(one_at_a_time);
    if (left > 0 && old_size < new_size) {
      --left;
      log.grow(2);
      const std::uint64_t size =
          crypto::parse_checkpoint(crypto::parse_note(log.note())->text)->size;
      EXPECT_TRUE(outsider->cosign(log.note(), size, prove));
      if (left % 3 == 0) EXPECT_TRUE(another->cosign(log.note(), size, prove));
    }
    return prove(old_size, new_size);
  };
  // A round that is over late: none waits for it that cannot come to a quorum any more.
  auto publisher =
      Publisher::open(*policy, log.vkey(), std::move(parts), {.round_ms = 60'000}).value();
  publisher->start();
  EXPECT_TRUE(within(10, [&] {
    EXPECT_FALSE(publisher->disputed());
    const auto newest = publisher->newest();
    return left == 0 && newest && policy->open(newest->note);
  }));
  for (const auto& status : publisher->statuses()) {
    EXPECT_EQ(status.failures, 0U) << status.name;
    EXPECT_FALSE(status.ahead);
  }
  EXPECT_TRUE(publisher->undisputed());
  EXPECT_EQ(contradictions, 0U);
  publisher->stop();
}

// A log that was taken back, and one witness of three who has the log's own word for it.
TEST(Publisher, OneProofIsEnoughWhateverTheQuorum) {
  Published before, log;
  before.grow(8);
  log.grow(5);
  RunningWitness a(11, log.vkey()), b(12, log.vkey()), c(13, log.vkey());
  ASSERT_TRUE(api::WitnessClient::open(a.url(), a.vkey(), {})
                  .value()
                  ->cosign(before.note(), 8, before.parts().prove));
  const auto policy = crypto::Policy::parse(policy_text(
      log.vkey(), {{a.vkey(), a.url()}, {b.vkey(), b.url()}, {c.vkey(), c.url()}}, "2"));
  auto publisher = Publisher::open(*policy, log.vkey(), log.parts()).value();
  publisher->start();
  ASSERT_TRUE(within(10, [&] { return publisher->disputed().has_value(); }));
  EXPECT_EQ(publisher->disputed()->code, "ledger.disputed");
  EXPECT_EQ(publisher->undisputed().error().code, "witness.ahead");
  publisher->stop();
}

TEST(Publisher, AQuorumOutlivesManyHeadsWithoutOne) {
  Published log;
  log.grow(5);
  RunningWitness a(11, log.vkey()), b(12, log.vkey());
  const auto policy = crypto::Policy::parse(
      policy_text(log.vkey(), {{a.vkey(), a.url()}, {b.vkey(), b.url()}}, "all"));
  auto publisher =
      Publisher::open(*policy, log.vkey(), log.parts(), {.round_ms = 0, .lag_ms = 200}).value();
  publisher->start();
  ASSERT_TRUE(within(10, [&] { return publisher->newest().has_value(); }));
  b.stop();
  for (std::uint64_t i = 0; i <= api::kCosignedKeptMax; ++i) {
    log.grow(1);
    publisher->published();
    ASSERT_TRUE(within(10, [&] { return publisher->statuses()[0].size == 6 + i; })) << i;
  }
  ASSERT_TRUE(publisher->newest());
  EXPECT_EQ(publisher->newest()->checkpoint.size, 5U);
  const auto size_shown = [&] {
    return policy->open_signed(publisher->shown_to_readers(log.note()))->checkpoint.size;
  };
  EXPECT_TRUE(within(5, [&] { return size_shown() == 6 + api::kCosignedKeptMax; }));
  publisher->stop();
}

TEST(Publisher, APolicyOfAnotherLogIsRefused) {
  Published log;
  const auto policy =
      crypto::Policy::of_log({.name = Published::kOrigin, .key = key_of(2).public_key()});
  EXPECT_EQ(Publisher::open(policy, log.vkey(), log.parts()).error().code, "policy.log");
}

}  // namespace
}  // namespace liuhen::tests
