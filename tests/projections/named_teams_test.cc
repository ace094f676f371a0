// Teams that are named, where a conflict is in force that only some may open.
#include <gtest/gtest.h>

#include "projections/verify.h"
#include "tests/projections/approved_conflict.h"
#include "tests/projections/city_log.h"

namespace liuhen::tests {
namespace {

using projections::ConflictContent;

// A draw of subjects only, whose first visit Z0001 may not go on, and goes on all the same.
struct Named {
  City city;
  CityDraw draw{city};
  ConflictContent content;
  std::uint64_t named_at = 0;

  Named() {
    city.furnish();
    auto announced = draw.announcement();
    announced.form = schema::DrawForm::subjects;
    announced.form_reason = "人员由县局指定";
    city.must(std::move(announced), {"clerk", "approver"});
    draw.contribute();
    draw.execute();
    content = {.subject = draw.draw().tasks[0].subject,
               .inspector = "Z0001",
               .kind = "kinship",
               .evidence = ""};
    const Hash commitment =
        crypto::commit(crypto::sha256(view_of("salt")), projections::encode(content));
    city.must(tests::declared_conflict(commitment), {"registrar"});
    tests::approve_conflict(city, commitment);
    schema::TeamNamedT named;
    named.draw = draw.stream();
    named.inspectors = {"Z0001", "Z0002"};
    named_at = city.size();
    city.must(std::move(named), {"clerk", "approver"});
  }
  projections::Report verify(const projections::OpenConflict& open) {
    CityLog log(city);
    projections::VerifyOptions options;
    options.open = open;
    options.threads = 1;
    return projections::verify_log(log, options);
  }
};

TEST(NamedTeams, AConflictIsFoundByWhoOpensIt) {
  Named town;
  const auto report = town.verify([&](const Hash&) { return std::optional(town.content); });
  ASSERT_EQ(report.verdict, ledger::Verdict::violated);
  EXPECT_EQ(report.finding->code, "team.conflict");
  EXPECT_EQ(report.position, town.named_at);
  ASSERT_EQ(report.wrong_draws.size(), 1U);
  EXPECT_EQ(report.wrong_draws[0].draw, "draw/P1/1");
}

TEST(NamedTeams, WhoOpensNoneIsToldThatItWasNotChecked) {
  Named town;
  const auto report = town.verify({});
  EXPECT_EQ(report.verdict, ledger::Verdict::verified);
  EXPECT_EQ(report.draws[0].teams_named, 1U);
  EXPECT_EQ(report.draws[0].teams_unopened, 1U);
  ASSERT_EQ(report.not_opened.size(), 1U);
  EXPECT_NE(report.not_opened[0].zh.find("指派"), std::string::npos);
}

TEST(NamedTeams, ATeamWithoutTheConflictIsRight) {
  Named town;
  town.content.subject = town.draw.draw().tasks[1].subject;
  const auto report = town.verify([&](const Hash&) { return std::optional(town.content); });
  EXPECT_EQ(report.verdict, ledger::Verdict::verified);
  EXPECT_EQ(report.draws[0].teams_unopened, 0U);
}

}  // namespace
}  // namespace liuhen::tests
