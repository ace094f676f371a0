#include "projections/group_chance.h"

#include <gtest/gtest.h>

#include "tests/projections/city_log.h"

namespace liuhen::projections {
namespace {

using tests::City;
using tests::CityDraw;

// Thirty inspectors of MSA-1 and MSA-2, and these of MSA-9.
struct Bureau {
  City city;
  explicit Bureau(const City::Names& friends) {
    city.furnish(10, 30);
    city.set_department("MSA-9", "MSA");
    city.import_inspectors(friends, "MSA-9", "friends");
  }
  static void add_group(schema::DrawAnnouncedT& a, City::Names units, std::uint32_t seats) {
    a.groups.push_back(std::make_unique<schema::SeatGroupT>());
    a.groups.back()->units = std::move(units);
    a.groups.back()->seats = seats;
  }
  schema::DrawAnnouncedT announcement(City::Names officers, std::uint32_t unit_limit = 0) {
    auto a = CityDraw(city).unpooled();
    a.groups[0]->units = std::move(officers);
    a.groups[0]->unit_limit = unit_limit;
    return a;
  }
};

TEST(GroupChance, TwoPeopleForTwoSeatsAreNotDrawnHoweverManyWaitElsewhere) {
  Bureau bureau({"F0001", "F0002"});
  auto a = bureau.announcement({"MSA-9"});
  Bureau::add_group(a, {"MSA-1", "MSA-2"}, 1);
  const auto chances = group_chances(bureau.city.state(), a);
  ASSERT_EQ(chances.size(), 2u);
  EXPECT_EQ(chances[0].eligible, 2u);
  EXPECT_EQ(chances[0].certain, 2u);
  EXPECT_FALSE(chances[0].is_random());
  EXPECT_NE(words_of(chances[0]).zh.find("不具随机性"), std::string::npos);
  EXPECT_NE(words_of(chances[0]).en.find("not random"), std::string::npos);
  EXPECT_EQ(chances[1].group, 1u);
  EXPECT_EQ(chances[1].eligible, 30u);
  EXPECT_TRUE(chances[1].is_random());
  EXPECT_TRUE(words_of(chances[1]).zh.empty());
}

TEST(GroupChance, ThreePeopleForTwoSeatsAreDrawn) {
  Bureau bureau({"F0001", "F0002", "F0003"});
  const auto chances = group_chances(bureau.city.state(), bureau.announcement({"MSA-9"}));
  EXPECT_EQ(chances.at(0).certain, 0u);
  EXPECT_TRUE(chances[0].is_random());
}

// One of each unit at most: the friend is on every visit, and the other is drawn.
TEST(GroupChance, ALimitOfOneUnitMakesSomebodyCertain) {
  Bureau bureau({"F0001"});
  const auto chances =
      group_chances(bureau.city.state(), bureau.announcement({"MSA-1", "MSA-9"}, 1));
  EXPECT_EQ(chances.at(0).eligible, 16u);
  EXPECT_EQ(chances[0].certain, 1u);
  EXPECT_TRUE(chances[0].is_random());
  EXPECT_NE(words_of(chances[0]).en.find("1 go on every visit"), std::string::npos)
      << words_of(chances[0]).en;
  const auto three =
      group_chances(bureau.city.state(), bureau.announcement({"MSA-1", "MSA-2", "MSA-9"}, 1));
  EXPECT_EQ(three.at(0).certain, 0u) << "a third unit can do without him";
}

// As of the announced pool: whoever left since, and whoever is ill, is as it was.
TEST(GroupChance, IsThatOfThePoolsPosition) {
  Bureau bureau({"F0001", "F0002", "F0003"});
  const auto before = bureau.announcement({"MSA-9"});
  schema::InspectorsImportedT gone;
  gone.run = "gone";
  gone.last = true;
  gone.rows.push_back(City::inspector("F0003", "MSA-9"));
  gone.rows[0]->status = schema::InspectorStatus::left;
  bureau.city.must(std::move(gone), {"registrar"});
  EXPECT_EQ(group_chances(bureau.city.state(), before).at(0).certain, 0u);
  EXPECT_EQ(group_chances(bureau.city.state(), bureau.announcement({"MSA-9"})).at(0).certain, 2u);
}

TEST(GroupChance, NoneWhereTheTeamsAreNamed) {
  Bureau bureau({"F0001", "F0002"});
  auto a = bureau.announcement({"MSA-9"});
  a.form = schema::DrawForm::subjects;
  EXPECT_TRUE(group_chances(bureau.city.state(), a).empty());
}

}  // namespace
}  // namespace liuhen::projections
