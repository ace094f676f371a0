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
    if (city.state().catalogue.rules.at("R1").strata.size() == 2) {
      plan.rates.push_back(std::make_unique<schema::PlannedRateT>());
      plan.rates[1]->stratum = 1;
      plan.rates[1]->num = 1;
      plan.rates[1]->den = 10;
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
  EXPECT_NE(finding.what.en.find("30 rows were added, made active or moved in within the 1 weeks"),
            std::string::npos)
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

// Sixty that could not be drawn when the registry was set up, and can all at once before a draw.
class SleepingRows : public GrowingCity {
 protected:
  std::uint64_t import(schema::SubjectStatus status, const std::string& industry) {
    schema::SubjectsImportedT imported;
    imported.run = "sleeping-" + std::to_string(++runs);
    imported.last = true;
    for (std::uint64_t i = 0; i < 60; ++i) {
      imported.rows.push_back(City::firm(5'000 + i, "370202", industry));
      imported.rows.back()->status = status;
    }
    return city.must(std::move(imported), {"registrar"});
  }
  void expect_named(schema::SubjectStatus status, const std::string& industry) {
    import(status, industry);
    for (int i = 0; i < 12; ++i) week(random() % 3);
    publish(true);
    week(1);
    draw();
    EXPECT_TRUE(screen().findings.empty());
    const std::uint64_t woken = import(schema::SubjectStatus::active, "F52");
    week(0);
    week(1);
    draw();
    const Screen found = screen();
    ASSERT_EQ(found.findings.size(), 1u);
    EXPECT_EQ(found.findings[0].about, "draw/P1/2");
    const auto& evidence = found.findings[0].evidence.positions;
    EXPECT_NE(std::ranges::find(evidence, woken), evidence.end());
  }
};

TEST_F(SleepingRows, AreMadeActive) { expect_named(schema::SubjectStatus::suspended, "F52"); }

TEST_F(SleepingRows, AreMovedIntoTheStratum) {
  auto rule = City::rule("R1", 2);
  rule.strata.push_back(std::make_unique<schema::StratumRuleT>());
  rule.strata[1]->label = "其他";
  for (std::size_t stratum : {0U, 1U}) {
    auto& conditions = rule.strata[stratum]->conditions;
    conditions.push_back(std::make_unique<schema::ConditionT>());
    conditions[0]->field = schema::Field::industry;
    conditions[0]->values = {stratum == 0 ? "F52" : "H62"};
  }
  city.must(std::move(rule), {"clerk", "approver"});
  expect_named(schema::SubjectStatus::active, "H62");
}

// Suspended and made active again one by one, all the time.
TEST_F(GrowingCity, RowsThatComeAndGo) {
  const auto set = [&](std::uint64_t firm, schema::SubjectStatus status) {
    schema::SubjectsImportedT imported;
    imported.run = "turn-" + std::to_string(++runs);
    imported.last = true;
    imported.rows.push_back(City::firm(firm));
    imported.rows.back()->status = status;
    city.must(std::move(imported), {"registrar"});
  };
  publish(true);
  for (std::uint64_t i = 0; i < 40; ++i) {
    set(5'000 + i / 2,
        i % 2 == 0 ? schema::SubjectStatus::suspended : schema::SubjectStatus::active);
    week(1);
    if (i % 8 == 7) draw();
  }
  for (const Finding& finding : screen().findings) ADD_FAILURE() << finding.what.en;
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
