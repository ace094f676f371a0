// Attacks on the form of a draw: what is not drawn, and is shown as if it were, or without saying
// why.
#include "projections/calendar.h"
#include "projections/draw_lookup.h"
#include "tests/attacks/dishonest_operator.h"

namespace liuhen::tests {
namespace {

class AttacksOnForms : public Attack {
 protected:
  static constexpr const char* kReason = "依专项整治方案，检查人员由县局指定";

  void plan_everybody() {
    auto plan = City::plan("P1", 2);
    for (auto& rate : plan.rates) rate->num = rate->den = 1;
    city.must(std::move(plan), {"clerk", "approver"});
  }
  schema::DrawAnnouncedT of_form(schema::DrawForm form) {
    auto announced = town.announcement();
    announced.form = form;
    announced.form_reason = kReason;
    if (form != schema::DrawForm::full) return announced;
    announced.first_day =
        static_cast<std::uint32_t>(projections::day_of(announced.execute_deadline) + 1);
    while ((announced.first_day + 3) % 7 > 4) ++announced.first_day;
    announced.visits_per_day = 7;
    return announced;
  }
  // Announced, and all closed and witnessed before its round.
  void run_to_round(schema::DrawAnnouncedT announced) {
    city.must(std::move(announced), {"clerk", "approver"});
    close_reveals();
    witness(town.round_time() - kMarginS);
    city.now = town.round_time();
  }
  void run(schema::DrawAnnouncedT announced) {
    run_to_round(std::move(announced));
    town.record_and_execute();
  }
  std::uint64_t announce(schema::DrawAnnouncedT announced) {
    return write(std::move(announced), {"clerk", "approver"});
  }
  schema::TeamNamedT named(std::vector<std::string> inspectors) const {
    schema::TeamNamedT out;
    out.draw = draw.stream();
    out.inspectors = std::move(inspectors);
    return out;
  }
  // The two whom the pool names first for the officers' group.
  std::vector<std::string> two() const {
    std::vector<std::string> out;
    for (const auto& [id, versions] : city.state().inspectors.rows) {
      const auto row = projections::announced_row(city.state(), draw.draw(), id);
      const auto groups = projections::seat_groups(draw.draw());
      if (row && row->eligibility == 0 && crypto::draw::group_of_inspector(groups, *row) == 0)
        out.push_back(id);
      if (out.size() == 2) break;
    }
    return out;
  }
};

TEST_F(AttacksOnForms, NoneOfThemInAnHonestDrawOfSubjectsOnly) {
  run(of_form(schema::DrawForm::subjects));
  city.must(named(two()), {"clerk", "approver"});
  draw.result(0);
  const Told told = verify();
  EXPECT_EQ(told.exit_code, 0) << told.report.at("finding");
  EXPECT_EQ(told.draw().at("form").as_string(), "subjects");
  EXPECT_EQ(told.draw().at("teams_named").to_number<int>(), 1);
  EXPECT_EQ(told.draw().at("vacancies").to_number<int>(), 0);
  EXPECT_NE(std::string(told.draw().at("form_words").at("zh").as_string()).find(kReason),
            std::string::npos);
}

TEST_F(AttacksOnForms, NoneOfThemInAnHonestDrawOfInspectorsOnly) {
  plan_everybody();
  run(of_form(schema::DrawForm::inspectors));
  const Told told = verify();
  EXPECT_EQ(told.exit_code, 0) << told.report.at("finding");
  EXPECT_EQ(told.draw().at("form").as_string(), "inspectors");
  EXPECT_EQ(told.draw().at("strata_not_random").to_number<int>(), 0) << "the form says it once";
}

TEST_F(AttacksOnForms, NoneOfThemInAnHonestFullInspection) {
  plan_everybody();
  run(of_form(schema::DrawForm::full));
  const Told told = verify();
  EXPECT_EQ(told.exit_code, 0) << told.report.at("finding");
  EXPECT_EQ(told.draw().at("form").as_string(), "full");
}

// The office would rather not say why only one side is drawn.
TEST_F(AttacksOnForms, NoReason) {
  auto announced = of_form(schema::DrawForm::subjects);
  announced.form_reason = "  ";
  expect_named("draw.form", announce(std::move(announced)));
}

// "Everybody was inspected", and it was a sample.
TEST_F(AttacksOnForms, ASampleCalledAFullInspection) {
  expect_named("draw.form_rates", announce(of_form(schema::DrawForm::full)));
}

// Days that nobody was told before the draw: all visits on one day, once it is known who goes
// where.
TEST_F(AttacksOnForms, AFirstDayBeforeTheDraw) {
  plan_everybody();
  auto announced = of_form(schema::DrawForm::full);
  announced.first_day -= 7;
  expect_named("draw.form_days", announce(std::move(announced)));
}

// A team of the operator's choice is recorded as the draw's.
TEST_F(AttacksOnForms, AChosenTeamShownAsDrawn) {
  run_to_round(of_form(schema::DrawForm::subjects));
  city.must(town.recorded(), {"platform"});
  city.must(draw.execution([](const Hash&) { return std::nullopt; }), {"platform"});
  auto disclosed = draw.disclosure();
  disclosed.visits[0]->team = two();
  expect_named("draw.disclosed_visit", write(std::move(disclosed), {"platform"}));
}

// A drawn team is overwritten by a named one.
TEST_F(AttacksOnForms, ATeamNamedOverTheDrawnOne) {
  Attack::run();
  expect_named("team.form", write(named(two()), {"clerk", "approver"}));
}

TEST_F(AttacksOnForms, ATeamNamedByOnePerson) {
  run(of_form(schema::DrawForm::subjects));
  expect_named("role.signatures", write(named(two()), {"clerk"}));
}

TEST_F(AttacksOnForms, SomebodyNamedWhoIsNoOfficer) {
  run(of_form(schema::DrawForm::subjects));
  expect_named("team.inspector", write(named({two()[0], "Z9999"}), {"clerk", "approver"}));
}

}  // namespace
}  // namespace liuhen::tests
