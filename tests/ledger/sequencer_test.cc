#include "ledger/sequencer.h"

#include <gtest/gtest.h>

#include <functional>
#include <future>
#include <map>
#include <set>
#include <thread>

#include "ledger/content_block.h"
#include "ledger/limits.h"
#include "tests/ledger/answers.h"
#include "tests/ledger/slow_storage.h"
#include "tests/test_ledger.h"

namespace liuhen::ledger {
namespace {

using tests::code_of;
using tests::kOrigin;
using tests::kStart;
using tests::receipt_of;
using tests::SlowStorage;
using tests::TestLedger;

void expect_covers(const TestLedger& ledger, const Receipt& receipt) {
  const auto opened = crypto::open_checkpoint(receipt.checkpoint, ledger.note_key()).value();
  EXPECT_TRUE(crypto::verify_inclusion(receipt.position, opened.checkpoint.size, receipt.leaf_hash,
                                       receipt.proof, opened.checkpoint.root));
}

TEST(Sequencer, AnswersWithAReceiptThatCovers) {
  TestLedger ledger;
  ASSERT_FALSE(ledger.open());
  EXPECT_EQ(ledger.sequencer->checkpoint(), "");
  for (int i = 0; i < 300; ++i) {
    const auto answer = ledger.submit_item(std::to_string(i));
    ASSERT_TRUE(answer) << answer.error().en;
    EXPECT_EQ(receipt_of(answer).position, static_cast<std::uint64_t>(i));
    expect_covers(ledger, receipt_of(answer));
  }
  EXPECT_EQ(ledger.sequencer->size(), 300u);
  tests::wait_until_kept(*ledger.sequencer);
  EXPECT_EQ(ledger.own_head.read().value(), ledger.sequencer->checkpoint());
  const std::string before = ledger.sequencer->checkpoint();
  ASSERT_FALSE(ledger.open());
  EXPECT_EQ(ledger.sequencer->checkpoint(), before);
  ASSERT_TRUE(ledger.submit_item("after"));
  ASSERT_FALSE(ledger.open());
  EXPECT_EQ(ledger.sequencer->size(), 301u);
}

TEST(Sequencer, TheSameBytesGetTheFirstReceiptAgain) {
  TestLedger ledger;
  ASSERT_FALSE(ledger.open());
  const Receipt first = receipt_of(ledger.submit_item("x"));
  ledger.clock.now += 100;
  ASSERT_TRUE(ledger.submit_item("y"));
  for (int reopened = 0; reopened < 2; ++reopened) {
    const Receipt again = receipt_of(ledger.submit_item("x"));
    EXPECT_TRUE(again.repeated);
    EXPECT_EQ(again.position, first.position);
    EXPECT_EQ(again.time, first.time);
    EXPECT_EQ(again.leaf_hash, first.leaf_hash);
    expect_covers(ledger, again);
    ASSERT_FALSE(ledger.open());
  }
  const crypto::SigningKey* const authors[] = {&ledger.a};
  auto other = tests::intent_frame(authors, "x", "item/elsewhere");
  other.payload.Set(schema::ItemPublishedT{});
  EXPECT_EQ(code_of(ledger.submit(encode(other), {&ledger.a})), "intent.conflict");
  EXPECT_EQ(ledger.sequencer->size(), 2u);
}

TEST(Sequencer, RefusesWithoutATrace) {
  TestLedger ledger;
  ASSERT_FALSE(
      ledger.open([](const Event& event) { return event.intent().stream() == "item/forbidden"; }));
  ASSERT_TRUE(ledger.submit_item("first"));
  const auto before = ledger.own_storage.contents();

  EXPECT_EQ(code_of(ledger.submit_item("forbidden")), "test.refused");
  EXPECT_EQ(code_of(ledger.submit(ledger.item("x"), {})), "intent.signature");
  EXPECT_EQ(code_of(ledger.submit(ledger.item("x"), {&ledger.b})), "intent.signature");
  EXPECT_EQ(code_of(ledger.submit(ledger.item("x"), {&ledger.a, &ledger.a})), "intent.signature");
  EXPECT_EQ(code_of(ledger.submit(Bytes(10), {&ledger.a})), "intent.malformed");
  EXPECT_EQ(code_of(ledger.submit(Bytes(kIntentBytesMax + 1), {&ledger.a})), "intent.oversized");

  auto submission =
      tests::signed_by(ledger.item("x"), std::vector<const crypto::SigningKey*>{&ledger.a});
  submission.signatures[0].second[7] ^= 1;
  EXPECT_EQ(code_of(ledger.sequencer->submit_and_wait(submission)), "intent.signature");

  const crypto::SigningKey* const authors[] = {&ledger.a};
  auto intent = tests::intent_frame(authors, "x", "item/x");
  intent.payload.Set(schema::ItemPublishedT{});
  intent.origin = "another.example/log";
  EXPECT_EQ(code_of(ledger.submit(encode(intent), {&ledger.a})), "intent.origin");
  intent.origin = kOrigin;
  intent.expires = kStart - 1;
  EXPECT_EQ(code_of(ledger.submit(encode(intent), {&ledger.a})), "intent.expired");
  intent.expires = kStart + kIntentLifeMaxS + 1;
  EXPECT_EQ(code_of(ledger.submit(encode(intent), {&ledger.a})), "intent.expiry");

  auto opening = tests::opening_of("content");
  const Bytes conflict = tests::conflict_intent(ledger.a, "c", opening.commitment);
  auto wrong = opening;
  wrong.bytes.push_back('!');
  EXPECT_EQ(code_of(ledger.submit(conflict, {&ledger.a}, {wrong})), "opening.mismatch");
  EXPECT_EQ(code_of(ledger.submit(conflict, {&ledger.a}, {tests::opening_of("other")})),
            "opening.unknown");
  wrong.bytes.resize(kOpeningBytesMax + 1);
  EXPECT_EQ(code_of(ledger.submit(conflict, {&ledger.a}, {wrong})), "opening.oversized");

  EXPECT_EQ(ledger.own_storage.contents(), before);
  EXPECT_EQ(ledger.sequencer->size(), 1u);
}

TEST(Sequencer, RecordedTimeNeverDecreases) {
  TestLedger ledger;
  ASSERT_FALSE(ledger.open());
  EXPECT_EQ(receipt_of(ledger.submit_item("x")).time, kStart);
  ledger.clock.now -= 50;
  EXPECT_EQ(receipt_of(ledger.submit_item("y")).time, kStart);
  ledger.clock.now += 60;
  EXPECT_EQ(receipt_of(ledger.submit_item("z")).time, kStart + 10);
  EXPECT_FALSE(ledger.open());
}

TEST(Sequencer, AHalfSignedIntentWaitsForTheSecondPerson) {
  TestLedger ledger;
  ASSERT_FALSE(ledger.open());
  const Bytes intent = ledger.joint_item("x");
  const auto waiting = ledger.submit(intent, {&ledger.b});
  ASSERT_TRUE(waiting) << waiting.error().en;
  const Hash hash = crypto::sha256(intent);
  EXPECT_EQ(std::get<Waiting>(*waiting).intent_hash, hash);
  EXPECT_EQ(std::get<Waiting>(*waiting).missing, std::vector<KeyId>{ledger.a.public_key()});
  EXPECT_EQ(ledger.sequencer->size(), 0u);
  for (int reopened = 0; reopened < 2; ++reopened) {
    ASSERT_EQ(ledger.sequencer->pending().size(), 1u);
    EXPECT_EQ(ledger.sequencer->pending_intent(hash).value().intent, intent);
    EXPECT_FALSE(ledger.sequencer->pending_intent(Hash{}));
    ASSERT_TRUE(std::holds_alternative<Waiting>(ledger.submit(intent, {&ledger.b}).value()));
    const auto error = ledger.open();
    ASSERT_FALSE(error) << error->en;
  }
  const auto answer = ledger.submit(intent, {&ledger.a});
  EXPECT_EQ(receipt_of(answer).position, 0u);
  EXPECT_TRUE(ledger.sequencer->pending().empty());
  const auto entry = ledger.own_storage.get(Family::entries, key_of_number(0)).value().value();
  const auto event = Event::parse(view_of(entry)).value();
  EXPECT_TRUE(verify_signatures(event.intent(), event.signatures()));
  EXPECT_FALSE(ledger.own_storage.get(Family::pending, text_of(hash)).value());
  EXPECT_FALSE(ledger.open());
}

TEST(Sequencer, AHalfSignedIntentExpiresWithItsContent) {
  TestLedger ledger;
  ASSERT_FALSE(ledger.open());
  const crypto::SigningKey* const authors[] = {&ledger.a, &ledger.b};
  const auto opening = tests::opening_of("evidence");
  auto intent = tests::intent_frame(authors, "x", "conflict/x");
  schema::ConflictDeclaredT conflict;
  conflict.commitment = tests::bytes_of(opening.commitment);
  conflict.unit = "370202";
  intent.payload.Set(conflict);
  const Bytes bytes = encode(intent);
  ASSERT_TRUE(ledger.submit(bytes, {&ledger.a}, {opening}));
  const Hash hash = crypto::sha256(bytes);
  EXPECT_TRUE(has_half_signed_content(ledger.own_storage, hash).value());
  const auto reopened = ledger.open();
  ASSERT_FALSE(reopened) << reopened->en;
  const auto kept = half_signed_content(ledger.own_storage, hash).value();
  EXPECT_EQ(open_sealed(*ledger.restricted, kept, opening.commitment).value().value().bytes,
            opening.bytes);
  ledger.clock.now = intent.expires + 1;
  EXPECT_EQ(code_of(ledger.submit(bytes, {&ledger.b})), "intent.expired");
  EXPECT_TRUE(ledger.sequencer->pending().empty());
  EXPECT_FALSE(has_half_signed_content(ledger.own_storage, hash).value());
  EXPECT_FALSE(ledger.restricted->get(opening.commitment).value());
  EXPECT_FALSE(ledger.open());
}

TEST(Sequencer, ErasingIsFinalAndTheChainStillVerifies) {
  TestLedger ledger;
  ASSERT_FALSE(ledger.open());
  const auto opening = tests::opening_of("身份证号");
  ASSERT_TRUE(ledger.submit(tests::conflict_intent(ledger.a, "c", opening.commitment), {&ledger.a},
                            {opening}));
  EXPECT_EQ(ledger.restricted->get(opening.commitment).value().value().salt, opening.salt);
  const auto contents = ledger.own_storage.contents();
  for (const auto& [key, value] : contents[static_cast<std::size_t>(Family::restricted)]) {
    EXPECT_EQ(value.find("身份证号"), std::string::npos);
  }
  ASSERT_TRUE(ledger.submit(ledger.erase_intent("e", {opening.commitment}), {&ledger.a}));
  EXPECT_FALSE(ledger.restricted->get(opening.commitment).value());
  EXPECT_FALSE(ledger.open());
}

TEST(Sequencer, ManyThreadsGetDistinctPlacesInOneOrder) {
  TestLedger ledger;
  ASSERT_FALSE(ledger.open());
  std::vector<std::uint64_t> seen;
  ledger.sequencer->on_committed([&](std::uint64_t first, const std::vector<Bytes>& entries) {
    for (std::size_t i = 0; i < entries.size(); ++i) {
      EXPECT_EQ(Event::parse(entries[i]).value().position(), first + i);
      seen.push_back(first + i);
    }
  });
  std::vector<std::thread> threads;
  std::mutex mutex;
  std::set<std::uint64_t> places;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 40; ++i) {
        const auto answer = ledger.submit_item(std::to_string(t) + "-" + std::to_string(i));
        expect_covers(ledger, receipt_of(answer));
        (void)ledger.sequencer->checkpoint();
        (void)ledger.sequencer->pending();
        const std::lock_guard lock(mutex);
        places.insert(receipt_of(answer).position);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(places.size(), 320u);
  EXPECT_EQ(*places.rbegin(), 319u);
  EXPECT_EQ(seen.size(), 320u);
  EXPECT_TRUE(std::ranges::is_sorted(seen));
  EXPECT_FALSE(ledger.open());
}

TEST(Sequencer, AFullQueueRefusesAndABatchIsShared) {
  TestLedger ledger;
  SlowStorage slow(ledger.own_storage);
  ledger.storage = &slow;
  ledger.queue_max = 3;
  ASSERT_FALSE(ledger.open());
  std::vector<std::future<Result<Answer>>> answers;
  const auto submit = [&](const std::string& name) {
    auto promise = std::make_shared<std::promise<Result<Answer>>>();
    answers.push_back(promise->get_future());
    ledger.sequencer->submit(
        tests::signed_by(ledger.item(name), std::vector<const crypto::SigningKey*>{&ledger.a}),
        [promise](Result<Answer> answer) { promise->set_value(std::move(answer)); });
  };
  submit("0");
  slow.entered.acquire();
  for (const char* name : {"1", "2", "3", "4"}) submit(name);
  EXPECT_EQ(code_of(answers[4].get()), "queue.full");
  slow.gate.release();
  EXPECT_EQ(receipt_of(answers[0].get()).position, 0u);
  slow.entered.acquire();
  slow.gate.release();
  std::set<std::string> notes;
  for (std::size_t i = 1; i <= 3; ++i) {
    const Receipt receipt = receipt_of(answers[i].get());
    EXPECT_EQ(receipt.position, i);
    notes.insert(receipt.checkpoint);
  }
  EXPECT_EQ(notes.size(), 1u) << "one checkpoint for the batch";
  EXPECT_EQ(ledger.own_storage.commits(), 2u);
}

// The content that comes with an intent is written by its batch too, and so is what came with the
// first signature when the second comes.
TEST(Sequencer, ABatchIsBoundedByTheContentInIt) {
  constexpr std::size_t kMoreThanHalf = kBatchBytesMax / kOpeningBytesMax * 5 / 8;
  using Signers = std::vector<const crypto::SigningKey*>;
  TestLedger ledger;
  SlowStorage slow(ledger.own_storage);
  ledger.storage = &slow;
  ASSERT_FALSE(ledger.open());
  std::map<std::string, std::vector<Opening>> openings;
  const auto intent = [&](const Signers& authors, const std::string& name) {
    std::vector<Opening>& own = openings[name];
    while (own.size() < kMoreThanHalf) {
      own.push_back(tests::opening_of(name + std::to_string(own.size())));
      own.back().bytes.resize(kOpeningBytesMax);
      own.back().commitment = crypto::commit(own.back().salt, own.back().bytes);
    }
    return tests::import_intent(authors, name, own);
  };
  const auto submit = [&](Submission submission) {
    auto promise = std::make_shared<std::promise<Result<Answer>>>();
    ledger.sequencer->submit(std::move(submission), [promise](Result<Answer> answer) {
      promise->set_value(std::move(answer));
    });
    return promise->get_future();
  };
  const auto expect_two_batches = [&](const std::function<Submission(int)>& submission_of) {
    const std::uint64_t before = ledger.own_storage.commits();
    auto holds_up =
        submit(tests::signed_by(ledger.item(std::to_string(before)), Signers{&ledger.a}));
    slow.entered.acquire();
    std::vector<std::future<Result<Answer>>> answers;
    for (int i = 0; i < 3; ++i) answers.push_back(submit(submission_of(i)));
    slow.gate.release(3);
    ASSERT_TRUE(holds_up.get());
    const std::string shared = receipt_of(answers[0].get()).checkpoint;
    EXPECT_EQ(receipt_of(answers[1].get()).checkpoint, shared);
    EXPECT_NE(receipt_of(answers[2].get()).checkpoint, shared);
    EXPECT_EQ(ledger.own_storage.commits(), before + 3);
    while (slow.entered.try_acquire()) {
    }
    while (slow.gate.try_acquire()) {
    }
  };

  expect_two_batches([&](int i) {
    const std::string name = "whole-" + std::to_string(i);
    const Bytes whole = intent({&ledger.a}, name);
    return tests::signed_by(whole, Signers{&ledger.a}, openings[name]);
  });
  const auto half = [&](int i) {
    return intent({&ledger.a, &ledger.b}, "half-" + std::to_string(i));
  };
  for (int i = 0; i < 3; ++i) {
    const Bytes first = half(i);
    slow.gate.release();
    ASSERT_TRUE(
        submit(tests::signed_by(first, Signers{&ledger.a}, openings["half-" + std::to_string(i)]))
            .get());
    slow.entered.acquire();
  }
  expect_two_batches([&](int i) { return tests::signed_by(half(i), Signers{&ledger.b}); });
}

TEST(Sequencer, ACrowdSharesSyncs) {
  constexpr std::size_t kCrowd = 1'000;
  TestLedger ledger;
  SlowStorage slow(ledger.own_storage);
  ledger.storage = &slow;
  ASSERT_FALSE(ledger.open());
  std::vector<std::future<Result<Answer>>> answers;
  for (std::size_t i = 0; i < kCrowd; ++i) {
    auto promise = std::make_shared<std::promise<Result<Answer>>>();
    answers.push_back(promise->get_future());
    ledger.sequencer->submit(tests::signed_by(ledger.item(std::to_string(i)),
                                              std::vector<const crypto::SigningKey*>{&ledger.a}),
                             [promise](Result<Answer> answer) { promise->set_value(answer); });
    if (i == 0) slow.entered.acquire();  // the others come while the first is being synced
  }
  slow.gate.release(2);
  for (std::size_t i = 0; i < kCrowd; ++i) EXPECT_EQ(receipt_of(answers[i].get()).position, i);
  EXPECT_EQ(ledger.own_storage.commits(), 2u);
}

TEST(Sequencer, AFailedCommitStopsItAndReopeningRecovers) {
  for (const bool persisted : {false, true}) {
    for (std::uint64_t nth = 1; nth <= 6; ++nth) {
      TestLedger ledger;
      ASSERT_FALSE(ledger.open());
      ledger.own_storage.fail_commit(nth, persisted);
      for (std::uint64_t i = 1; i <= 6; ++i) {
        const auto answer = ledger.submit_item(std::to_string(i));
        EXPECT_EQ(code_of(answer), i < nth ? "" : "ledger.stopped");
      }
      EXPECT_EQ(ledger.sequencer->size(), nth - 1);
      ledger.own_storage.heal();
      const auto error = ledger.open();
      ASSERT_FALSE(error) << error->en;
      EXPECT_EQ(ledger.sequencer->size(), persisted ? nth : nth - 1);
      for (std::uint64_t i = 1; i <= 6; ++i) {
        const auto answer = ledger.submit_item(std::to_string(i));
        EXPECT_EQ(receipt_of(answer).position, i - 1) << "each exactly once";
        EXPECT_EQ(receipt_of(answer).repeated, i < nth || (persisted && i == nth));
      }
      EXPECT_FALSE(ledger.open());
    }
  }
}

TEST(Sequencer, WhatAdmissionWouldNotAdmitIsNotRecovered) {
  TestLedger ledger;
  ASSERT_FALSE(ledger.open());
  for (const char* name : {"x", "y", "z"}) ASSERT_TRUE(ledger.submit_item(name));
  const auto error = ledger.open([](const Event& event) { return event.position() == 1; });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code, "ledger.mismatch");
  EXPECT_NE(error->en.find("entry 1"), std::string::npos) << error->en;
  EXPECT_NE(error->en.find("test.refused"), std::string::npos) << error->en;
}

TEST(Sequencer, OneRefusalInABatchIsTheOthersNoConcern) {
  TestLedger ledger;
  ASSERT_FALSE(
      ledger.open([](const Event& event) { return event.intent().stream().ends_with("bad"); }));
  std::vector<std::thread> threads;
  std::atomic<int> admitted = 0;
  for (int t = 0; t < 6; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 10; ++i) {
        const bool bad = i % 3 == 0;
        const auto answer =
            ledger.submit_item(std::to_string(t) + "-" + std::to_string(i) + (bad ? "bad" : ""));
        EXPECT_EQ(code_of(answer), bad ? "test.refused" : "");
        if (answer) ++admitted;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(ledger.sequencer->size(), static_cast<std::uint64_t>(admitted.load()));
  EXPECT_FALSE(ledger.open());
}

TEST(Sequencer, AfterStoppingItAnswersThatItHas) {
  TestLedger ledger;
  ASSERT_FALSE(ledger.open());
  ledger.sequencer->stop();
  ledger.sequencer->stop();
  EXPECT_EQ(code_of(ledger.submit_item("x")), "ledger.stopped");
}

// One key alone does not keep everyone from having anything signed by two.
TEST(Sequencer, OneKeyHasItsShareOfWhatWaitsForASecondSignature) {
  TestLedger ledger;
  ASSERT_FALSE(ledger.open());
  for (std::size_t i = 0; i < kPendingEachMax; ++i) {
    const auto waits = ledger.submit(ledger.joint_item("item-" + std::to_string(i)), {&ledger.a});
    ASSERT_TRUE(waits) << waits.error().en;
  }
  for (int reopened = 0; reopened < 2; ++reopened) {
    EXPECT_EQ(ledger.submit(ledger.joint_item("more"), {&ledger.a}).error().code, "pending.many");
    EXPECT_TRUE(ledger.submit(ledger.joint_item("item-3"), {&ledger.a})) << "it waits already";
    ASSERT_FALSE(ledger.open());
  }
  EXPECT_TRUE(ledger.submit(ledger.joint_item("another's"), {&ledger.b}));
  EXPECT_TRUE(ledger.submit(ledger.joint_item("both"), {&ledger.a, &ledger.b}));
  ASSERT_TRUE(ledger.submit(ledger.joint_item("item-0"), {&ledger.b}));
  EXPECT_TRUE(ledger.submit(ledger.joint_item("more"), {&ledger.a})) << "one less waits";
  EXPECT_EQ(ledger.submit(ledger.joint_item("again"), {&ledger.a}).error().code, "pending.many");
}

TEST(Sequencer, WhatARevokedKeyAloneHasSignedWaitsNoLonger) {
  TestLedger ledger;
  ASSERT_FALSE(ledger.open());
  const Bytes alone = ledger.joint_item("alone");
  ASSERT_TRUE(ledger.submit(alone, {&ledger.b}));
  ASSERT_TRUE(ledger.submit(ledger.joint_item("others"), {&ledger.a}));
  const crypto::SigningKey* const authors[] = {&ledger.a};
  schema::IntentT revoking = tests::intent_frame(authors, "revoked", "keys");
  schema::KeyRevokedT revoked;
  revoked.key.assign(ledger.b.public_key().begin(), ledger.b.public_key().end());
  revoked.reason = "遗失";
  revoking.payload.Set(std::move(revoked));
  ASSERT_EQ(ledger.sequencer->pending().size(), 2U);
  const auto recorded = ledger.submit(encode(revoking), {&ledger.a});
  ASSERT_TRUE(recorded) << recorded.error().en;
  const auto left = ledger.sequencer->pending();
  ASSERT_EQ(left.size(), 1U);
  EXPECT_EQ(left[0]->signers(), std::vector<KeyId>{ledger.a.public_key()});
  ASSERT_FALSE(ledger.open());
  EXPECT_EQ(ledger.sequencer->pending().size(), 1U);
}

}  // namespace
}  // namespace liuhen::ledger
