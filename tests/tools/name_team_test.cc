// `liuhen name-team` as clerk and approver run it: the service, which may open conflicts, takes
// nobody whom one keeps out, and the pages show that the team was named.
#include "tests/projections/city_log.h"
#include "tests/tools/commands_at_town.h"
#include "tests/tools/conflict_at_town.h"

namespace liuhen::tools {
namespace {

using tests::City;

class NamingTeams : public tests::CommandsAtTown {
 protected:
  NamingTeams() {
    for (const char* name : {"clerk", "approver"}) write_key(name);
    auto announced = draw_.announcement();
    announced.form = ledger::schema::DrawForm::subjects;
    announced.form_reason = "人员由县局指定";
    town.city.must(std::move(announced), {"clerk", "approver"});
    draw_.contribute();
    draw_.execute();
    town.catch_up();
  }
  // Approved, its content in the service's keeping.
  void conflict_with(const std::string& inspector) {
    const Hash commitment = tests::declare_at(town, {.subject = draw_.draw().tasks[0].subject,
                                                     .inspector = inspector,
                                                     .kind = "kinship",
                                                     .evidence = ""});
    tests::approve_conflict(town.city, commitment);
    town.catch_up();
  }
  std::string name(const std::string& first, const std::string& second, int code,
                   const std::string& clerk = "clerk", const std::string& approver = "approver") {
    return run({"name-team", "P1/1", "0", "--inspector", first, "--inspector", second, "--reason",
                "辖区专管员", "--key", key(clerk), "--key", key(approver)},
               code);
  }
  tests::CityDraw draw_{town.city};
};

TEST_F(NamingTeams, NobodyWhomAConflictKeepsOut) {
  EXPECT_NE(town.get("/draws/P1/1").body.find("待指派"), std::string::npos);
  conflict_with("Z0001");
  EXPECT_NE(name("Z0001", "Z0002", kFailed).find("an approved conflict"), std::string::npos);
  name("Z0003", "Z0002", kDone);
  const auto& seats = draw_.draw().tasks[0].seats;
  EXPECT_EQ(seats[0].inspector, "Z0003");
  EXPECT_EQ(seats[1].inspector, "Z0002");
  const std::string page = town.get("/draws/P1/1").body;
  EXPECT_NE(page.find("指派，非抽取"), std::string::npos);
  EXPECT_NE(page.find("人员由县局指定"), std::string::npos);
  const auto tasks = town.json("/api/v1/draws/P1/1/tasks");
  EXPECT_FALSE(tasks.at("tasks").at(0).at("team_drawn").as_bool());
  EXPECT_TRUE(tasks.at("tasks").at(0).at("due_day").is_null());
  EXPECT_EQ(town.json("/api/v1/draws/P1/1").at("form").as_string(), "subjects");
}

// Who has a conflict with whom is told to those who may name the team, and to nobody else.
TEST_F(NamingTeams, AnswersTellStrangersNothing) {
  conflict_with("Z0001");
  for (const char* stranger : {"stranger1", "stranger2"}) write_key(stranger);
  const auto told = [&](const std::string& inspector) {
    return name(inspector, "Z0002", kFailed, "stranger1", "stranger2");
  };
  EXPECT_NE(told("Z0001").find("key.unknown"), std::string::npos) << told("Z0001");
  EXPECT_NE(told("Z0003").find("key.unknown"), std::string::npos);
  // The head of a unit is known, and may not name anybody.
  write_key("head");
  const auto of_head = [&](const std::string& inspector) {
    return name(inspector, "Z0002", kFailed, "head", "head");
  };
  EXPECT_EQ(of_head("Z0001").find("team.conflict"), std::string::npos) << of_head("Z0001");
}

}  // namespace
}  // namespace liuhen::tools
