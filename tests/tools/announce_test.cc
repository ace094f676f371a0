// `liuhen draw announce` as clerk and approver run it: what the draw will come to is said before
// anything is signed.
#include "tests/tools/commands_at_town.h"

namespace liuhen::tools {
namespace {

using tests::City;

class Announcing : public tests::CommandsAtTown {
 protected:
  Announcing() {
    for (const char* name : {"clerk", "approver"}) write_key(name);
  }
  std::string announce(std::vector<std::string> more = {}, int code = kDone) {
    town.catch_up();
    std::vector<std::string> words{"draw",          "announce",        "P1",
                                   "--contributor", "contributor1",    "--contributor",
                                   "contributor2",  "--qualification", "行政执法证",
                                   "--key",         key("clerk"),      "--key",
                                   key("approver")};
    words.insert(words.end(), more.begin(), more.end());
    return run(std::move(words), code);
  }
  const ledger::schema::DrawAnnouncedT& announced() {
    return town.city.state().draws.by_stream.at("draw/P1/1").announcement;
  }
};

TEST_F(Announcing, ByWeightWithAMinimumAndExclusions) {
  ledger::schema::SubjectsImportedT imported;
  imported.run = "suspended";
  imported.last = true;
  imported.rows.push_back(City::firm(3));
  imported.rows[0]->status = ledger::schema::SubjectStatus::suspended;
  town.city.must(std::move(imported), {"registrar"});
  town.city.weigh();
  auto rule = City::rule("R1", 3);
  City::add_weights(rule);
  rule.suspended_apart = true;
  town.city.must(std::move(rule), {"clerk", "approver"});
  const std::string said = announce();
  EXPECT_NE(said.find("全部: 8 of 60, 1 of them certain by their weight alone"), std::string::npos)
      << said;
  EXPECT_NE(said.find("kept out: 1, its status is suspended (code 5)"), std::string::npos) << said;
  EXPECT_TRUE(announced().weighted);
  EXPECT_EQ(announced().strata[0]->minimum, 8U);
  const std::string page = town.get("/draws/P1/1").body;
  EXPECT_NE(page.find("按细则规定的权重抽取"), std::string::npos);
  EXPECT_NE(page.find("至少 8"), std::string::npos);
}

TEST_F(Announcing, OfATotalWithinAMaximum) {
  auto plan = City::plan("P1", 2);
  plan.rates[0]->num = 0;
  plan.rates[0]->maximum = 6;
  town.city.must(std::move(plan), {"clerk", "approver"});
  const std::string said = announce({"--total", "9"});
  EXPECT_NE(said.find("全部: 6 of 40\n"), std::string::npos) << said;
  EXPECT_EQ(announced().total, 9U);
}

TEST_F(Announcing, SaysWhereNothingIsLeftToChance) {
  auto plan = City::plan("P1", 2);
  plan.rates[0]->minimum = 40;
  town.city.must(std::move(plan), {"clerk", "approver"});
  const std::string said = announce();
  EXPECT_NE(said.find("全部: 40 of 40, which is not random"), std::string::npos) << said;
}

TEST_F(Announcing, AFormSaysWhyAndNotTwice) {
  auto plan = City::plan("P1", 2);
  plan.rates[0]->num = plan.rates[0]->den;
  town.city.must(std::move(plan), {"clerk", "approver"});
  EXPECT_NE(announce({"--form", "some"}, kFailed).find("draw.form"), std::string::npos);
  EXPECT_NE(
      announce({"--form", "full", "--form-reason", "年度普查"}, kFailed).find("draw.form_days"),
      std::string::npos);
  EXPECT_NE(announce({"--form", "full", "--first-day", "30.11.2026"}, kFailed)
                .find("write it as 2026-11-30"),
            std::string::npos);
  const std::string said = announce({"--form", "full", "--form-reason", "年度普查", "--first-day",
                                     "2026-09-28", "--visits-per-day", "7"});
  EXPECT_NE(said.find("Reason: 年度普查"), std::string::npos) << said;
  EXPECT_EQ(said.find("not random"), std::string::npos) << said;
  EXPECT_EQ(announced().form, ledger::schema::DrawForm::full);
  EXPECT_EQ(announced().first_day, 20'724U);
  const std::string page = town.get("/draws/P1/1").body;
  EXPECT_NE(page.find("年度普查"), std::string::npos);
  EXPECT_NE(page.find("全覆盖检查"), std::string::npos);
  EXPECT_NE(town.get("/").body.find("全覆盖检查"), std::string::npos);
}

}  // namespace
}  // namespace liuhen::tools
