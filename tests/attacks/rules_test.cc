// Attacks on what the rule says of a draw: how many, who is kept out, and who weighs what.
#include "projections/draw_lookup.h"
#include "tests/attacks/dishonest_operator.h"

namespace liuhen::tests {
namespace {

class AttacksOnRules : public Attack {
 protected:
  std::uint64_t announce(schema::DrawAnnouncedT announced) {
    return write(std::move(announced), {"clerk", "approver"});
  }
  void set_minimum(std::uint64_t minimum) {
    auto plan = City::plan("P1", 2);
    plan.rates[0]->minimum = minimum;
    city.must(std::move(plan), {"clerk", "approver"});
  }
};

TEST_F(AttacksOnRules, MinimumLeftOut) {
  set_minimum(9);
  auto announced = town.announcement();
  announced.strata[0]->minimum = 0;
  expect_named("draw.rate", announce(std::move(announced)));
}

// It is announced, and the draw made without it.
TEST_F(AttacksOnRules, MinimumNotKept) {
  set_minimum(9);
  run_to_round();
  city.must(town.recorded(), {"platform"});
  auto executed = draw.execution([](const Hash&) { return std::nullopt; });
  ASSERT_EQ(executed.visits, 9U);
  executed.strata[0]->drawn = executed.visits = 4;
  expect_named("draw.selection", write(std::move(executed), {"platform"}));
}

}  // namespace
}  // namespace liuhen::tests
