#include <gtest/gtest.h>

#include "tests/projections/drawn_city.h"

namespace liuhen::tests {
namespace {

using Kind = projections::Due::Kind;

// The one thing due, if there is one.
std::optional<Kind> due(const DrawnCity& city) {
  const auto all = projections::due(city.state(), city.now);
  EXPECT_LE(all.size(), 1U);
  if (all.empty()) return std::nullopt;
  EXPECT_EQ(all[0].draw, DrawnCity::stream());
  return all[0].kind;
}

TEST(Due, LeadsADrawToItsEnd) {
  DrawnCity city;
  EXPECT_EQ(due(city), std::nullopt);
  city.announce();
  EXPECT_EQ(due(city), std::nullopt);
  for (const char* who : {"contributor-1", "contributor-2"}) city.must(city.commitment(who), {who});
  EXPECT_EQ(due(city), Kind::close_commitments);
  city.must(city.commitments_closed(), {"platform"});
  EXPECT_EQ(due(city), std::nullopt);
  city.now = city.draw().announcement.reveal_deadline + 1;
  EXPECT_EQ(due(city), Kind::close_reveals);
  city.must(city.reveals_closed(), {"platform"});
  EXPECT_EQ(due(city), Kind::execute);
  city.must(city.executed(), {"platform"});
  EXPECT_EQ(due(city), Kind::disclose);
  city.must(city.disclosed_whole(), {"platform"});
  EXPECT_EQ(due(city), std::nullopt);
}

TEST(Due, AListADayAfterTheDeadlineOfItsExecution) {
  projections::Draw draw;
  draw.announcement.execute_deadline = 1'790'000'000;
  EXPECT_EQ(projections::disclosure_due(draw), 1'790'086'400U);
  draw.announcement.execute_deadline = std::numeric_limits<std::uint64_t>::max() - 86'399;
  EXPECT_EQ(projections::disclosure_due(draw), std::numeric_limits<std::uint64_t>::max())
      << "beyond what a time can be";
  draw.announcement.sealed = true;
  draw.announcement.disclosure_deadline = 1'790'000'001;
  EXPECT_EQ(projections::disclosure_due(draw), 1'790'000'001U);
}

TEST(Due, FailsWhatNobodyCommittedTo) {
  DrawnCity city;
  city.announce();
  city.now = city.draw().announcement.commit_deadline;
  EXPECT_EQ(due(city), std::nullopt);
  city.now += 1;
  EXPECT_EQ(due(city), Kind::fail);
}

TEST(Due, ADrawVoidedInTimeNeedsNothing) {
  DrawnCity city;
  city.announce();
  city.must(DrawnCity::reasoned<schema::DrawVoidedT>(), {"approver", "clerk"});
  city.now += 24 * kHourS;
  EXPECT_EQ(due(city), std::nullopt);
  EXPECT_TRUE(projections::escapes(city.state(), city.now).empty());
}

}  // namespace
}  // namespace liuhen::tests
