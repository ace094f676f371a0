// Attacks by the scope that is announced: firms in the plan's scope are kept out of every pool. No
// rule is broken, for a plan may be drawn district by district; the reader is told.
#include "tests/attacks/dishonest_operator.h"

namespace liuhen::tests {
namespace {

class AttacksByScope : public Attack {
 protected:
  static constexpr std::uint32_t kDraws = 60;
  static constexpr std::uint64_t kFriends = 10;

  AttacksByScope() {
    schema::SubjectsImportedT imported;
    imported.run = "friends";
    imported.last = true;
    for (std::uint64_t i = 0; i < kFriends; ++i)
      imported.rows.push_back(City::firm(900 + i, "370203"));
    city.must(std::move(imported), {"registrar"});
  }
  // In all of the plan's scope where there is no division.
  void draw_in(std::uint32_t attempt, const std::string& division) {
    CityDraw one(city, attempt);
    auto announced = one.unpooled();
    if (!division.empty()) {
      announced.scope.push_back(std::make_unique<schema::ConditionT>());
      announced.scope[0]->field = schema::Field::division;
      announced.scope[0]->values = {division};
    }
    one.take_pool(announced, city.state().catalogue.rules.at("R1"));
    city.must(std::move(announced), {"clerk", "approver"});
    one.contribute();
    one.execute();
    for (std::uint64_t visit = 0; visit < one.draw().tasks.size(); ++visit) one.result(visit);
    city.now += 600;
  }
  // Verified, and with a page to read.
  Told verify_and_report() {
    Told told = verify(0, true, " --lang zh --report " + (dir() / "report.html").string());
    EXPECT_EQ(told.exit_code, 0) << told.report.at("finding");
    return told;
  }
  std::string page() const {
    std::ifstream in(dir() / "report.html", std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  static boost::json::object screen(const Told& told, std::string_view code) {
    for (const auto& screen : told.report.at("findings").as_array()) {
      if (screen.at("code").as_string() == code) return screen.as_object();
    }
    ADD_FAILURE() << "no screen " << code;
    return {};
  }
};

TEST_F(AttacksByScope, FriendsLeftOutOfEveryDraw) {
  for (std::uint32_t attempt = 1; attempt <= kDraws; ++attempt) draw_in(attempt, "370202");
  const Told told = verify_and_report();
  EXPECT_NE(page().find("公告的范围（行政区划 370202）小于计划"), std::string::npos);
  for (std::uint32_t i = 0; i < kDraws; ++i) {
    const auto shown = told.draw(i).at("scope_narrowed");
    ASSERT_TRUE(shown.is_object()) << "draw " << i;
    EXPECT_EQ(shown.at("left_out").to_number<std::uint64_t>(), kFriends);
    EXPECT_EQ(shown.at("announced").at("zh").as_string(), "行政区划 370202");
  }
  const boost::json::array found = screen(told, "plan-left-out").at("findings").as_array();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].at("about").as_string(), "P1");
  EXPECT_EQ(found[0].at("evidence").to_number<std::uint64_t>(), kDraws);
  EXPECT_EQ(found[0].at("positions").at(0).to_number<std::uint64_t>(),
            told.draw(0).at("position").to_number<std::uint64_t>());
}

// One draw that has them, to be able to say so.
TEST_F(AttacksByScope, FriendsLeftOutOfAllDrawsButOne) {
  for (std::uint32_t attempt = 1; attempt <= kDraws; ++attempt)
    draw_in(attempt, attempt == 30 ? "" : "370202");
  const Told told = verify();
  EXPECT_EQ(told.exit_code, 0) << told.report.at("finding");
  const boost::json::array found = screen(told, "plan-left-out").at("findings").as_array();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].at("evidence").to_number<std::uint64_t>(), kDraws - 1);
}

TEST_F(AttacksByScope, NoneOfThemWhereTheirTurnComes) {
  draw_in(1, "370202");
  draw_in(2, "370203");
  const Told told = verify();
  EXPECT_EQ(told.exit_code, 0) << told.report.at("finding");
  EXPECT_TRUE(screen(told, "plan-left-out").at("findings").as_array().empty());
}

// A plan for one district, and a draw over the other too.
TEST_F(AttacksByScope, BeyondThePlans) {
  auto plan = City::plan("P1", 2);
  plan.scope.push_back(std::make_unique<schema::ConditionT>());
  plan.scope[0]->field = schema::Field::division;
  plan.scope[0]->values = {"370202"};
  city.must(std::move(plan), {"clerk", "approver"});
  expect_named("draw.scope", write(town.announcement(), {"clerk", "approver"}));
}

// One firm comes every week; before the second draw thirty more than that, so that four of them all
// are seldom those who were there.
TEST_F(AttacksByScope, RowsAddedToDiluteThePool) {
  std::uint64_t next = 2'000;
  const auto week = [&](std::uint64_t firms) {
    schema::SubjectsImportedT imported;
    imported.run = "week-" + std::to_string(next);
    imported.last = true;
    for (std::uint64_t i = 0; i < firms; ++i) imported.rows.push_back(City::firm(next++, "370202"));
    const std::uint64_t at = city.must(std::move(imported), {"registrar"});
    city.now += 7 * 86'400;
    return at;
  };
  auto plan = City::plan("P1", 2);
  plan.rates[0]->num = 0;
  plan.rates[0]->den = 1;
  plan.rates[0]->fixed = 4;
  city.must(std::move(plan), {"clerk", "approver"});
  for (int i = 0; i < 10; ++i) week(1);
  city.set_department("MSA-7", "MSA");  // close to the announcement, for the pool to be fresh
  draw_in(1, "");
  const std::uint64_t added = week(31);
  city.set_department("MSA-8", "MSA");
  draw_in(2, "");
  const Told told = verify();
  EXPECT_EQ(told.exit_code, 0) << told.report.at("finding");
  const boost::json::array found = screen(told, "pool-diluted").at("findings").as_array();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].at("about").as_string(), "draw/P1/2");
  EXPECT_EQ(found[0].at("positions").at(0).to_number<std::uint64_t>(), added) << found[0];
}

// The operator's two officers in a group of their own, and many others beside them: on every visit.
TEST_F(AttacksByScope, OfficersHandPickedBesideALargeGroup) {
  city.set_department("MSA-9", "MSA");
  city.import_inspectors({"F0001", "F0002"}, "MSA-9", "hand-picked");
  CityDraw one(city);
  auto announced = one.unpooled();
  announced.groups[0]->units = {"MSA-9"};
  announced.groups.push_back(std::make_unique<schema::SeatGroupT>());
  announced.groups[1]->units = {"MSA-1", "MSA-2"};
  announced.groups[1]->seats = 1;
  one.take_pool(announced, city.state().catalogue.rules.at("R1"));
  city.must(std::move(announced), {"clerk", "approver"});
  one.contribute();
  one.execute();
  const Told told = verify_and_report();
  EXPECT_NE(page().find("第 0 组人选不具随机性"), std::string::npos);
  const boost::json::array groups = told.draw().at("groups").as_array();
  ASSERT_EQ(groups.size(), 2u);
  EXPECT_FALSE(groups[0].at("random").as_bool());
  EXPECT_TRUE(groups[1].at("random").as_bool());
  EXPECT_EQ(screen(told, "pool-small").at("findings").as_array().size(), 1u);
}

}  // namespace
}  // namespace liuhen::tests
