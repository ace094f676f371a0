// What cheats leave behind is found, and what chance leaves behind is not.
#include "projections/findings/findings.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "projections/findings/statistics.h"
#include "tests/projections/approved_conflict.h"
#include "tests/projections/findings/bent_city.h"

namespace liuhen::projections {
namespace {

using tests::BentCity;
using tests::City;
using tests::CityDraw;

std::vector<std::string> named(const Screen& screen) {
  std::vector<std::string> out;
  for (const Finding& finding : screen.findings) {
    if (!finding.about.empty()) out.push_back(finding.about);
  }
  return out;
}

std::vector<std::string> sample(std::vector<std::string> from, std::size_t count,
                                std::mt19937_64& random) {
  std::ranges::shuffle(from, random);
  from.resize(count);
  return from;
}

std::string inspector(unsigned number) { return "Z000" + std::to_string(number); }

// Eight inspectors in teams of two for each of four visits.
std::vector<std::vector<std::string>> fair_teams(std::mt19937_64& random) {
  std::vector<std::string> people;
  for (unsigned i = 1; i <= 8; ++i) people.push_back(inspector(i));
  people = sample(people, 8, random);
  std::vector<std::vector<std::string>> teams;
  for (std::size_t i = 0; i < 8; i += 2) teams.push_back({people[i], people[i + 1]});
  return teams;
}

// A whole log of honest people: draws, a recusal, a substitute, results.
TEST(Findings, AnHonestLogHasNone) {
  City city;
  city.furnish(40, 20);
  CityDraw draw(city);
  draw.whole();
  city.must(draw.recuse(0), {"platform"});
  draw.result(0);
  const auto screens =
      findings_of(city.state(), {.now_s = city.now, .open = {}, .threads = 1, .progress = {}});
  EXPECT_EQ(screens.size(), 24u);
  for (const Screen& screen : screens) {
    for (const Finding& finding : screen.findings)
      ADD_FAILURE() << screen.code << ": " << finding.what.en;
    EXPECT_FALSE(screen.title.zh.empty() || screen.title.en.empty()) << screen.code;
    EXPECT_FALSE(screen.method.zh.empty() || screen.method.en.empty()) << screen.code;
    EXPECT_FALSE(screen.limits.zh.empty() || screen.limits.en.empty()) << screen.code;
  }
}

TEST(Findings, AVoidAfterTheOutcomeIsKnown) {
  City city;
  city.furnish();
  CityDraw draw(city);
  draw.whole();
  schema::DrawVoidedT voided;
  voided.draw = draw.stream();
  voided.reason = "重来";
  city.now += 60;
  city.must(std::move(voided), {"approver", "supervisor"});
  const Screen screen = attempts_repeated(city.state());
  ASSERT_EQ(screen.findings.size(), 1u);
  EXPECT_EQ(screen.findings[0].about, "draw/P1/1");
  EXPECT_NE(screen.findings[0].what.en.find("60 seconds after its execution"), std::string::npos)
      << screen.findings[0].what.en;
  EXPECT_EQ(screen.findings[0].evidence.positions.back(), city.size() - 1);
}

TEST(Findings, ACommitmentThatIsNeverRevealed) {
  City city;
  city.furnish();
  CityDraw draw(city);
  draw.announce();
  for (const char* name : {"contributor1", "contributor2"}) draw.commit(name);
  city.must(draw.commitments_closed(), {"platform"});
  city.must(draw.reveal_of("contributor1"), {"contributor1"});
  city.now = draw.draw().announcement.reveal_deadline + 1;
  city.must(draw.reveals_closed(), {"platform"});
  const Screen screen = reveals_forfeited(city.state());
  ASSERT_EQ(named(screen), std::vector<std::string>{"contributor2"});
  EXPECT_NE(screen.findings[0].what.en.find("the operator may have kept it out"),
            std::string::npos);
  EXPECT_EQ(screen.title.en, "Commitments without a reveal on record");
}

TEST(Findings, AnAttemptThatLapses) {
  City city;
  city.furnish();
  CityDraw draw(city);
  draw.announce();
  EXPECT_TRUE(attempts_failed(city.state(), city.now).findings.empty());
  EXPECT_EQ(named(attempts_failed(city.state(), city.now + 86'400)),
            std::vector<std::string>{"draw/P1/1"});
}

TEST(Findings, AFirmTakenOutJustBeforeTheDraw) {
  City city;
  city.furnish();
  city.now += 30 * 86'400;
  schema::SubjectsImportedT edited;
  edited.run = "edit";
  edited.last = true;
  edited.rows.push_back(City::firm(3));
  edited.rows[0]->status = schema::SubjectStatus::revoked;
  const std::uint64_t at = city.must(std::move(edited), {"registrar"});
  CityDraw draw(city);
  draw.announce();
  const Screen screen = pools_edited(city.state(), {});
  ASSERT_EQ(screen.findings.size(), 1u);
  EXPECT_EQ(screen.findings[0].evidence.positions, std::vector<std::uint64_t>{at});
  EXPECT_NE(screen.findings[0].what.en.find("1 of them could no longer"), std::string::npos)
      << screen.findings[0].what.en;
}

TEST(Findings, AConflictApprovedJustBeforeTheDraw) {
  City city;
  city.furnish();
  const auto declare = [&](const std::string& name, bool approved) {
    const Hash commitment = crypto::sha256(view_of(name));
    ledger::schema::ConflictDeclaredT declared;
    declared.commitment = City::bytes(commitment);
    declared.unit = "MSA-1";
    city.must(std::move(declared), {"registrar"});
    ledger::schema::ConflictDecidedT decided;
    decided.commitment = City::bytes(commitment);
    decided.approved = approved;
    return city.must(std::move(decided), {"head"});
  };
  declare("long before", true);
  city.now += 30 * 86'400;
  declare("turned down", false);
  const std::uint64_t at = declare("just before", true);
  CityDraw draw(city);
  draw.announce();
  declare("after the pool", true);
  const Screen screen = pools_edited(city.state(), {});
  ASSERT_EQ(screen.findings.size(), 1u);
  EXPECT_EQ(screen.findings[0].evidence.positions, std::vector<std::uint64_t>{at});
  EXPECT_NE(screen.findings[0].what.en.find("1 conflicts were approved"), std::string::npos)
      << screen.findings[0].what.en;
}

TEST(Findings, AResultThatIsNotPublished) {
  BentCity bent;
  Draw& draw = bent.add({bent.firms()[0]});
  draw.tasks[0].result.emplace();
  draw.tasks[0].result->position = 5;
  draw.tasks[0].result->time = bent.city().now;
  constexpr std::uint64_t kDay = 86'400;
  // Twenty weekdays are four weeks.
  EXPECT_TRUE(publications_late(bent.state(), bent.city().now + 28 * kDay).findings.empty());
  EXPECT_EQ(publications_late(bent.state(), bent.city().now + 31 * kDay).findings.size(), 1u);
}

TEST(Findings, AResultRecordedLongAfterTheVisit) {
  BentCity bent;
  Draw& draw = bent.add({bent.firms()[0], bent.firms()[1], bent.firms()[2]});
  constexpr std::uint64_t kDay = 86'400;
  for (std::uint64_t visit : {0u, 1u}) {
    auto& result = draw.tasks[visit].result.emplace();
    result.position = 5 + visit;
    result.time = bent.city().now;
    result.visited_at = bent.city().now - 10 * kDay - visit;
  }
  const Screen screen = results_recorded_late(bent.state());
  EXPECT_EQ(screen.sample, 2u);
  ASSERT_EQ(named(screen), std::vector<std::string>{"draw/B/1/1"});
  EXPECT_EQ(screen.findings[0].evidence.positions, std::vector<std::uint64_t>{6});
}

TEST(Findings, MoreVisitsThanTheCap) {
  BentCity bent;
  for (int i = 0; i < 3; ++i) {
    Draw& draw = bent.add({bent.firms()[0]});
    draw.rule_set.yearly_cap = 2;
    bent.state().draws.visited[bent.firms()[0]].emplace_back(*draw.executed_at, 2026);
  }
  EXPECT_EQ(named(cap_exceeded(bent.state())), std::vector<std::string>{bent.firms()[0]});
  bent.state().draws.voided[*bent.state().draws.by_stream.at("draw/B/2").executed_at] = 1'000;
  EXPECT_TRUE(cap_exceeded(bent.state()).findings.empty());
}

TEST(Findings, AnInspectorWhoIsAlwaysRecused) {
  BentCity bent;
  std::mt19937_64 random(1);
  for (int i = 0; i < 40; ++i) {
    Draw& draw = bent.add(sample(bent.firms(), 4, random), fair_teams(random));
    for (Task& task : draw.tasks) {
      for (Seat& seat : task.seats) {
        if (seat.inspector == inspector(3) && i % 2 == 0)
          BentCity::replace(seat, inspector(7));
        else if (random() % 40 == 0)
          BentCity::replace(seat, inspector(7), "head-2");
      }
    }
  }
  const Screen screen = recusals_by_inspector(bent.state());
  EXPECT_EQ(named(screen), std::vector<std::string>{inspector(3)});
  EXPECT_EQ(screen.tests, 8u);
  ASSERT_TRUE(screen.power.has_value());
  EXPECT_GT(screen.power->chance, 0.0);
}

TEST(Findings, AHeadWhoApprovesEverything) {
  BentCity bent;
  std::mt19937_64 random(2);
  for (int i = 0; i < 40; ++i) {
    Draw& draw = bent.add(sample(bent.firms(), 4, random), fair_teams(random));
    BentCity::replace(draw.tasks[0].seats[0], inspector(7), "head-1", true);
    BentCity::replace(draw.tasks[1].seats[0], inspector(7), "head-2", i % 4 == 0);
    BentCity::replace(draw.tasks[2].seats[0], inspector(7), "head-3", i % 4 == 1);
  }
  EXPECT_EQ(named(recusals_by_approver(bent.state())), std::vector<std::string>{"head-1"});
}

TEST(Findings, ASubjectFromWhichInspectorsStepAside) {
  BentCity bent;
  std::mt19937_64 random(3);
  const auto firms = bent.firms();
  for (int i = 0; i < 40; ++i) {
    auto drawn = sample(firms, 4, random);
    drawn[0] = firms[5];
    Draw& draw = bent.add(drawn, fair_teams(random));
    if (i % 2 == 0) BentCity::replace(draw.tasks[0].seats[0], inspector(7));
    if (i % 10 == 0) BentCity::replace(draw.tasks[1].seats[0], inspector(7));
  }
  const auto found = named(recusals_by_subject(bent.state()));
  ASSERT_FALSE(found.empty());
  EXPECT_EQ(found[0], firms[5]);
}

TEST(Findings, RecusalsThatFallWhereTheyMayNameNobody) {
  BentCity bent;
  std::mt19937_64 random(4);
  for (int i = 0; i < 100; ++i) {
    Draw& draw = bent.add(sample(bent.firms(), 4, random), fair_teams(random));
    for (Task& task : draw.tasks) {
      for (Seat& seat : task.seats) {
        if (random() % 10 == 0) BentCity::replace(seat, inspector(1 + random() % 8));
      }
    }
  }
  EXPECT_TRUE(named(recusals_by_inspector(bent.state())).empty());
  EXPECT_TRUE(named(recusals_by_subject(bent.state())).empty());
  EXPECT_TRUE(named(recusals_by_approver(bent.state())).empty());
}

TEST(Findings, TheOneWhoAlwaysComesInstead) {
  BentCity bent;
  std::mt19937_64 random(5);
  for (int i = 0; i < 40; ++i) {
    Draw& draw = bent.add(sample(bent.firms(), 4, random), fair_teams(random));
    Task& task = draw.tasks[0];
    const bool sits = std::ranges::any_of(
        task.seats, [](const Seat& seat) { return seat.inspector == inspector(6); });
    BentCity::replace(task.seats[0], sits ? inspector(2) : inspector(6));
  }
  const Screen screen = gains_by_substitution(bent.state(), {});
  EXPECT_EQ(named(screen), std::vector<std::string>{inspector(6)});
  EXPECT_EQ(screen.sample, 40u);
}

// Runs of draws in which Z0004 and Z0005 mostly go together.
void add_companions(BentCity& bent) {
  std::mt19937_64 random(6);
  for (int i = 0; i < 30; ++i) {
    auto teams = fair_teams(random);
    if (i % 4 != 0) {  // Z0004 and Z0005 change places with whoever sits beside the other
      for (auto& team : teams) {
        for (auto& who : team) {
          if (who == inspector(5)) who = "?";
        }
      }
      for (auto& team : teams) {
        const auto at = std::ranges::find(team, inspector(4));
        if (at == team.end()) continue;
        auto& beside = team[at == team.begin() ? 1 : 0];
        for (auto& other : teams) std::ranges::replace(other, std::string("?"), beside);
        beside = inspector(5);
      }
    }
    bent.add(sample(bent.firms(), 4, random), teams);
  }
}

TEST(Findings, TwoWhoAlwaysGoTogether) {
  BentCity bent;
  add_companions(bent);
  std::uint64_t replayed = 0;
  const Screen screen = pairings_repeated(
      bent.state(), {.now_s = 0, .open = {}, .threads = 2, .progress = [&](auto, auto most) {
                       EXPECT_EQ(most, 9'999u);
                       ++replayed;
                     }});
  EXPECT_EQ(named(screen), std::vector<std::string>{inspector(4) + " " + inspector(5)});
  EXPECT_NE(screen.findings[0].what.en.find("fresh seeds"), std::string::npos);
  EXPECT_GT(replayed, 0u) << "progress";
}

// Whoever cannot match the pool again names nobody; whoever can, does.
TEST(Findings, TwoWhoGoTogetherAreNotNamedWhileAConflictIsHidden) {
  BentCity bent;
  const Hash commitment = crypto::sha256(view_of("some conflict"));
  bent.city().must(tests::declared_conflict(commitment), {"registrar"});
  tests::approve_conflict(bent.city(), commitment);
  add_companions(bent);
  const Screen hidden = pairings_repeated(bent.state(), {});
  EXPECT_TRUE(named(hidden).empty());
  ASSERT_EQ(hidden.findings.size(), 1u);
  EXPECT_NE(hidden.findings[0].what.en.find("fresh seeds could not be tried"), std::string::npos);
  EXPECT_EQ(hidden.findings[0].what.en.find("Z0004"), std::string::npos);
  EXPECT_EQ(hidden.findings[0].evidence.count, 0u);
  EXPECT_EQ(hidden.power.value().chance, 0.0) << "nobody could be named";
  const OpenConflict open = [&](const Hash&) {
    return ConflictContent{
        .subject = City::code(999), .inspector = "Z0001", .kind = "kinship", .evidence = ""};
  };
  const Screen opened =
      pairings_repeated(bent.state(), {.now_s = 0, .open = open, .threads = 2, .progress = {}});
  ASSERT_EQ(named(opened), std::vector<std::string>{inspector(4) + " " + inspector(5)});
  // Of 28 pairs one was flagged: Holm's correction of the p that is printed, and of no other.
  EXPECT_NEAR(*opened.findings[0].adjusted, 28 * *opened.findings[0].p, 1e-12);
  EXPECT_GT(opened.power.value().chance, 0.0);
}

// A pair of 50 people is one of 1,225: no matching of 99,999 has as many meetings, and yet Holm's
// correction leaves more than 0.01.
TEST(Findings, AmongTooManyPairsTheReportClaimsNoPower) {
  BentCity bent;
  const auto firms = bent.firms();
  const std::vector<std::string> drawn(firms.begin(), firms.begin() + 25);
  std::vector<std::string> people;
  for (int i = 10; i < 60; ++i) people.push_back("P" + std::to_string(i));
  std::mt19937_64 random(8);
  for (int i = 0; i < 30; ++i) {
    std::ranges::shuffle(people, random);
    std::vector<std::vector<std::string>> teams;
    for (std::size_t j = 0; j < 50; j += 2) teams.push_back({people[j], people[j + 1]});
    bent.add(drawn, teams);
  }
  const Screen screen = pairings_repeated(bent.state(), {});
  EXPECT_EQ(screen.tests, 1'225u);
  EXPECT_EQ(screen.power.value().chance, 0.0);
}

TEST(Findings, TheOneWhoAlwaysComesToTheSameFirm) {
  BentCity bent;
  std::mt19937_64 random(10);
  const auto firms = bent.firms();
  std::uint64_t matched = 0;
  for (int i = 0; i < 30; ++i) {
    auto drawn = sample(firms, 4, random);
    auto teams = fair_teams(random);
    const auto at = std::ranges::find(drawn, firms[5]);
    if (at != drawn.end()) {
      const auto visit = static_cast<std::size_t>(at - drawn.begin());
      for (auto& team : teams) {
        if (std::ranges::count(team, inspector(2)) != 0) std::swap(team, teams[visit]);
      }
      ++matched;
    } else if (i % 2 == 0) {  // so that it is there often enough to tell
      drawn[0] = firms[5];
      for (auto& team : teams) {
        if (std::ranges::count(team, inspector(2)) != 0) std::swap(team, teams[0]);
      }
      ++matched;
    }
    bent.add(drawn, teams);
  }
  const Screen screen = revisits(bent.state());
  ASSERT_EQ(named(screen), std::vector<std::string>{inspector(2) + " " + firms[5]});
  EXPECT_EQ(screen.findings[0].evidence.count, matched);
  ASSERT_TRUE(screen.power.has_value());
  // The chance to be there by accident is a quarter each time, and 8 times 30 pairs or so were
  // looked at.
  EXPECT_NEAR(*screen.findings[0].p / std::pow(0.25, static_cast<double>(matched)), 1, 1e-9);
  EXPECT_EQ(screen.tests % 8, 0u);
}

TEST(Findings, FairTeamsNameNobody) {
  BentCity bent;
  std::mt19937_64 random(7);
  for (int i = 0; i < 30; ++i) bent.add(sample(bent.firms(), 4, random), fair_teams(random));
  std::uint64_t replayed = 0;
  const Screen pairs = pairings_repeated(
      bent.state(),
      {.now_s = 0, .open = {}, .threads = 1, .progress = [&](auto, auto) { ++replayed; }});
  EXPECT_TRUE(named(pairs).empty());
  EXPECT_EQ(replayed, 0u) << "fresh seeds are for whom the exact test would name";
  ASSERT_TRUE(pairs.power.has_value());
  EXPECT_GT(pairs.power->chance, 0.0);
  EXPECT_TRUE(named(revisits(bent.state())).empty());
}

// ---- cut-offs and pools ----

std::vector<std::uint8_t> cutoff_at(double place) {
  std::vector<std::uint8_t> out(32);
  for (std::size_t i = 0; i < 8; ++i) {
    place *= 256;
    out[i] = static_cast<std::uint8_t>(place);
    place -= out[i];
  }
  return out;
}

// The k-th of n uniform places, in so many draws; `shift` raises each to a power.
Screen cutoffs_of(unsigned draws, double power, std::uint64_t seed) {
  BentCity bent;
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> uniform;
  const auto firms = bent.firms();
  for (unsigned i = 0; i < draws; ++i) {
    Draw& draw = bent.add(sample(firms, 4, random));
    std::vector<double> places(draw.outcome->strata[0]->eligible);
    for (double& place : places) place = std::pow(uniform(random), power);
    std::ranges::sort(places);
    draw.outcome->strata[0]->cutoff = cutoff_at(places[3]);
  }
  return cutoffs_uniform(bent.state());
}

TEST(Findings, CutOffsThatAreTooLowOrTooHighTogether) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const Screen fair = cutoffs_of(60, 1, seed);
    EXPECT_EQ(fair.sample, 60u);
    EXPECT_TRUE(fair.findings.empty()) << fair.findings[0].what.en;
  }
  const Screen low = cutoffs_of(60, 1.5, 6), high = cutoffs_of(60, 1 / 1.5, 7);
  // Of the least of two uniform places −2 ln has mean 3 and variance 5; 0.995 of χ² with 120
  // degrees of freedom is 163.65. By the normal distribution that is reached with a chance of 0.83.
  ASSERT_TRUE(low.power.has_value());
  EXPECT_TRUE(low.power->tries);
  EXPECT_NEAR(low.power->chance, 0.83, 0.03);
  EXPECT_LT(cutoffs_of(5, 1, 8).power->chance, 0.5);
  ASSERT_EQ(named(low), std::vector<std::string>{"all"});
  EXPECT_NE(low.findings[0].what.en.find("too low"), std::string::npos);
  EXPECT_EQ(low.findings[0].evidence.count, 60u);
  ASSERT_EQ(named(high), std::vector<std::string>{"all"});
  EXPECT_NE(high.findings[0].what.en.find("too high"), std::string::npos);
}

// What is drawn whole has no cut-off that chance would give.
TEST(Findings, CutOffsOfWhatIsDrawnWholeDoNotCount) {
  BentCity bent;
  Draw& draw = bent.add(bent.firms());
  draw.outcome->strata[0]->cutoff = cutoff_at(0.001);
  EXPECT_EQ(cutoffs_uniform(bent.state()).sample, 0u);
}

TEST(Findings, APoolSoSmallThatNamesCanBeGuessed) {
  BentCity few(40, 9), enough(40, 10);  // two seats a visit, five for each
  few.add({few.firms()[0]});
  enough.add({enough.firms()[0]});
  EXPECT_EQ(named(pools_small(few.state())), std::vector<std::string>{"draw/B/1"});
  EXPECT_TRUE(pools_small(enough.state()).findings.empty());
}

// A large group beside a small one makes the small one no larger.
TEST(Findings, AGroupOfTwoIsNotHiddenByALargeOne) {
  BentCity bent(40, 30);
  bent.city().set_department("MSA-9", "MSA");
  bent.city().import_inspectors({"F0001", "F0002"}, "MSA-9", "friends");
  Draw& draw = bent.add({bent.firms()[0]});
  draw.announcement.groups[0]->units = {"MSA-9"};
  draw.announcement.groups.push_back(std::make_unique<schema::SeatGroupT>());
  draw.announcement.groups[1]->units = {"MSA-1", "MSA-2"};
  draw.announcement.groups[1]->seats = 1;
  const Screen screen = pools_small(bent.state());
  ASSERT_EQ(named(screen), std::vector<std::string>{"draw/B/1"});
  EXPECT_NE(screen.findings[0].what.en.find("group 0 is not random"), std::string::npos)
      << screen.findings[0].what.en;
  EXPECT_EQ(screen.findings[0].what.en.find("group 1"), std::string::npos);
}

}  // namespace
}  // namespace liuhen::projections
