#include "projections/scope_shown.h"

#include <gtest/gtest.h>

#include "tests/projections/verified_log.h"

namespace liuhen::projections {
namespace {

using tests::City;
using tests::CityDraw;

void narrow(std::vector<std::unique_ptr<schema::ConditionT>>& scope, schema::Field field,
            std::vector<std::string> values) {
  scope.push_back(std::make_unique<schema::ConditionT>());
  scope.back()->field = field;
  scope.back()->values = std::move(values);
}

TEST(ScopeShown, TheSameConditionsInAnotherOrderNarrowNothing) {
  Conditions a, b;
  narrow(a, schema::Field::division, {"370202", "370203"});
  narrow(a, schema::Field::kind, {"firm"});
  narrow(b, schema::Field::kind, {"firm"});
  narrow(b, schema::Field::division, {"370203", "370202"});
  EXPECT_TRUE(same_scope(a, b));
  EXPECT_EQ(words_of_scope(a).zh, words_of_scope(b).zh);
  EXPECT_EQ(words_of_scope(a).en, "kind firm; division 370202, 370203");
  EXPECT_EQ(words_of_scope({}).zh, "全部登记对象");
  b.pop_back();
  EXPECT_FALSE(same_scope(a, b));
}

// By the plan of that time, though it is revised afterwards.
TEST(ScopeShown, AReportSaysWhomAnAnnouncementLeftOut) {
  City city;
  city.furnish(40, 8);
  schema::SubjectsImportedT others;
  others.run = "others";
  others.last = true;
  for (std::uint64_t i = 0; i < 7; ++i) others.rows.push_back(City::firm(900 + i, "370203"));
  others.rows[0]->status = schema::SubjectStatus::revoked;
  city.must(std::move(others), {"registrar"});
  CityDraw whole(city, 1), part(city, 2);
  whole.announce();
  whole.contribute();
  whole.execute();
  auto narrowed = part.unpooled();
  narrow(narrowed.scope, schema::Field::division, {"370202"});
  part.take_pool(narrowed, city.state().catalogue.rules.at("R1"));
  city.must(std::move(narrowed), {"clerk", "approver"});
  auto revised = City::plan("P1", 2);
  narrow(revised.scope, schema::Field::division, {"370202"});
  city.must(std::move(revised), {"clerk", "approver"});
  tests::CityLog log(city);
  VerifyOptions options;
  options.now_s = city.now;
  options.threads = 1;
  const Report report = verify_log(log, options, {});
  EXPECT_EQ(report.verdict, ledger::Verdict::verified);
  ASSERT_EQ(report.draws.size(), 2u);
  EXPECT_FALSE(report.draws[0].scope);
  const auto& scope = report.draws[1].scope;
  ASSERT_TRUE(scope);
  EXPECT_EQ(scope->revision, 1u);
  EXPECT_EQ(scope->planned.zh, "全部登记对象");
  EXPECT_EQ(scope->announced.zh, "行政区划 370202");
  EXPECT_EQ(scope->left_out, 7u);
  EXPECT_EQ(scope->active, 6u);
}

}  // namespace
}  // namespace liuhen::projections
