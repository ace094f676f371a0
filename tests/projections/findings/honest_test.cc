// Logs of honest people in which few could go, somebody was ill, or conflicts are hidden: nobody is
// named for it.
#include <gtest/gtest.h>

#include "projections/findings/findings.h"
#include "tests/projections/approved_conflict.h"
#include "tests/projections/city_log.h"
#include "tests/projections/findings/bent_city.h"

namespace liuhen::projections {
namespace {

using tests::BentCity;
using tests::City;
using tests::CityDraw;

std::vector<std::string> named(const Screen& screen) {
  std::vector<std::string> out;
  for (const Finding& finding : screen.findings) {
    if (!finding.about.empty()) out.push_back(finding.about + ": " + finding.what.en);
  }
  return out;
}

const OpenConflict kNone = [](const Hash&) -> std::optional<ConflictContent> { return {}; };

// Somebody leaves a seat, and whom the draw gives comes.
void leave(City& city, CityDraw& draw, std::uint64_t visit, std::uint32_t seat,
           const std::string& ground, const std::string& filer) {
  schema::RecusalFiledT filed;
  filed.draw = draw.stream();
  filed.visit = visit;
  filed.seat = seat;
  filed.ground = ground;
  filed.evidence = City::bytes(crypto::sha256(view_of("evidence")));
  city.must(std::move(filed), {filer});
  schema::RecusalDecidedT decided;
  decided.draw = draw.stream();
  decided.visit = visit;
  decided.seat = seat;
  decided.approved = true;
  city.must(std::move(decided), {"head"});
  city.now += 20;
  schema::SubstituteDrawnT drawn;
  drawn.draw = draw.stream();
  drawn.visit = visit;
  drawn.seat = seat;
  drawn.ordinal = 1;
  drawn.inspector = substitute_of(city.state(), draw.draw(), visit, seat, kNone).value().inspector;
  city.must(std::move(drawn), {"platform"});
}

// One officer of each of two units, one of which has two people: whenever one of them steps aside
// only the other can come.
TEST(HonestFindings, WhoIsTheOnlyOneLeftIsNotNamedAsSubstitute) {
  City city;
  city.furnish(40, 4);
  std::vector<std::string> more;
  for (int i = 10; i < 22; ++i) more.push_back("Z00" + std::to_string(i));
  city.import_inspectors(more, "MSA-1", "more");
  for (unsigned n = 1; n <= 6; ++n) {
    CityDraw draw(city, n);
    auto announced = draw.unpooled();
    announced.groups[0]->unit_limit = 1;
    draw.take_pool(announced, city.state().catalogue.rules.at("R1"));
    city.must(std::move(announced), {"clerk", "approver"});
    draw.contribute();
    draw.execute();
    for (std::uint64_t visit = 0; visit < draw.draw().tasks.size(); ++visit) {
      for (std::uint32_t seat = 0; seat < 2; ++seat) {
        const std::string who = draw.draw().tasks[visit].seats[seat].inspector;
        if (who == "Z0002" || who == "Z0004") leave(city, draw, visit, seat, "kinship", who);
      }
    }
    city.now += 3600;
  }
  const Screen screen = gains_by_substitution(city.state(), {});
  EXPECT_GT(screen.sample, 10u);
  EXPECT_EQ(named(screen), std::vector<std::string>{});
}

// A conflict that the reader cannot open may have kept out anybody: six of eight are left, or none.
TEST(HonestFindings, HiddenConflictsLeaveFewerCandidates) {
  BentCity bent;
  const auto firms = bent.firms();
  for (int i = 0; i < 6; ++i) {
    const Hash commitment = crypto::sha256(view_of("conflict " + std::to_string(i)));
    bent.city().must(tests::declared_conflict(commitment), {"registrar"});
    tests::approve_conflict(bent.city(), commitment);
  }
  for (int i = 0; i < 40; ++i) {
    Draw& draw = bent.add({firms[0]}, {{"Z0001", "Z0002"}});
    BentCity::replace(draw.tasks[0].seats[0], "Z0003");
  }
  const Screen hidden = gains_by_substitution(bent.state(), {});
  EXPECT_EQ(named(hidden), std::vector<std::string>{});
  EXPECT_EQ(hidden.power.value().chance, 0.0) << "nor can it name anybody";
  const OpenConflict open = [&](const Hash&) {
    return ConflictContent{
        .subject = firms[1], .inspector = "Z0004", .kind = "kinship", .evidence = ""};
  };
  const Screen opened = gains_by_substitution(bent.state(), open);
  EXPECT_EQ(named(opened).size(), 1u);
  EXPECT_GT(opened.power.value().chance, 0.5);
}

// Whoever was suspended at the decision could not come.
TEST(HonestFindings, WhoWasSuspendedIsNoCandidate) {
  BentCity bent;
  const auto firms = bent.firms();
  const auto add = [&] {
    for (int i = 0; i < 40; ++i) {
      Draw& draw = bent.add({firms[0]}, {{"Z0001", "Z0002"}});
      BentCity::replace(draw.tasks[0].seats[0], "Z0003");
    }
  };
  add();
  EXPECT_EQ(named(gains_by_substitution(bent.state(), {})).size(), 1u);
  for (auto& [id, versions] : bent.state().inspectors.rows) {
    if (id <= "Z0003") continue;
    auto suspended = versions.back();
    suspended.position += 100'000;  // after the draws, before the decisions
    suspended.status = schema::InspectorStatus::suspended;
    versions.push_back(suspended);
  }
  EXPECT_EQ(named(gains_by_substitution(bent.state(), {})), std::vector<std::string>{});
}

// Whoever sits as often as his capacity allows could not come; one of eight is left.
TEST(HonestFindings, WhoHasNoCapacityLeftIsNoCandidate) {
  for (const std::uint32_t capacity : {1, 2}) {
    BentCity bent;
    const auto firms = bent.firms();
    for (int i = 0; i < 40; ++i) {
      Draw& draw =
          bent.add({firms[0], firms[1], firms[2], firms[3]},
                   {{"Z0001", "Z0002"}, {"Z0003", "Z0004"}, {"Z0005", "Z0006"}, {"Z0008"}});
      draw.announcement.default_capacity = capacity;
      BentCity::replace(draw.tasks[0].seats[0], "Z0007");
    }
    EXPECT_EQ(named(gains_by_substitution(bent.state(), {})).size(), capacity == 1 ? 0u : 1u);
  }
}

// Four draws that are short of inspectors, so that most visits are put aside and those who go go
// together; one conflict, about nobody drawn.
TEST(HonestFindings, WhoeverIsShortOfInspectorsNamesNoPair) {
  City city;
  city.furnish(600, 4);
  auto rule = City::rule("R1", 2);
  rule.default_capacity = 3;
  city.must(std::move(rule), {"clerk", "approver"});
  const Hash commitment = crypto::sha256(view_of("some conflict"));
  city.must(tests::declared_conflict(commitment), {"registrar"});
  tests::approve_conflict(city, commitment);
  const OpenConflict open = [&](const Hash&) {
    return ConflictContent{
        .subject = City::code(999), .inspector = "Z0001", .kind = "kinship", .evidence = ""};
  };
  for (unsigned n = 1; n <= 4; ++n) {
    CityDraw draw(city, n);
    auto announced = draw.unpooled();
    announced.default_capacity = 3;
    draw.take_pool(announced, city.state().catalogue.rules.at("R1"));
    city.must(std::move(announced), {"clerk", "approver"});
    draw.contribute();
    draw.execute(open);
    city.now += 3600;
  }
  const Screen hidden = pairings_repeated(city.state(), {}),
               opened = pairings_repeated(city.state(),
                                          {.now_s = 0, .open = open, .threads = 1, .progress = {}});
  EXPECT_TRUE(hidden.findings.empty()) << hidden.findings[0].what.en;
  EXPECT_TRUE(opened.findings.empty()) << opened.findings[0].what.en;
  EXPECT_EQ(named(revisits(city.state())), std::vector<std::string>{});
}

// The only visit that is not put aside is where those who are left go.
// One firm is drawn every time, and three inspectors alone have no conflict with it: two of them go
// there, whoever they are, and so they meet far more often than their visits say.
TEST(HonestFindings, ThreeWhoAreFreeForOneFirmAreNoPair) {
  constexpr int kInspectors = 15, kDraws = 150;
  City city;
  city.furnish(60, kInspectors);
  schema::SubjectsImportedT imported;
  imported.run = "the-one";
  imported.last = true;
  imported.rows.push_back(City::firm(900, "370203"));
  city.must(std::move(imported), {"registrar"});
  auto rule = City::rule("R1", 2);
  rule.default_capacity = 10;
  rule.strata.push_back(std::make_unique<schema::StratumRuleT>());
  rule.strata[1]->label = "高风险";
  for (const auto& [stratum, division] : {std::pair{0, "370202"}, {1, "370203"}}) {
    auto condition = std::make_unique<schema::ConditionT>();
    condition->field = schema::Field::division;
    condition->values = {division};
    rule.strata[static_cast<std::size_t>(stratum)]->conditions.push_back(std::move(condition));
  }
  city.must(std::move(rule), {"clerk", "approver"});
  auto plan = City::plan("P1", 2);
  plan.rates[0]->num = 0;
  plan.rates[0]->den = 1;
  plan.rates[0]->fixed = 3;
  plan.rates.push_back(std::make_unique<schema::PlannedRateT>());
  plan.rates[1]->stratum = 1;
  plan.rates[1]->num = 1;
  plan.rates[1]->den = 1;
  city.must(std::move(plan), {"clerk", "approver"});
  std::map<Hash, projections::ConflictContent> conflicts;
  for (int i = 4; i <= kInspectors; ++i) {
    const std::string id = (i < 10 ? "Z000" : "Z00") + std::to_string(i);
    const Hash commitment = crypto::sha256(view_of("conflict of " + id));
    conflicts[commitment] = {
        .subject = City::code(900), .inspector = id, .kind = "kinship", .evidence = ""};
    city.must(tests::declared_conflict(commitment), {"registrar"});
    tests::approve_conflict(city, commitment);
  }
  const projections::OpenConflict open =
      [&](const Hash& commitment) -> std::optional<projections::ConflictContent> {
    const auto found = conflicts.find(commitment);
    if (found == conflicts.end()) return std::nullopt;
    return found->second;
  };
  for (std::uint32_t n = 1; n <= kDraws; ++n) {
    CityDraw draw(city, n);
    draw.announce();
    draw.contribute();
    draw.execute(open);
    for (std::uint64_t visit = 0; visit < draw.draw().tasks.size(); ++visit) draw.result(visit);
    city.now += 3'600;
  }
  const auto screen = projections::pairings_repeated(
      city.state(), {.now_s = 0, .open = open, .threads = 2, .progress = {}});
  for (const auto& finding : screen.findings) EXPECT_EQ(finding.about, "") << finding.what.en;
  EXPECT_TRUE(screen.findings.empty());
}

TEST(HonestFindings, VisitsPutAsideAreNoPlaceToGo) {
  BentCity bent;
  const auto firms = bent.firms();
  for (int i = 0; i < 8; ++i)
    bent.add({firms[0], firms[1], firms[2], firms[3]}, {{"Z0001", "Z0002"}, {}, {}, {}});
  const Screen screen = revisits(bent.state());
  EXPECT_EQ(screen.sample, 8u);
  EXPECT_EQ(screen.tests, 2u);
  EXPECT_TRUE(screen.findings.empty());
}

// Who is ill in four draws has left many seats, and no tie to anybody.
TEST(HonestFindings, WhoWasIllIsNotNamedAsRecused) {
  City city;
  city.furnish(100, 12);
  city.grant_key("clerk1", {City::Role::clerk});
  for (unsigned n = 1; n <= 4; ++n) {
    CityDraw draw(city, n);
    draw.announce();
    draw.contribute();
    draw.execute();
    for (std::uint64_t visit = 0; visit < draw.draw().tasks.size(); ++visit) {
      for (std::uint32_t seat = 0; seat < 2; ++seat) {
        if (draw.draw().tasks[visit].seats[seat].inspector == "Z0003")
          leave(city, draw, visit, seat, "absence", "clerk1");
      }
    }
    city.now += 3600;
  }
  const Screen screen = recusals_by_inspector(city.state());
  EXPECT_GT(screen.sample, 50u);
  EXPECT_TRUE(screen.findings.empty());
}

// A firm that asks for other inspectors is found by that, and not those whom it sends away.
TEST(HonestFindings, WhomAPartySendsAwayIsNotNamed) {
  BentCity bent;
  const auto firms = bent.firms();
  for (int i = 0; i < 20; ++i) {
    Draw& draw = bent.add({firms[0], firms[1], firms[2]},
                          {{"Z0001", "Z0002"}, {"Z0003", "Z0004"}, {"Z0005", "Z0006"}});
    BentCity::replace(draw.tasks[1].seats[0], "Z0007", "head", true, "party_request");
    BentCity::replace(draw.tasks[2].seats[0], "Z0008", "head", true, "absence");
  }
  EXPECT_EQ(named(recusals_by_inspector(bent.state())), std::vector<std::string>{});
  const Screen subjects = recusals_by_subject(bent.state());
  ASSERT_EQ(named(subjects).size(), 1u);
  EXPECT_EQ(subjects.findings[0].about, firms[1]);
  EXPECT_NE(subjects.findings[0].what.en.find("requests of the party"), std::string::npos);
}

}  // namespace
}  // namespace liuhen::projections
