// Departments, inspection items, rules and plans: what binds, and what is refused.
#include <gtest/gtest.h>

#include "tests/projections/city.h"

namespace liuhen::tests {
namespace {

namespace schema = ledger::schema;
using Role = schema::Role;

schema::DepartmentSetT department(const std::string& id, const std::string& superior,
                                  bool active = true) {
  schema::DepartmentSetT out;
  out.id = id;
  out.name = id;
  out.division = "370200";
  out.superior = superior;
  out.active = active;
  return out;
}
schema::ItemReviewedT reviewed(std::uint32_t revision, bool approved) {
  schema::ItemReviewedT out;
  out.id = "I1";
  out.revision = revision;
  out.approved = approved;
  return out;
}
schema::ItemPublishedT published(std::uint32_t revision) {
  schema::ItemPublishedT out;
  out.id = "I1";
  out.revision = revision;
  return out;
}
schema::ItemWithdrawnT withdrawn() {
  schema::ItemWithdrawnT out;
  out.id = "I1";
  out.reason = "法规修订";
  return out;
}

TEST(Departments, HaveASuperiorAndNoCircle) {
  City city;
  city.set_department("A");
  city.set_department("B", "A");
  city.set_department("C", "B");
  EXPECT_EQ(city.refusal(department("A", "C"), {"office"}), "department.cycle");
  EXPECT_EQ(city.refusal(department("A", "A"), {"office"}), "department.cycle");
  EXPECT_EQ(city.refusal(department("D", "X"), {"office"}), "department.unknown");
  EXPECT_EQ(city.refusal(department("A/B", ""), {"office"}), "catalogue.id");
  const auto& catalogue = city.state().catalogue;
  EXPECT_TRUE(catalogue.within("C", "A"));
  EXPECT_TRUE(catalogue.within("C", "C"));
  EXPECT_FALSE(catalogue.within("A", "C"));
  EXPECT_FALSE(catalogue.within("X", "X"));
  city.must(department("C", "B", false), {"office"});
  EXPECT_EQ(city.refusal(department("D", "C"), {"office"}), "department.inactive");
  EXPECT_EQ(city.refusal(City::item("I1", 1, "C"), {"clerk"}), "department.inactive");
}

TEST(Items, BindOnceReviewedAndPublished) {
  City city;
  city.set_department("MSA");
  city.must(City::item("I1"), {"clerk"});
  const auto& item = city.state().catalogue.items.at("I1");
  EXPECT_EQ(city.refusal(published(1), {"clerk"}), "item.stage");
  city.must(reviewed(1, false), {"office"});
  EXPECT_EQ(city.refusal(published(1), {"clerk"}), "item.stage");
  EXPECT_EQ(city.refusal(reviewed(1, true), {"office"}), "item.stage")
      << "rejected, and reviewed again";
  city.must(City::item("I1", 2), {"clerk"});
  city.must(reviewed(2, true), {"office"});
  EXPECT_FALSE(item.in_force());
  city.must(published(2), {"clerk"});
  EXPECT_TRUE(item.in_force());
  EXPECT_EQ(city.refusal(published(2), {"clerk"}), "item.stage");
}

TEST(Items, ARevisionLeavesThePublishedOneInForce) {
  City city;
  city.set_department("MSA");
  city.publish_item("I1");
  EXPECT_EQ(city.refusal(City::item("I1", 1), {"clerk"}), "catalogue.revision");
  EXPECT_EQ(city.refusal(City::item("I1", 3), {"clerk"}), "catalogue.revision");
  auto revised = City::item("I1", 2);
  revised.content = "新的内容";
  city.must(std::move(revised), {"clerk"});
  const auto& item = city.state().catalogue.items.at("I1");
  EXPECT_TRUE(item.in_force());
  EXPECT_EQ(item.published_revision, 1U);
  EXPECT_EQ(item.published.content, "公示信息");
  EXPECT_EQ(city.refusal(reviewed(1, true), {"office"}), "item.stage") << "not the newest";
  city.must(reviewed(2, true), {"office"});
  city.must(published(2), {"clerk"});
  EXPECT_EQ(item.published.content, "新的内容");
}

TEST(Items, WithdrawnIsForGood) {
  City city;
  city.set_department("MSA");
  city.publish_item("I1");
  city.must(withdrawn(), {"clerk", "office"});
  EXPECT_FALSE(city.state().catalogue.items.at("I1").in_force());
  EXPECT_EQ(city.refusal(withdrawn(), {"clerk", "office"}), "item.withdrawn");
  EXPECT_EQ(city.refusal(City::item("I1", 2), {"clerk"}), "item.withdrawn");
}

TEST(Items, NobodyReviewsTheirOwn) {
  City city;
  city.set_department("MSA");
  city.grant_key("both", {Role::clerk, Role::office});
  city.must(City::item("I1"), {"both"});
  EXPECT_EQ(city.refusal(reviewed(1, true), {"both"}), "item.reviewer");
  EXPECT_EQ(city.refusal(reviewed(1, true), {"office"}), "");
}

TEST(Items, SayBasisObjectAndContent) {
  City city;
  city.set_department("MSA");
  for (std::string schema::ItemListedT::*field :
       {&schema::ItemListedT::basis, &schema::ItemListedT::object, &schema::ItemListedT::content}) {
    auto item = City::item("I1");
    (item.*field).clear();
    EXPECT_EQ(city.refusal(std::move(item), {"clerk"}), "item.incomplete");
  }
}

struct Furnished : testing::Test {
  Furnished() { city.furnish(0, 0); }
  City city;
  std::string rule_refusal(const std::function<void(schema::RuleSetT&)>& change) {
    auto rule = City::rule("R2");
    change(rule);
    return city.refusal(std::move(rule), {"clerk", "approver"});
  }
  std::string plan_refusal(const std::function<void(schema::PlanPublishedT&)>& change) {
    auto plan = City::plan("P2");
    change(plan);
    return city.refusal(std::move(plan), {"clerk", "approver"});
  }
};

std::unique_ptr<schema::ConditionT> condition(schema::Field field,
                                              std::vector<std::string> values) {
  auto out = std::make_unique<schema::ConditionT>();
  out->field = field;
  out->values = std::move(values);
  return out;
}

TEST_F(Furnished, RulesHaveSaneBounds) {
  EXPECT_EQ(rule_refusal([](auto& r) { r.strata.clear(); }), "rule.strata");
  EXPECT_EQ(rule_refusal([](auto& r) {
              r.strata.push_back(std::make_unique<schema::StratumRuleT>(*r.strata[0]));
            }),
            "rule.strata");
  EXPECT_EQ(rule_refusal([](auto& r) { r.strata[0]->max_den = 0; }), "rule.rate");
  EXPECT_EQ(rule_refusal([](auto& r) { r.strata[0]->max_num = 2; }), "rule.rate");
  EXPECT_EQ(rule_refusal([](auto& r) {  // 64-bit products would say otherwise
              r.strata[0]->min_num = 1ULL << 63;
              r.strata[0]->min_den = (1ULL << 63) + 2;
              r.strata[0]->max_num = 1;
              r.strata[0]->max_den = 2;
            }),
            "rule.rate");
  EXPECT_EQ(rule_refusal([](auto& r) { r.default_capacity = 0; }), "rule.capacity");
  EXPECT_EQ(rule_refusal([](auto& r) { r.margin_s = 59; }), "rule.margin");
  EXPECT_EQ(rule_refusal([](auto& r) { r.rest_days = 3661; }), "rule.rest_days");
  const auto weighing = [](std::uint64_t weight, std::size_t times = 1) {
    return [=](auto& r) {
      for (std::size_t i = 0; i < times; ++i) {
        r.weights.push_back(std::make_unique<schema::WeightRuleT>());
        r.weights.back()->weight = weight;
      }
    };
  };
  EXPECT_EQ(rule_refusal(weighing(0)), "rule.weights");
  EXPECT_EQ(rule_refusal(weighing(1'000'001)), "rule.weights");
  EXPECT_EQ(rule_refusal(weighing(1, 65)), "rule.weights");
  EXPECT_EQ(rule_refusal([&](auto& r) {
              weighing(1)(r);
              r.weights[0]->conditions.push_back(condition(schema::Field::section, {"f"}));
            }),
            "scope.condition");
  EXPECT_EQ(rule_refusal([](auto& r) { r.revision = 2; }), "catalogue.revision");
  EXPECT_EQ(rule_refusal([](auto& r) { r.department = "X"; }), "department.unknown");
  EXPECT_EQ(rule_refusal([](auto& r) {
              r.strata[0]->conditions.push_back(condition(schema::Field::industry, {"52"}));
            }),
            "scope.condition");
  EXPECT_EQ(rule_refusal([](auto& r) {
              r.strata[0]->conditions.push_back(condition(schema::Field::division, {"370"}));
            }),
            "scope.condition");
  EXPECT_EQ(rule_refusal([](auto& r) {
              r.strata[0]->conditions.push_back(condition(schema::Field::kind, {"firms"}));
            }),
            "scope.condition");
  EXPECT_EQ(rule_refusal([](auto& r) {
              r.strata[0]->conditions.push_back(condition(schema::Field::section, {}));
            }),
            "scope.condition");
  EXPECT_EQ(rule_refusal([](auto& r) {
              r.strata[0]->conditions.push_back(condition(schema::Field::section, {"F"}));
              r.strata[0]->conditions.push_back(condition(schema::Field::section, {"G"}));
            }),
            "scope.condition");
  EXPECT_EQ(rule_refusal([](auto& r) {
              r.strata[0]->conditions.push_back(
                  condition(schema::Field::division, {"37", "3702", "370202"}));
            }),
            "");
}

TEST_F(Furnished, PlansKeepToListAndRule) {
  city.import_firms(1, 2, "firms");
  EXPECT_EQ(plan_refusal([](auto& p) { p.items = {"I9"}; }), "item.unlisted");
  EXPECT_EQ(plan_refusal([](auto& p) { p.items = {}; }), "plan.item");
  EXPECT_EQ(plan_refusal([](auto& p) { p.items = {"I1", "I1"}; }), "plan.item");
  EXPECT_EQ(plan_refusal([](auto& p) { p.department = "MSA-1"; }), "plan.item")
      << "the item is its superior's";
  EXPECT_EQ(plan_refusal([](auto& p) { p.rule = "R9"; }), "plan.rule");
  EXPECT_EQ(plan_refusal([](auto& p) { p.rates.clear(); }), "plan.rates");
  EXPECT_EQ(plan_refusal([](auto& p) { p.rates[0]->stratum = 1; }), "plan.rates");
  EXPECT_EQ(plan_refusal([](auto& p) { p.rates[0]->den = 0; }), "plan.rates");
  EXPECT_EQ(plan_refusal([](auto& p) { p.rates[0]->fixed = 5; }), "plan.rates");
  EXPECT_EQ(plan_refusal([](auto& p) { p.year = 26; }), "plan.year");
  EXPECT_EQ(plan_refusal(
                [](auto& p) { p.scope.push_back(condition(schema::Field::division, {"999999"})); }),
            "plan.pool_empty");
  EXPECT_EQ(plan_refusal([](auto& p) { p.scope.push_back(condition(schema::Field::none, {"x"})); }),
            "scope.condition");
  city.must(withdrawn(), {"clerk", "office"});
  EXPECT_EQ(plan_refusal([](auto&) {}), "item.unlisted");
}

TEST_F(Furnished, MinimaAreNotAboveMaximaNorBesideFixedCounts) {
  EXPECT_EQ(plan_refusal([](auto& p) {
              p.rates[0]->minimum = 3;
              p.rates[0]->maximum = 2;
            }),
            "plan.rates");
  for (const auto field : {&schema::PlannedRateT::minimum, &schema::PlannedRateT::maximum}) {
    EXPECT_EQ(plan_refusal([&](auto& p) {
                p.rates[0]->num = 0;
                p.rates[0]->fixed = 5;
                (*p.rates[0]).*field = 2;
              }),
              "plan.rates");
  }
  EXPECT_EQ(plan_refusal([](auto& p) {
              p.rates[0]->minimum = 2;
              p.rates[0]->maximum = 2;
            }),
            "");
}

TEST_F(Furnished, PlannedRatesStayInTheBounds) {
  auto rule = City::rule("R1", 2);
  rule.strata[0]->min_num = 1;
  rule.strata[0]->min_den = 20;
  rule.strata[0]->max_num = 1;
  rule.strata[0]->max_den = 10;
  city.must(std::move(rule), {"clerk", "approver"});
  EXPECT_EQ(plan_refusal([](auto& p) { p.rates[0]->den = 21; }), "plan.bounds");
  EXPECT_EQ(plan_refusal([](auto& p) { p.rates[0]->den = 9; }), "plan.bounds");
  EXPECT_EQ(plan_refusal([](auto& p) { p.rates[0]->den = 20; }), "");
}

}  // namespace
}  // namespace liuhen::tests
