// Whoever reads, and for however long, the writer goes on.
#include "api/server/read_model.h"

#include <gtest/gtest.h>

#include <future>
#include <optional>

#include "tests/test_ledger.h"

namespace liuhen::tests {
namespace {

using api::server::ReadModel;
using std::chrono::seconds;

// An import: its fold asks nothing of the keys, which nobody has granted here.
bool record(TestLedger& ledger, const std::string& name) {
  return ledger.submit(subjects_intent(ledger.a, name, 1), {&ledger.a}).has_value();
}

TEST(ReadModel, AReaderThatNeverLetsGoDoesNotHoldUpTheSequencer) {
  TestLedger ledger;
  ASSERT_FALSE(ledger.open());
  ReadModel model(kOrigin, *ledger.storage);
  ASSERT_TRUE(model.start(0));
  ledger.sequencer->on_committed([&model](std::uint64_t first, const std::vector<Bytes>& entries) {
    model.committed(first + entries.size());
  });
  ASSERT_TRUE(record(ledger, "before"));

  std::future<bool> answers;  // outlives the reading: what waits for it is let go
  {
    auto reading = model.read(1);
    ASSERT_TRUE(reading) << reading.error().en;
    const std::uint64_t seen = reading->size();
    answers = std::async(std::launch::async, [&ledger] {
      bool all = true;
      for (int i = 0; i < 20; ++i) all &= record(ledger, "run-" + std::to_string(i));
      return all;
    });
    EXPECT_EQ(answers.wait_for(seconds(30)), std::future_status::ready)
        << "the sequencer waits for a reader";
    EXPECT_EQ(reading->size(), seen);  // what is being read does not change under the reader
  }
  EXPECT_TRUE(answers.get());
  auto after = model.read(21);  // the model catches up
  ASSERT_TRUE(after) << after.error().en;
  EXPECT_EQ(after->size(), 21u);
}

}  // namespace
}  // namespace liuhen::tests
