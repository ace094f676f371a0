#include "ledger/absent_content.h"

#include <gtest/gtest.h>

#include "tests/test_ledger.h"

namespace liuhen::ledger {
namespace {

using tests::conflict_intent;
using tests::opening_of;

class AbsentContentOfALedger : public ::testing::Test {
 protected:
  tests::TestLedger ledger_;

  void SetUp() override { ASSERT_FALSE(ledger_.open()); }

  Bytes rows(const std::string& name, const std::vector<Opening>& openings) {
    return tests::import_intent({&ledger_.a}, name, openings);
  }
  void submit(Bytes intent, const std::vector<Opening>& openings = {}) {
    const auto answer = ledger_.submit(std::move(intent), {&ledger_.a}, openings);
    ASSERT_TRUE(answer) << answer.error().en;
  }
  std::vector<std::pair<std::uint64_t, Hash>> absent() {
    ledger_.close();
    ContentCheck check(ledger_.entropy);
    EXPECT_TRUE(
        ledger_.storage->scan(Family::entries, "", [&](std::string_view, std::string_view value) {
          const Bytes bytes(value.begin(), value.end());
          check.add(Event::parse(bytes).value());
          return true;
        }));
    std::vector<std::pair<std::uint64_t, Hash>> out;
    for (const AbsentContent& one : check.absent(*ledger_.storage).value())
      out.emplace_back(one.position, one.commitment);
    return out;
  }
};

TEST_F(AbsentContentOfALedger, IsWhatIsNeitherInABlockNorAloneNorErased) {
  const auto kept = opening_of("1"), never = opening_of("2"), erased = opening_of("3");
  submit(conflict_intent(ledger_.a, "kept", kept.commitment), {kept});
  submit(conflict_intent(ledger_.a, "never", never.commitment));
  submit(conflict_intent(ledger_.a, "erased", erased.commitment), {erased});
  const auto in = opening_of("4"), out = opening_of("5"), gone = opening_of("6");
  submit(rows("r", {in, out, gone}), {in, gone});
  submit(ledger_.erase_intent("e", {erased.commitment, gone.commitment}));
  EXPECT_EQ(absent(), (std::vector<std::pair<std::uint64_t, Hash>>{{1, never.commitment},
                                                                   {3, out.commitment}}));
}

// Of the first entry; and who hands it in with a later one has made up for it.
TEST_F(AbsentContentOfALedger, IsNamedOnceWhateverCommitsToIt) {
  const auto twice = opening_of("1"), later = opening_of("2");
  submit(rows("r", {twice, later}));
  submit(rows("s", {twice, later}), {later});
  EXPECT_EQ(absent(), (std::vector<std::pair<std::uint64_t, Hash>>{{0, twice.commitment}}));
}

// It is text that the office may have got by itself, and no draw hangs on it.
TEST_F(AbsentContentOfALedger, IsNotAskedOfObjections) {
  const crypto::SigningKey* const authors[] = {&ledger_.a};
  auto intent = tests::intent_frame(authors, "o", "draw/P1/1");
  schema::ObjectionFiledT objection;
  objection.draw = "draw/P1/1";
  objection.content = tests::bytes_of(opening_of("1").commitment);
  intent.payload.Set(std::move(objection));
  submit(encode(intent));
  EXPECT_TRUE(absent().empty());
}

}  // namespace
}  // namespace liuhen::ledger
