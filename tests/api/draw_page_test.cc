// What the page of a draw says of its pool and its seats.
#include <gtest/gtest.h>

#include "tests/api/town.h"
#include "tests/projections/city_log.h"

namespace liuhen::tests {
namespace {

// Forty firms in one district and three in another; MSA-9 has two inspectors.
struct TwoDistricts {
  Town town;
  City& city = town.city;
  CityDraw draw{city};

  TwoDistricts() {
    city.furnish(40, 8);
    schema::SubjectsImportedT imported;
    imported.run = "others";
    imported.last = true;
    for (std::uint64_t i = 0; i < 3; ++i) imported.rows.push_back(City::firm(900 + i, "370203"));
    city.must(std::move(imported), {"registrar"});
    city.set_department("MSA-9", "MSA");
    city.import_inspectors({"F0001", "F0002"}, "MSA-9", "friends");
  }
  std::string page(schema::DrawAnnouncedT announced) {
    draw.take_pool(announced, city.state().catalogue.rules.at("R1"));
    city.must(std::move(announced), {"clerk", "approver"});
    town.catch_up();
    const api::Response response = town.get("/draws/P1/1");
    EXPECT_EQ(response.status, 200u);
    return response.body;
  }
};

bool has(const std::string& page, const std::string& text) {
  return page.find(text) != std::string::npos;
}

TEST(DrawPage, SaysWhomANarrowerScopeLeavesOutAndWhichGroupIsNotRandom) {
  TwoDistricts districts;
  auto announced = districts.draw.unpooled();
  announced.scope.push_back(std::make_unique<schema::ConditionT>());
  announced.scope[0]->field = schema::Field::division;
  announced.scope[0]->values = {"370202"};
  announced.groups[0]->units = {"MSA-9"};
  announced.groups.push_back(std::make_unique<schema::SeatGroupT>());
  announced.groups[1]->units = {"MSA-1", "MSA-2"};
  announced.groups[1]->seats = 1;
  const std::string page = districts.page(std::move(announced));
  EXPECT_TRUE(has(page, "行政区划 370202"));
  EXPECT_TRUE(has(page, "计划范围内有 3 户"));
  EXPECT_TRUE(has(page, "3 in the plan&#39;s scope") || has(page, "3 in the plan's scope"));
  EXPECT_TRUE(has(page, "不具随机性"));
  EXPECT_TRUE(has(page, "not random"));
}

TEST(DrawPage, SaysNothingOfThemWhereThePlansScopeAndManyInspectorsAreAnnounced) {
  TwoDistricts districts;
  const std::string page = districts.page(districts.draw.unpooled());
  EXPECT_TRUE(has(page, "全部登记对象"));
  EXPECT_FALSE(has(page, "计划范围内有"));
  EXPECT_FALSE(has(page, "不具随机性"));
}

}  // namespace
}  // namespace liuhen::tests
