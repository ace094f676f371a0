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

}  // namespace
}  // namespace liuhen::tools
