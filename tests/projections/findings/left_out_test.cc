// Subjects that a plan covers and that no pool of its draws has had.
#include <gtest/gtest.h>

#include "projections/findings/findings.h"
#include "tests/projections/city_log.h"

namespace liuhen::projections {
namespace {

using tests::City;
using tests::CityDraw;

// Forty firms in one district, five in another.
class PlansThatLeaveOut : public ::testing::Test {
 protected:
  City city;
  std::uint32_t attempts = 0;

  PlansThatLeaveOut() {
    city.furnish(40, 8);
    import_others(900, 5);
  }
  void import_others(std::uint64_t first, std::uint64_t count) {
    schema::SubjectsImportedT imported;
    imported.run = "others-" + std::to_string(first);
    imported.last = true;
    for (std::uint64_t i = 0; i < count; ++i)
      imported.rows.push_back(City::firm(first + i, "370203"));
    city.must(std::move(imported), {"registrar"});
  }
  // Of one district, or of all that the plan covers; the announcement's position.
  std::uint64_t draw_of(const std::string& division) {
    CityDraw draw(city, ++attempts);
    auto a = draw.unpooled();
    if (!division.empty()) {
      a.scope.push_back(std::make_unique<schema::ConditionT>());
      a.scope[0]->field = schema::Field::division;
      a.scope[0]->values = {division};
    }
    draw.take_pool(a, city.state().catalogue.rules.at("R1"));
    const std::uint64_t at = city.must(std::move(a), {"clerk", "approver"});
    draw.contribute();
    draw.execute();
    for (std::uint64_t visit = 0; visit < draw.draw().tasks.size(); ++visit) draw.result(visit);
    city.now += 600;
    return at;
  }
  void void_last() {
    schema::DrawVoidedT voided;
    voided.draw = "draw/P1/" + std::to_string(attempts);
    voided.reason = "重来";
    city.must(std::move(voided), {"approver", "supervisor"});
  }
};

TEST_F(PlansThatLeaveOut, AreFoundWithTheAnnouncementsThatDoIt) {
  const std::uint64_t first = draw_of("370202"), second = draw_of("370202");
  const Screen screen = plans_leave_out(city.state());
  ASSERT_EQ(screen.findings.size(), 1u);
  EXPECT_EQ(screen.findings[0].about, "P1");
  EXPECT_EQ(screen.findings[0].evidence.positions, (std::vector<std::uint64_t>{first, second}));
  EXPECT_NE(screen.findings[0].what.en.find("5 subjects"), std::string::npos)
      << screen.findings[0].what.en;
  EXPECT_NE(screen.findings[0].what.zh.find("370203: 5"), std::string::npos)
      << screen.findings[0].what.zh;
  EXPECT_EQ(screen.sample, 45u);
}

// One draw of all hides nothing: 5 firms are in one pool of 13, 40 in all of them.
TEST_F(PlansThatLeaveOut, AreFoundWhereOneDrawOfManyHasThem) {
  std::vector<std::uint64_t> narrowed;
  for (int i = 0; i < 12; ++i) narrowed.push_back(draw_of("370202"));
  draw_of("");
  const Screen screen = plans_leave_out(city.state());
  ASSERT_EQ(screen.findings.size(), 1u);
  EXPECT_EQ(screen.findings[0].evidence.positions, narrowed);
  for (const char* words : {"5 subjects", "in 7.7% on average, all together in 89.7%",
                            "0 of them in none", "for 12 of these"})
    EXPECT_NE(screen.findings[0].what.en.find(words), std::string::npos)
        << screen.findings[0].what.en;
}

// Nor does it do so where those who are left out are most of the plan's subjects.
TEST_F(PlansThatLeaveOut, AreFoundWhereTheyAreTheMost) {
  for (int i = 0; i < 12; ++i) draw_of("370203");
  draw_of("");
  const Screen screen = plans_leave_out(city.state());
  ASSERT_EQ(screen.findings.size(), 1u);
  EXPECT_NE(screen.findings[0].what.zh.find("有 40 户"), std::string::npos)
      << screen.findings[0].what.zh;
}

// Districts in turn, one of them a round ahead.
TEST_F(PlansThatLeaveOut, AreNotThoseARoundBehind) {
  for (const char* division : {"370202", "370203", "370202", "370203", "370202"}) draw_of(division);
  EXPECT_TRUE(plans_leave_out(city.state()).findings.empty());
  draw_of("370202");
  EXPECT_TRUE(plans_leave_out(city.state()).findings.empty());
}

TEST_F(PlansThatLeaveOut, AreNotThoseDrawnDistrictByDistrict) {
  draw_of("370202");
  draw_of("370203");
  EXPECT_TRUE(plans_leave_out(city.state()).findings.empty());
}

TEST_F(PlansThatLeaveOut, AreNotExcusedByADrawThatWasVoided) {
  draw_of("370202");
  draw_of("370203");
  void_last();
  EXPECT_EQ(plans_leave_out(city.state()).findings.size(), 1u);
}

// Whoever registered after the last announcement could be in no pool.
TEST_F(PlansThatLeaveOut, AreNotBlamedForWhoCameLater) {
  draw_of("370203");
  draw_of("370202");
  import_others(950, 3);
  EXPECT_TRUE(plans_leave_out(city.state()).findings.empty());
}

TEST_F(PlansThatLeaveOut, AreNoneWhereAllOfTheScopeIsAnnounced) {
  draw_of("");
  const Screen screen = plans_leave_out(city.state());
  EXPECT_TRUE(screen.findings.empty());
  EXPECT_EQ(screen.sample, 0u);
}

}  // namespace
}  // namespace liuhen::projections
