// Draws that leave one side, or only the order, to chance: what each form asks, and how it goes.
#include "projections/draw_form.h"

#include <gtest/gtest.h>

#include "projections/calendar.h"
#include "projections/draw_lookup.h"
#include "projections/findings/findings.h"
#include "projections/matching_shown.h"
#include "projections/team_named.h"
#include "tests/projections/drawn_city.h"

namespace liuhen::tests {
namespace {

using Announcement = schema::DrawAnnouncedT;
using Form = schema::DrawForm;

constexpr std::uint64_t kMonday = 20'374;  // 2025-10-13; kDawn is the Thursday before

// The plan's next revision: everybody in scope.
void plan_everybody(DrawnCity& city, std::uint64_t minimum = 0) {
  const auto& before = city.state().catalogue.plans.at("PLAN");
  auto plan = projections::copy_of(before);
  ++plan.revision;
  for (auto& rate : plan.rates) {
    rate->num = rate->den = 1;
    rate->fixed = 0;
    rate->minimum = minimum;
  }
  city.must(std::move(plan), {"clerk", "approver"});
}
Announcement of_form(DrawnCity& city, Form form) {
  Announcement a = city.announcement();
  a.form = form;
  a.form_reason = "依《安全生产法》，检查人员由县局指定";
  for (std::size_t i = 0; i < a.strata.size(); ++i) {
    const auto& rate = *city.state().catalogue.plans.at("PLAN").rates[i];
    a.strata[i]->num = rate.num;
    a.strata[i]->den = rate.den;
    a.strata[i]->fixed = rate.fixed;
    a.strata[i]->minimum = rate.minimum;
  }
  if (form == Form::full) {
    a.first_day = kMonday;
    a.visits_per_day = 12;
  }
  return a;
}
template <class Change>
std::string with(DrawnCity& city, Form form, Change change) {
  Announcement a = of_form(city, form);
  change(a);
  return city.submit(std::move(a), {"clerk", "approver"});
}
void run(DrawnCity& city, Form form, std::uint32_t unit_limit = 0) {
  Announcement a = of_form(city, form);
  a.groups[0]->unit_limit = unit_limit;
  city.must(std::move(a), {"clerk", "approver"});
  city.commit_all();
  city.reveal_all();
  city.must(city.executed(), {"platform"});
  city.must(city.disclosed_whole(), {"platform"});
}

schema::TeamNamedT named(std::vector<std::string> inspectors, std::uint64_t visit = 0) {
  schema::TeamNamedT out;
  out.draw = DrawnCity::stream();
  out.visit = visit;
  out.inspectors = std::move(inspectors);
  return out;
}
std::string name(DrawnCity& city, std::vector<std::string> inspectors, std::uint64_t visit = 0) {
  return city.submit(named(std::move(inspectors), visit), {"clerk", "approver"});
}
std::string record(DrawnCity& city, const DrawnCity::Names& officers, std::uint64_t visit = 0) {
  schema::ResultRecordedT out;
  out.draw = DrawnCity::stream();
  out.visit = visit;
  out.visited_at = city.now;
  out.method = 1;
  for (const char* item : {"ITEM-1", "ITEM-2"}) {
    out.rows.push_back(std::make_unique<schema::ItemResultT>());
    out.rows.back()->item = item;
    out.rows.back()->category = 1;
  }
  return city.submit(std::move(out), officers);
}

TEST(DrawForm, HasAReasonUnlessBothSidesAreDrawn) {
  for (const Form form : {Form::subjects, Form::inspectors, Form::full}) {
    DrawnCity city;
    plan_everybody(city);
    EXPECT_EQ(with(city, form, [](Announcement& a) { a.form_reason.clear(); }), "draw.form");
    EXPECT_EQ(with(city, form, [](Announcement& a) { a.form_reason = " \n\u3000"; }), "draw.form");
    EXPECT_EQ(with(city, form, [](Announcement&) {}), "");
    EXPECT_NE(projections::words_for_form(city.draw().announcement).zh.find("安全生产法"),
              std::string::npos);
  }
  DrawnCity city;
  EXPECT_EQ(with(city, Form::both, [](Announcement&) {}), "draw.form");
  EXPECT_EQ(with(city, Form::both, [](Announcement& a) { a.form_reason.clear(); }), "");
  EXPECT_EQ(projections::words_for_form(city.draw().announcement).zh, "");
}

TEST(DrawForm, WithoutDrawnSubjectsItVisitsEverybody) {
  for (const Form form : {Form::inspectors, Form::full}) {
    DrawnCity city;
    EXPECT_EQ(with(city, form, [](Announcement&) {}), "draw.form_rates");
    plan_everybody(city, 2);
    EXPECT_EQ(with(city, form, [](Announcement&) {}), "draw.form_rates") << "a minimum";
    auto rule = projections::copy_of(city.state().catalogue.rules.at("RULE"));
    rule.revision = 2;
    rule.weights.push_back(std::make_unique<schema::WeightRuleT>());
    rule.weights[0]->weight = 3;
    rule.weights[0]->conditions.push_back(std::make_unique<schema::ConditionT>());
    rule.weights[0]->conditions[0]->field = schema::Field::kind;
    rule.weights[0]->conditions[0]->values = {"firm"};
    city.must(std::move(rule), {"clerk", "approver"});
    plan_everybody(city);
    const auto weighted = [&](Announcement& a) {
      a.rule_revision = 2;
      a.weighted = true;
      city.take_pool(a);
    };
    EXPECT_EQ(with(city, form, weighted), "draw.form_rates");
    EXPECT_EQ(with(city, Form::subjects, weighted), "");
  }
}

TEST(DrawForm, OnlyAFullInspectionHasDays) {
  DrawnCity city;
  plan_everybody(city);
  for (const Form form : {Form::subjects, Form::inspectors}) {
    EXPECT_EQ(with(city, form, [](Announcement& a) { a.first_day = kMonday; }), "draw.form_days");
    EXPECT_EQ(with(city, form, [](Announcement& a) { a.visits_per_day = 1; }), "draw.form_days");
  }
  const std::uint32_t executed =
      static_cast<std::uint32_t>(projections::day_of(city.now + 3 * kHourS));
  const auto on = [&](std::uint32_t first, std::uint32_t per_day) {
    return with(city, Form::full, [&](Announcement& a) {
      a.first_day = first;
      a.visits_per_day = per_day;
    });
  };
  ASSERT_EQ(projections::date_text(executed), "2025-10-09");
  EXPECT_EQ(on(executed, 1), "draw.form_days") << "not after the deadline for execution";
  EXPECT_EQ(on(executed + 2, 1), "draw.form_days") << "a Saturday";
  EXPECT_EQ(on(executed + 367, 1), "draw.form_days") << "later than a year";
  EXPECT_EQ(on(executed + 1, 0), "draw.form_days");
  EXPECT_EQ(on(0, 1), "draw.form_days");
  EXPECT_EQ(on(executed + 1, 1), "");
}

TEST(DrawForm, SubjectsOnlyDrawsNoTeams) {
  DrawnCity city;
  city.declare_conflict("S001", "I01");
  run(city, Form::subjects);
  EXPECT_EQ(city.visits.conflicts_unopened, 0U) << "there is no matching to open any for";
  EXPECT_EQ(city.draw().outcome->visits, 10U);
  EXPECT_EQ(city.draw().outcome->vacancies, 20U);
  for (const auto& task : city.draw().tasks) {
    for (const auto& seat : task.seats) {
      EXPECT_TRUE(seat.inspector.empty());
      EXPECT_FALSE(seat.vacated_at) << "no substitute is due";
    }
  }
  EXPECT_FALSE(projections::next_substitute(city.draw()));
  EXPECT_FALSE(projections::matching_shown(city.state(), city.draw(), city.opener()));
}

// What a dishonest operator would write: teams that nobody drew, in the place of drawn ones.
TEST(DrawForm, SubjectsOnlyRecordsNoTeamAsDrawn) {
  DrawnCity city;
  city.must(of_form(city, Form::subjects), {"clerk", "approver"});
  city.commit_all();
  city.reveal_all();
  auto executed = city.executed();
  executed.vacancies -= 2;
  EXPECT_EQ(city.submit(std::move(executed), {"platform"}), "draw.visits_root");
  city.must(city.executed(), {"platform"});
  auto disclosed = city.disclosed_whole();
  disclosed.visits[0]->team = {"I01", "I02"};
  EXPECT_EQ(city.submit(std::move(disclosed), {"platform"}), "draw.disclosed_visit");
}

TEST(DrawForm, TeamsAreNamedWhereNoneAreDrawn) {
  DrawnCity city;
  EXPECT_EQ(name(city, {"I01", "I02"}), "draw.unknown");
  run(city, Form::subjects);
  EXPECT_EQ(name(city, {"I01", "I02"}, 99), "task.visit");
  EXPECT_EQ(record(city, {"I01", "I02"}), "result.team") << "nobody is named yet";
  EXPECT_EQ(name(city, {"I01"}), "team.seats");
  EXPECT_EQ(name(city, {"I01", ""}), "team.seats");
  EXPECT_EQ(name(city, {"I01", "I01"}), "team.seats");
  EXPECT_EQ(name(city, {"I01", "I02", ""}), "team.seats");
  EXPECT_EQ(name(city, {"I01", "I09"}), "team.inspector") << "of a unit that is in no group";
  EXPECT_EQ(name(city, {"I01", "I99"}), "team.inspector");
  city.import_inspector("I10", "EAST", schema::InspectorStatus::active);
  EXPECT_EQ(name(city, {"I01", "I10"}), "team.inspector") << "not of the announced registry";
  city.import_inspector("I02", "EAST", schema::InspectorStatus::suspended);
  EXPECT_EQ(name(city, {"I01", "I02"}), "team.inspector") << "not active any more";
  EXPECT_EQ(city.submit(named({"I01", "I03"}), {"clerk"}), "role.signatures");
  EXPECT_EQ(city.submit(named({"I01", "I03"}), {"approver", "clerk"}), "role.denied");
  EXPECT_EQ(city.submit(named({"I01", "I03"}), {"clerk", "head-east"}), "role.department");
  EXPECT_EQ(city.submit(named({"I01", "I03"}), {"clerk", "head-bureau"}), "");
  EXPECT_EQ(name(city, {"I01", "I03"}), "team.seats") << "nobody new";
  EXPECT_EQ(name(city, {"I01", "I04"}), "team.seats") << "somebody is overwritten";
  EXPECT_EQ(record(city, {"I01", "I04"}), "result.officers");
  city.now += 60;
  EXPECT_EQ(record(city, {"I01", "I03"}), "");
  EXPECT_EQ(name(city, {"I01", "I03"}), "team.late");
}

TEST(DrawForm, NobodyIsNamedWhereTeamsAreDrawn) {
  DrawnCity city;
  city.run();
  EXPECT_EQ(name(city, {"I01", "I02"}), "team.form");
}

TEST(DrawForm, NamedTeamsKeepTheLimitPerUnit) {
  DrawnCity city;
  run(city, Form::subjects, 1);
  EXPECT_EQ(name(city, {"I01", "I02"}), "team.inspector");
  EXPECT_EQ(name(city, {"I01", "I05"}), "");
}

TEST(DrawForm, WhoIsRecusedIsReplacedByNamingToo) {
  DrawnCity city;
  run(city, Form::subjects);
  ASSERT_EQ(name(city, {"I01", "I02"}), "");
  schema::RecusalFiledT filed;
  filed.draw = DrawnCity::stream();
  filed.ground = "kinship";
  city.must(std::move(filed), {"I01"});
  schema::RecusalDecidedT decided;
  decided.draw = DrawnCity::stream();
  decided.approved = true;
  EXPECT_EQ(record(city, {"I01", "I02"}), "result.team");
  city.must(std::move(decided), {"head-east"});
  city.now += kHourS;
  schema::SubstituteDrawnT substitute;
  substitute.draw = DrawnCity::stream();
  substitute.ordinal = 1;
  substitute.inspector = "I03";
  EXPECT_EQ(city.submit(std::move(substitute), {"platform"}), "substitute.not_due");
  EXPECT_EQ(record(city, {"I02", "I03"}), "result.team") << "an officer's seat is empty";
  EXPECT_EQ(name(city, {"I01", "I02"}), "team.inspector") << "recused from this visit";
  EXPECT_EQ(name(city, {"I03", "I02"}), "");
  EXPECT_EQ(record(city, {"I02", "I03"}), "");
  EXPECT_EQ(city.draw().tasks[0].seats[0].held, (std::vector<std::string>{"I01", "I03"}));
}

TEST(DrawForm, AConflictKeepsSomebodyFromBeingNamed) {
  DrawnCity city;
  run(city, Form::subjects);
  const std::string subject = city.draw().tasks[0].subject;
  city.declare_conflict(subject, "I01");
  const auto check = [&](std::vector<std::string> inspectors,
                         const projections::OpenConflict& open) {
    flatbuffers::FlatBufferBuilder builder;
    const auto payload = named(std::move(inspectors));
    builder.Finish(schema::TeamNamed::Pack(builder, &payload));
    return projections::check_named_conflicts(
        city.state(), *flatbuffers::GetRoot<schema::TeamNamed>(builder.GetBufferPointer()), open);
  };
  const auto bad = check({"I01", "I02"}, city.opener());
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().code, "team.conflict");
  EXPECT_EQ(check({"I03", "I02"}, city.opener()).value(), 0U);
  EXPECT_EQ(check({"I01", "I02"}, {}).value(), 1U) << "nobody can tell without its content";
  city.end_conflict(subject, "I01");
  ASSERT_FALSE(check({"I01", "I02"}, city.opener())) << "it ends for later pools";
}

TEST(DrawForm, InspectorsOnlyVisitsEverybodyWithDrawnTeams) {
  DrawnCity city;
  plan_everybody(city);
  run(city, Form::inspectors);
  EXPECT_EQ(city.draw().outcome->visits, 40U);
  EXPECT_EQ(city.draw().outcome->vacancies, 0U);
  for (const auto& stratum : city.draw().outcome->strata)
    EXPECT_FALSE(projections::outcome_is_not_random(city.draw(), *stratum))
        << "the form says so once";
  EXPECT_FALSE(projections::day_of_visit(city.draw().announcement, 0));
}

TEST(DrawForm, AFullInspectionFixesTheDayOfEachVisit) {
  DrawnCity city;
  plan_everybody(city);
  run(city, Form::full);
  const auto& a = city.draw().announcement;
  std::map<std::uint64_t, int> by_day;
  for (std::uint64_t visit = 0; visit < 40; ++visit) ++by_day[*projections::day_of_visit(a, visit)];
  EXPECT_EQ(by_day, (std::map<std::uint64_t, int>{
                        {kMonday, 12}, {kMonday + 1, 12}, {kMonday + 2, 12}, {kMonday + 3, 4}}));
  EXPECT_EQ(projections::date_text(kMonday), "2025-10-13");

  // One visit on its day, and one on the day after.
  const auto& tasks = city.draw().tasks;
  city.now = kMonday * 86'400 - 8 * kHourS;  // midnight in Asia/Shanghai
  EXPECT_EQ(record(city, {tasks[0].seats[0].inspector, tasks[0].seats[1].inspector}), "");
  city.now += 86'400;
  EXPECT_EQ(record(city, {tasks[1].seats[0].inspector, tasks[1].seats[1].inspector}, 1), "");
  const auto screen = projections::visits_on_other_days(city.state());
  EXPECT_EQ(screen.sample, 2U);
  ASSERT_EQ(screen.findings.size(), 1U);
  EXPECT_EQ(screen.findings[0].about, "draw/PLAN/1/1");
  EXPECT_EQ(screen.findings[0].evidence.positions,
            std::vector<std::uint64_t>{tasks[1].result->position});
  EXPECT_NE(screen.findings[0].what.en.find("due on 2025-10-13 and made on 2025-10-14"),
            std::string::npos)
      << screen.findings[0].what.en;
}

// What nobody drew, says nothing about how fairly it was drawn.
TEST(DrawForm, ScreensLeaveOutWhatTheFormDoesNotDraw) {
  const auto screens = [](DrawnCity& city) {
    std::map<std::string, std::uint64_t> samples;
    for (const auto& screen : projections::findings_of(city.state(), {.now_s = city.now}))
      samples[screen.code] = screen.sample;
    return samples;
  };
  DrawnCity subjects;
  run(subjects, Form::subjects);
  ASSERT_EQ(name(subjects, {"I01", "I02"}), "");
  ASSERT_EQ(name(subjects, {"I01", "I02"}, 1), "");
  auto samples = screens(subjects);
  EXPECT_EQ(samples.at("pairs-repeated"), 0U);
  EXPECT_EQ(samples.at("pool-small"), 0U);
  EXPECT_EQ(samples.at("cutoffs-uniform"), 2U);
  EXPECT_EQ(samples.at("drawn-often"), 10U);

  DrawnCity inspectors;
  plan_everybody(inspectors);
  run(inspectors, Form::inspectors);
  samples = screens(inspectors);
  EXPECT_EQ(samples.at("pairs-repeated"), 40U);
  EXPECT_EQ(samples.at("pool-small"), 1U);
  EXPECT_EQ(samples.at("cutoffs-uniform"), 0U);
  EXPECT_EQ(samples.at("drawn-often"), 0U);
}

}  // namespace
}  // namespace liuhen::tests
