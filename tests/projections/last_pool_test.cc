// The pool that is kept for whoever asks again is the one that would be gathered.
#include "projections/last_pool.h"

#include <gtest/gtest.h>

#include "projections/set_aside.h"
#include "tests/projections/city.h"
#include "tests/projections/city_log.h"

namespace liuhen::tests {
namespace {

namespace schema = ledger::schema;
using projections::LastPool;
using projections::pool_of;
using projections::State;

struct LastPools : testing::Test {
  LastPools() {
    city.furnish(30, 4);
    rule = City::rule();
    announcement.strata.push_back(std::make_unique<schema::AnnouncedStratumT>());
    announcement.groups.push_back(std::make_unique<schema::SeatGroupT>());
    announcement.groups[0]->units = {"MSA-1"};
    announcement.groups[0]->seats = 2;
    announcement.default_capacity = 10;
    take_up();
  }
  // The state as it is now, by somebody who keeps the last pool.
  void take_up() {
    announcement.pool_position = city.size() - 1;
    State now = city.state();
    now.last_pool = state.last_pool ? state.last_pool : std::make_shared<LastPool>();
    state = std::move(now);
  }
  std::shared_ptr<const projections::Pool> last() {
    return projections::last_pool_of(state, announcement, rule).value();
  }
  void expect_as_gathered() {
    const auto kept = last();
    const auto gathered = pool_of(city.state(), announcement, rule).value();
    EXPECT_EQ(kept->subject_root, gathered.subject_root);
    EXPECT_EQ(kept->subjects_eligible, gathered.subjects_eligible);
    EXPECT_EQ(kept->inspector_root, gathered.inspector_root);
    EXPECT_TRUE(std::ranges::equal(kept->subjects, gathered.subjects, {},
                                   &crypto::draw::SubjectRow::id, &crypto::draw::SubjectRow::id));
  }

  City city;
  schema::RuleSetT rule;
  schema::DrawAnnouncedT announcement;
  State state;
};

TEST_F(LastPools, AreGatheredOnceForTheSameWords) {
  expect_as_gathered();
  const auto first = last();
  EXPECT_EQ(last(), first);
  announcement.scope.push_back(std::make_unique<schema::ConditionT>());
  announcement.scope[0]->field = schema::Field::division;
  announcement.scope[0]->values = {"370203"};
  EXPECT_NE(last(), first);
  EXPECT_TRUE(last()->subjects.empty());
  announcement.scope.clear();
  rule.rest_days = 3;
  const auto other = last();
  EXPECT_EQ(last(), other);
  rule.rest_days = 4;
  EXPECT_NE(last(), other);
}

// Subjects come with ids before, between and after those that were there.
TEST_F(LastPools, FollowTheRegistry) {
  expect_as_gathered();
  for (const std::uint64_t first : {1'000u, 500u, 200u, 2'000u}) {
    city.import_firms(first, 7, "more-" + std::to_string(first));
    const auto before = announcement.pool_position;
    take_up();
    expect_as_gathered();
    announcement.pool_position = before;  // and as it was
    expect_as_gathered();
    take_up();
  }
  EXPECT_EQ(last()->subjects.size(), 58u);
}

TEST_F(LastPools, AreForgottenWithADrawThatIsSetAside) {
  CityDraw draw(city);
  draw.announce();
  take_up();
  auto held = last();
  projections::set_aside(state, draw.stream());
  EXPECT_NE(last(), held);
  held = last();
  projections::take_out(state, draw.stream());
  EXPECT_NE(last(), held);
}

TEST_F(LastPools, ErrorsAreNotKept) {
  announcement.pool_position = city.size();
  EXPECT_EQ(projections::last_pool_of(state, announcement, rule).error().code, "draw.position");
  take_up();
  expect_as_gathered();
}

}  // namespace
}  // namespace liuhen::tests
