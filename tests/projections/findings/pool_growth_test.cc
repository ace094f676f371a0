// Pools into which rows were put so that others are drawn less; and a registry that grows.
#include <gtest/gtest.h>

#include <random>

#include "projections/findings/findings.h"
#include "tests/projections/city_log.h"

namespace liuhen::projections {
namespace {

using tests::City;
using tests::CityDraw;

constexpr std::uint64_t kWeekS = 7 * 86'400;

// Sixty firms, of which four are drawn at a time.
class GrowingCity : public ::testing::Test {
 protected:
  City city;
  std::uint64_t next = 1'000, runs = 0, attempts = 0;
  std::map<std::string, std::uint64_t> plans;
  std::mt19937_64 random{11};

  GrowingCity() { city.furnish(60, 8); }
  // A week, in the middle of which so many more are registered.
  void week(std::uint64_t rows) {
    city.now += kWeekS / 2;
    if (rows != 0) {
      schema::SubjectsImportedT imported;
      imported.run = "growth-" + std::to_string(++runs);
      imported.last = true;
      for (std::uint64_t i = 0; i < rows; ++i)
        imported.rows.push_back(City::firm(next++, "370202"));
      city.must(std::move(imported), {"registrar"});
    }
    city.now += kWeekS / 2;
  }
  void publish(bool fixed) {
    auto plan = City::plan("P1", 2);
    if (fixed) {
      plan.rates[0]->num = 0;
      plan.rates[0]->den = 1;
      plan.rates[0]->fixed = 4;
    }
    plans["P1"] = city.must(std::move(plan), {"clerk", "approver"});
  }
  void draw() {
    // Something recorded just before, for the pool to be fresh.
    city.set_department("FRESH-" + std::to_string(++runs), "MSA");
    CityDraw one(city, static_cast<std::uint32_t>(++attempts));
    one.whole();
    for (std::uint64_t visit = 0; visit < one.draw().tasks.size(); ++visit) one.result(visit);
    city.now += 600;
  }
  Screen screen() { return pools_diluted(city.state(), plans); }
};

TEST_F(GrowingCity, ThirtyRowsInTheWeekBefore) {
  for (int i = 0; i < 12; ++i) week(random() % 3);
  publish(true);
  week(1);
  draw();
  EXPECT_TRUE(screen().findings.empty());
  week(30);
  const std::uint64_t added = city.size() - 1;
  draw();
  const Screen found = screen();
  ASSERT_EQ(found.findings.size(), 1u);
  const Finding& finding = found.findings[0];
  EXPECT_EQ(finding.about, "draw/P1/2");
  EXPECT_LT(*finding.adjusted, 0.01);
  EXPECT_NE(finding.what.en.find("30 rows were added in the 1 weeks"), std::string::npos)
      << finding.what.en;
  const auto& draws = city.state().draws.by_stream;
  EXPECT_EQ(finding.evidence.positions, (std::vector{added, draws.at("draw/P1/2").position}));
  EXPECT_EQ(found.sample, 2u);
}

// Between the plan and the draw, and little by little.
TEST_F(GrowingCity, TenRowsAWeekSinceThePlan) {
  for (int i = 0; i < 12; ++i) week(random() % 3);
  publish(true);
  for (int i = 0; i < 6; ++i) week(10);
  draw();
  const Screen found = screen();
  ASSERT_EQ(found.findings.size(), 1u);
  EXPECT_EQ(found.findings[0].about, "draw/P1/1");
}

// A rate gives everybody the chance that he had.
TEST_F(GrowingCity, WhatIsDrawnByARateIsNotDiluted) {
  for (int i = 0; i < 12; ++i) week(random() % 3);
  publish(false);
  week(30);
  draw();
  EXPECT_EQ(screen().sample, 0u);
  EXPECT_TRUE(screen().findings.empty());
}

// Fifteen months with new firms every week, none or two, and a lot of them each quarter; a draw
// every four weeks, some right after such a lot.
TEST_F(GrowingCity, AYearOfOrdinaryGrowth) {
  const auto usual = [&](int i) { return random() % 3 + (i % 12 == 11 ? 12 : 0); };
  for (int i = 0; i < 12; ++i) week(usual(i));
  publish(true);
  for (int i = 0; i < 52; ++i) {
    week(usual(i));
    if (i % 4 == 3) draw();
  }
  const Screen found = screen();
  EXPECT_EQ(found.sample, 12u) << "before the first of 13 draws fewer than four lots had come";
  for (const Finding& finding : found.findings) ADD_FAILURE() << finding.what.en;
}

// Six more each quarter and nothing in between: the first lots have none to be compared with, nor
// is it held against them later.
TEST_F(GrowingCity, AnImportOfEachQuarterAlone) {
  publish(true);
  for (int quarter = 0; quarter < 6; ++quarter) {
    for (int i = 0; i < 12; ++i) week(0);
    week(6);
    draw();
    const Screen found = screen();
    for (const Finding& finding : found.findings) ADD_FAILURE() << finding.what.en;
    EXPECT_EQ(found.sample, quarter < 4 ? 0u : static_cast<unsigned>(quarter - 3));
  }
}

TEST_F(GrowingCity, TheFirstImportAfterTheSetUp) {
  publish(true);
  for (int i = 0; i < 5; ++i) week(0);
  week(6);
  draw();
  EXPECT_TRUE(screen().findings.empty());
  EXPECT_EQ(screen().sample, 0u);
}

// Where there are lots to compare with, one that is many times as large is named.
TEST_F(GrowingCity, SixtyRowsAfterImportsOfSixEachMonth) {
  publish(true);
  for (int month = 0; month < 8; ++month) {
    for (int i = 0; i < 3; ++i) week(0);
    week(6);
  }
  draw();
  EXPECT_TRUE(screen().findings.empty());
  week(60);
  draw();
  const Screen found = screen();
  ASSERT_EQ(found.findings.size(), 1u);
  EXPECT_EQ(found.findings[0].about, "draw/P1/2");
}

// A log that is too young has nothing to compare with.
TEST_F(GrowingCity, AYoungLogIsNotLookedAt) {
  publish(true);
  week(30);
  draw();
  const Screen found = screen();
  EXPECT_EQ(found.sample, 0u);
  EXPECT_TRUE(found.findings.empty());
}

}  // namespace
}  // namespace liuhen::projections
