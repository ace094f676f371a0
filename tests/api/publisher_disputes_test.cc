// What witnesses hold is weighed against everything that the log has signed by then, and again once
// it has signed more.
#include <gtest/gtest.h>

#include "tests/api/published_log.h"
#include "tests/slower.h"

namespace liuhen::tests {
namespace {

void bring(Published& log, RunningWitness& witness, std::uint64_t size) {
  const auto client = api::WitnessClient::open(witness.url(), witness.vkey(), {}).value();
  ASSERT_TRUE(client->cosign(log.note(), size, log.parts().prove));
}

// A receipt and /api/v1/log show a head before it is kept, and so before witnesses are offered it.
TEST(Publisher, WhatIsNotKeptYetIsNoProof) {
  const TempDir temp;
  const std::string file = temp / "cosigned";
  OneWitness one;
  one.log.grow(5);
  one.log.keep_no_more();
  one.log.grow(2);
  bring(one.log, one.witness, 7);
  auto parts = one.log.parts();
  std::atomic<unsigned> contradictions = 0;
  parts.contradicted = [&](const std::string&, const Error&) { ++contradictions; };
  auto publisher = Publisher::open(one.policy, one.log.vkey(), parts, {.file = file}).value();
  publisher->start();
  publisher->await_first_answers(10'000 * kSlower);
  EXPECT_FALSE(publisher->disputed()) << publisher->disputed()->en;
  EXPECT_TRUE(publisher->undisputed());
  ASSERT_TRUE(publisher->newest()) << "its cosignature is taken from where it shows it";
  EXPECT_EQ(publisher->newest()->checkpoint.size, 7u);
  EXPECT_FALSE(publisher->statuses()[0].error);
  EXPECT_EQ(contradictions, 0u);
  publisher->stop();
  // Nor is it one in the file, at a start that could not keep it either.
  one.witness.stop();
  auto again = one.publisher({.file = file});
  again->start();
  EXPECT_FALSE(again->disputed()) << again->disputed()->en;
  EXPECT_EQ(again->newest()->checkpoint.size, 7u);
  again->stop();
}

TEST(Publisher, AStartShowsReadersNothingSmallerThanAnyoneWasShown) {
  const TempDir temp;
  OneWitness one;
  one.log.grow(5);
  auto before = one.publisher({.file = temp / "cosigned"});
  before->start();
  ASSERT_TRUE(within(10, [&] { return before->newest().has_value(); }));
  before->stop();
  one.witness.stop();
  one.log.keep_no_more();
  one.log.grow(2);
  auto publisher = one.publisher({.file = temp / "cosigned"});
  publisher->start();
  publisher->await_first_answers(10'000 * kSlower);  // and has 5 to offer
  EXPECT_EQ(publisher->newest()->checkpoint.size, 5u);
  EXPECT_EQ(one.size_shown(*publisher), 7u);
  publisher->stop();
}

// Shown before the log has as many, by a witness that is silent from then on.
TEST(Publisher, WhatBecomesABeginningOfTheLogIsNoProofAnyMore) {
  for (const bool same : {true, false}) {
    OneWitness one;
    Published other;
    one.log.grow(5);
    other.grow(7);
    bring(other, one.witness, 7);
    auto publisher = one.publisher({.retry_first_ms = 60'000});
    publisher->start();
    ASSERT_TRUE(within(10, [&] { return publisher->disputed().has_value(); }));
    EXPECT_EQ(publisher->undisputed().error().code, "witness.ahead");
    EXPECT_TRUE(publisher->statuses()[0].proven);
    one.witness.stop();
    one.log.grow(1);
    publisher->published();
    std::this_thread::sleep_for(milliseconds(500));
    EXPECT_TRUE(publisher->disputed()) << "the log is shorter still";
    if (!same) one.log.append("another");
    one.log.grow(same ? 1 : 3);
    publisher->published();
    if (same) {
      EXPECT_TRUE(within(5, [&] { return !publisher->disputed(); }));
      EXPECT_TRUE(publisher->undisputed());
      EXPECT_FALSE(publisher->statuses()[0].proven);
    } else {
      std::this_thread::sleep_for(milliseconds(1'000));
      EXPECT_TRUE(publisher->disputed()) << "it is of another history";
      EXPECT_EQ(publisher->undisputed().error().code, "witness.ahead");
      EXPECT_TRUE(publisher->statuses()[0].proven);
    }
    publisher->stop();
  }
}

}  // namespace
}  // namespace liuhen::tests
