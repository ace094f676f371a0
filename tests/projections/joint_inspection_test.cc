// A joint inspection: officers of the department that leads, one at least of each department that
// takes part, and an expert beside them (docs/formats/draw.md section 7.1).
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tests/projections/drawn_city.h"

namespace liuhen::tests {
namespace {

class JointInspection : public ::testing::Test {
 protected:
  // EAST leads; WEST and NORTH take part with one each; the experts are of EAST and NORTH.
  void SetUp() override {
    import({"I01", "I02", "I03", "I04"}, "EAST", "执法证");
    import({"I05", "I06", "I07", "I08"}, "WEST", "执法证");
    import({"I09", "I10", "I11"}, "NORTH", "执法证");
    import({"X01"}, "EAST", "专家");
    import({"X02"}, "NORTH", "专家");
    auto a = city.announcement();
    a.groups.clear();
    a.groups.push_back(DrawnCity::group("执法证", {"EAST"}, 2));
    a.groups.push_back(DrawnCity::group("执法证", {"NORTH", "WEST"}, 2));
    a.groups[1]->unit_limit = 1;
    a.groups.push_back(DrawnCity::group("专家", {"EAST", "NORTH"}, 1));
    city.take_pool(a);
    city.must(std::move(a), {"clerk", "approver"});
    city.commit_all();
    city.reveal_all();
    city.must(city.executed(), {"platform"});
    city.must(city.disclosed_whole(), {"platform"});
  }
  void import(const DrawnCity::Names& ids, const std::string& unit, const std::string& holds) {
    schema::InspectorsImportedT imported;
    imported.run = "JOINT-" + ids.front();
    imported.last = true;
    for (const std::string& id : ids) {
      imported.rows.push_back(std::make_unique<schema::InspectorRowT>());
      imported.rows.back()->id = imported.rows.back()->name = id;
      imported.rows.back()->unit = unit;
      imported.rows.back()->qualifications = {holds};
      imported.rows.back()->status = schema::InspectorStatus::active;
    }
    city.must(std::move(imported), {"registrar"});
  }
  std::string unit_of(const std::string& inspector) const {
    return city.state().inspectors.latest(inspector)->unit;
  }
  std::vector<std::string> team(std::size_t visit) const {
    std::vector<std::string> out;
    for (const auto& seat : city.draw().tasks[visit].seats) out.push_back(seat.inspector);
    return out;
  }
  static bool is_expert(const std::string& inspector) { return inspector.starts_with("X"); }

  DrawnCity city;
};

TEST_F(JointInspection, EveryTeamHasThemAll) {
  EXPECT_EQ(city.draw().outcome->vacancies, 0U);
  std::set<std::string> went;
  for (std::size_t visit = 0; visit < city.draw().tasks.size(); ++visit) {
    const auto who = team(visit);
    ASSERT_EQ(who.size(), 5U);
    EXPECT_EQ(std::set<std::string>(who.begin(), who.end()).size(), 5U);
    for (std::size_t seat : {0U, 1U}) {
      EXPECT_EQ(unit_of(who[seat]), "EAST");
      EXPECT_FALSE(is_expert(who[seat])) << "an expert does not count towards the two";
    }
    EXPECT_EQ((std::multiset<std::string>{unit_of(who[2]), unit_of(who[3])}),
              (std::multiset<std::string>{"NORTH", "WEST"}));
    for (std::size_t seat : {2U, 3U}) EXPECT_FALSE(is_expert(who[seat]));
    EXPECT_TRUE(is_expert(who[4]));
    went.insert(who.begin(), who.end());
  }
  EXPECT_GT(went.size(), 8U) << "it is not the same few every time";
}

// Whoever goes instead keeps every department in the team.
TEST_F(JointInspection, ASubstituteIsOfTheSameDepartment) {
  const auto before = team(0);
  const std::uint32_t seat = unit_of(before[2]) == "WEST" ? 2 : 3;
  schema::RecusalFiledT filed;
  filed.draw = DrawnCity::stream();
  filed.seat = seat;
  filed.ground = "kinship";
  city.must(std::move(filed), {before[seat]});
  schema::RecusalDecidedT decided;
  decided.draw = DrawnCity::stream();
  decided.seat = seat;
  decided.approved = true;
  city.must(std::move(decided), {"head-west"});
  city.now += 60;
  const auto right =
      projections::substitute_of(city.state(), city.draw(), 0, seat, city.opener()).value();
  EXPECT_EQ(unit_of(right.inspector), "WEST");
  EXPECT_NE(right.inspector, before[seat]);
  schema::SubstituteDrawnT drawn;
  drawn.draw = DrawnCity::stream();
  drawn.seat = seat;
  drawn.ordinal = 1;
  for (const char* other : {"I01", "I09", "I10", "I11", "X01"}) {
    drawn.inspector = other;
    EXPECT_EQ(city.submit(drawn, {"platform"}), "substitute.candidate") << other;
  }
  drawn.inspector = right.inspector;
  EXPECT_EQ(city.submit(drawn, {"platform"}), "");
}

}  // namespace
}  // namespace liuhen::tests
