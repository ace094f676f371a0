// One draw is wrong, and what honest people did after it is not.
#include "tests/attacks/dishonest_operator.h"

namespace liuhen::tests {
namespace {

class AfterAWrongDraw : public Attack {
 protected:
  AfterAWrongDraw() {
    auto rule = City::rule("R1", 2);
    rule.rest_days = 30;  // who was visited lately is known from results of wrong draws as well
    city.must(std::move(rule), {"clerk", "approver"});
  }
  static std::optional<projections::ConflictContent> closed(const Hash&) { return std::nullopt; }
  void honest(std::uint32_t attempt) {
    city.now += 86'400;
    CityDraw next(city, attempt);
    next.announce();
    next.contribute();
    next.execute();
    for (std::uint64_t visit = 0; visit < next.draw().tasks.size(); ++visit) next.result(visit);
  }
  void expect_only_the_first() {
    const Told told = verify();
    EXPECT_EQ(told.exit_code, 1);
    const auto& wrong = told.report.at("wrong_draws").as_array();
    ASSERT_EQ(wrong.size(), 1U) << boost::json::serialize(wrong);
    EXPECT_EQ(wrong[0].at("draw"), "draw/P1/1") << wrong[0];
  }
};

TEST_F(AfterAWrongDraw, VisitsOfAForgedOneCountAsHonestClerksCountedThem) {
  CityDraw one(city, 1);
  one.announce();
  one.contribute();
  auto executed = one.execution(closed);
  executed.strata[0]->cutoff[31] ^= 1;
  city.slip_in(std::move(executed), {"platform"});
  city.must(one.disclosure(), {"platform"});
  for (std::uint64_t visit = 0; visit < one.draw().tasks.size(); ++visit) one.result(visit);
  for (const std::uint32_t attempt : {2U, 3U}) honest(attempt);
  expect_only_the_first();
}

TEST_F(AfterAWrongDraw, SoDoThoseAfterASkippedSubstitute) {
  CityDraw one(city, 1);
  one.announce();
  one.contribute();
  one.execute();
  auto substitute = one.recuse(0);
  substitute.inspector.clear();
  city.slip_in(std::move(substitute), {"platform"});
  for (std::uint64_t visit = 1; visit < one.draw().tasks.size(); ++visit) one.result(visit);
  honest(2);
  expect_only_the_first();
}

// Its beacon is still to come: its outcome is shown all the same, once the round is there.
TEST_F(AfterAWrongDraw, OneVoidedBeforeItsRoundIsNotSaidToBeVoidedAfterItsExecution) {
  town.announce();
  close_reveals();
  town.void_it();
  witness(town.round_time() - kMarginS);
  city.now = town.round_time();
  town.record_and_execute();
  const std::string report = boost::json::serialize(verify().report);
  EXPECT_NE(report.find("was voided before it was executed"), std::string::npos);
  EXPECT_EQ(report.find("seconds after its execution"), std::string::npos);
}

}  // namespace
}  // namespace liuhen::tests
