// What cheats leave behind is found, and what chance leaves behind is not.
#include "projections/findings/findings.h"

#include <gtest/gtest.h>

#include <random>

#include "projections/findings/statistics.h"
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
  EXPECT_EQ(screens.size(), 15u);
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
  EXPECT_NE(screen.findings[0].what.en.find("60 seconds after its outcome"), std::string::npos)
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
  EXPECT_EQ(named(reveals_forfeited(city.state())), std::vector<std::string>{"contributor2"});
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
  const Screen screen = pools_edited(city.state());
  ASSERT_EQ(screen.findings.size(), 1u);
  EXPECT_EQ(screen.findings[0].evidence.positions, std::vector<std::uint64_t>{at});
  EXPECT_NE(screen.findings[0].what.en.find("1 of them could no longer"), std::string::npos)
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
  const Screen screen = gains_by_substitution(bent.state());
  EXPECT_EQ(named(screen), std::vector<std::string>{inspector(6)});
  EXPECT_EQ(screen.sample, 40u);
}

TEST(Findings, TwoWhoAlwaysGoTogether) {
  BentCity bent;
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
  const Screen screen =
      pairings_repeated(bent.state(), {.now_s = 0, .open = {}, .threads = 2, .progress = {}});
  EXPECT_EQ(named(screen), std::vector<std::string>{inspector(4) + " " + inspector(5)});
  EXPECT_NE(screen.findings[0].what.en.find("fresh seeds"), std::string::npos);
}

TEST(Findings, FairTeamsNameNobody) {
  BentCity bent;
  std::mt19937_64 random(7);
  for (int i = 0; i < 30; ++i) bent.add(sample(bent.firms(), 4, random), fair_teams(random));
  EXPECT_TRUE(
      named(pairings_repeated(bent.state(), {.now_s = 0, .open = {}, .threads = 1, .progress = {}}))
          .empty());
}

// ---- generators that failed elsewhere ----

const Screen& of(const std::vector<Screen>& screens, const std::string& code) {
  return *std::ranges::find(screens, code, &Screen::code);
}

// How many draws of four in forty it takes until somebody is named, at most `most`; 0: none is.
int draws_until_found(const std::function<std::vector<std::string>(const std::vector<std::string>&,
                                                                   std::mt19937_64&)>& generator,
                      const char* code, int most) {
  BentCity bent;
  std::mt19937_64 random(8);
  const auto firms = bent.firms();
  for (int i = 1; i <= most; ++i) {
    bent.add(generator(firms, random));
    if (i % 10 == 0 && !named(of(drawn_too_often_or_never(bent.state(), {}), code)).empty())
      return i;
  }
  return 0;
}

TEST(FaultyGenerators, AFairOneIsNotFound) {
  const auto fair = [](const std::vector<std::string>& firms, std::mt19937_64& random) {
    return sample(firms, 4, random);
  };
  EXPECT_EQ(draws_until_found(fair, "drawn-often", 200), 0);
  EXPECT_EQ(draws_until_found(fair, "drawn-seldom", 200), 0);
}

// A start in [1, N/n], then a fixed step of N/n: with N = 43 rows of which n = 4 are drawn, rows 41
// to 43 never are.
TEST(FaultyGenerators, AFixedStepNeverDrawsTheLastRows) {
  BentCity bent(43);
  std::mt19937_64 random(9);
  const auto firms = bent.firms();
  int found = 0;
  for (int i = 1; i <= 150 && found == 0; ++i) {
    const std::size_t start = random() % 10;
    bent.add({firms[start], firms[start + 10], firms[start + 20], firms[start + 30]});
    if (i % 10 == 0 &&
        named(of(drawn_too_often_or_never(bent.state(), {}), "drawn-seldom")).size() == 3)
      found = i;
  }
  EXPECT_EQ(found, 90);  // (1 − 4/43)^90 · 43 < 0.01
  const auto seldom = named(of(drawn_too_often_or_never(bent.state(), {}), "drawn-seldom"));
  EXPECT_EQ(std::set<std::string>(seldom.begin(), seldom.end()),
            std::set<std::string>(firms.end() - 3, firms.end()));
}

// The last tenth of the list comes out two and a half times as often.
TEST(FaultyGenerators, AGapBasedOneFavoursTheLastTenth) {
  const auto favours = [](const std::vector<std::string>& firms, std::mt19937_64& random) {
    std::set<std::string> drawn;
    while (drawn.size() < 4) {
      const std::size_t pick = random() % (36 * 2 + 4 * 5);
      drawn.insert(pick < 72 ? firms[pick / 2] : firms[36 + (pick - 72) / 5]);
    }
    return std::vector<std::string>(drawn.begin(), drawn.end());
  };
  const int found = draws_until_found(favours, "drawn-often", 400);
  EXPECT_GT(found, 0);
  EXPECT_LT(found, 300);
}

// Three quarters of the pool left out unseen.
TEST(FaultyGenerators, AFilterThatLeavesMostOut) {
  const auto filter = [](const std::vector<std::string>& firms, std::mt19937_64& random) {
    return sample({firms.begin(), firms.begin() + 10}, 4, random);
  };
  const int often = draws_until_found(filter, "drawn-often", 200),
            seldom = draws_until_found(filter, "drawn-seldom", 200);
  EXPECT_GT(often, 0);
  EXPECT_LE(often, 40);
  EXPECT_GT(seldom, 0);
}

}  // namespace
}  // namespace liuhen::projections
