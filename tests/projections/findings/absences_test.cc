// Who is absent from one firm, or one kind of firm, alone; and who was merely ill.
#include <gtest/gtest.h>

#include <random>

#include "projections/findings/findings.h"
#include "tests/projections/findings/bent_city.h"

namespace liuhen::projections {
namespace {

using tests::BentCity;
using tests::City;

// One firm of another kind and industry is visited in every draw, with three others, by four teams
// of eight inspectors, who come unless they are said to be absent.
class Absences : public ::testing::Test {
 protected:
  BentCity bent;
  std::vector<std::string> firms;
  std::mt19937_64 random{7};
  std::uint64_t begun = 0;  // the first entry of the draws' tasks

  Absences() {
    schema::SubjectsImportedT imported;
    imported.run = "institution";
    imported.last = true;
    imported.rows.push_back(City::firm(900, "370202"));
    imported.rows[0]->kind = schema::SubjectKind::institution;
    imported.rows[0]->industry = "P83";
    bent.city().must(std::move(imported), {"registrar"});
    firms = bent.firms();
    std::erase(firms, City::code(900));
    begun = bent.state().times.size();
  }
  // One more entry, a minute later: its position.
  std::uint64_t record() {
    auto& times = bent.state().times;
    times.push_back(times.back() + 60);
    return times.size() - 1;
  }
  std::uint64_t now() { return bent.state().times.back(); }
  void leave(Seat& seat) {
    BentCity::replace(seat, "Z0009", "head", true, "absence");
    seat.recusals.back().filed_at = record();
    seat.recusals.back().decided_at = record();
  }
  void visit(Task& task, std::uint64_t made_at) {
    task.result.emplace();
    task.result->position = record();
    task.result->visited_at = made_at;
  }
  template <class Absent>
  void draw(Absent&& is_absent) {
    std::vector<std::string> people;
    for (int i = 1; i <= 8; ++i) people.push_back("Z000" + std::to_string(i));
    std::ranges::shuffle(people, random);
    std::ranges::shuffle(firms, random);
    std::vector<std::vector<std::string>> teams;
    for (std::size_t i = 0; i < 8; i += 2) teams.push_back({people[i], people[i + 1]});
    Draw& draw = bent.add({City::code(900), firms[0], firms[1], firms[2]}, teams);
    for (Task& task : draw.tasks) {
      for (Seat& seat : task.seats) {
        if (is_absent(seat.inspector, task.subject)) leave(seat);
      }
    }
    for (Task& task : draw.tasks) visit(task, now());
  }
  std::vector<std::string> named() {
    std::vector<std::string> out;
    for (const Finding& finding : absences_selective(bent.state()).findings) {
      if (!finding.about.empty()) out.push_back(finding.about);
    }
    return out;
  }
};

TEST_F(Absences, OfOneInspectorFromOneFirm) {
  for (int i = 0; i < 40; ++i)
    draw([](const std::string& who, const std::string& firm) {
      return who == "Z0003" && firm == City::code(900);
    });
  const auto found = named();
  for (const std::string& about : found) EXPECT_EQ(about.substr(0, 6), "Z0003 ");
  for (const std::string& key : {City::code(900), std::string("institution"), std::string("P83")})
    EXPECT_NE(std::ranges::find(found, "Z0003 " + key), found.end()) << key;
  const Screen screen = absences_selective(bent.state());
  ASSERT_FALSE(screen.findings.empty());
  EXPECT_NE(screen.findings[0].what.zh.find("到场 0 次；派往别处的，缺席 0 次"), std::string::npos)
      << screen.findings[0].what.zh;
  EXPECT_GE(screen.findings[0].evidence.positions.at(0), begun);
}

// Nobody often enough to be named by himself.
TEST_F(Absences, OfManyInspectorsFromOneFirm) {
  std::map<std::string, int> times;
  for (int i = 0; i < 60; ++i)
    draw([&](const std::string& who, const std::string& firm) {
      return firm == City::code(900) && times[who]++ < 3;
    });
  EXPECT_EQ(named(), std::vector{City::code(900)});
}

// Ill for ten draws, whomever he was to visit.
TEST_F(Absences, OfALongIllnessAreOne) {
  for (int n = 0; n < 60; ++n)
    draw([&](const std::string& who, const std::string&) {
      return who == "Z0003" && n >= 20 && n < 30;
    });
  const Screen screen = absences_selective(bent.state());
  EXPECT_TRUE(screen.findings.empty());
  EXPECT_EQ(screen.sample, 60u * 8 + 1) << "his ten absences are one, and ten others went";
}

// Away for the whole of a draw over another industry, while results of visits that he had made
// before are recorded one by one.
TEST_F(Absences, WhileResultsOfEarlierVisitsAreRecordedAreOne) {
  const std::vector<std::vector<std::string>> teams(14, {"Z0001", "Z0002"});
  std::vector<std::string> others{firms.begin(), firms.begin() + 14};
  const std::vector<std::string> institutions(14, City::code(900));
  Draw& before = bent.add(others, teams);
  Draw& away = bent.add(institutions, teams);
  const std::uint64_t made_at = now();
  for (std::size_t i = 0; i < 14; ++i) {
    leave(away.tasks[i].seats[0]);
    visit(before.tasks[i], made_at + i);
  }
  for (Task& task : away.tasks) visit(task, now());
  const Screen screen = absences_selective(bent.state());
  EXPECT_TRUE(screen.findings.empty());
  EXPECT_EQ(screen.sample, 4u * 14 + 1) << "his absences are one";
}

// Nothing shows that he was well in between.
TEST_F(Absences, InARowFromOneFirmAreOneToo) {
  for (int n = 0; n < 80; ++n)
    draw([&](const std::string& who, const std::string& firm) {
      return who == "Z0003" && n >= 20 && firm == City::code(900);
    });
  EXPECT_FALSE(named().empty());
  for (auto& [stream, draw] : bent.state().draws.by_stream) {
    if (draw.number <= 20) continue;
    for (Task& task : draw.tasks) {
      if (task.seats[0].inspector == "Z0003" || task.seats[1].inspector == "Z0003")
        task.result.reset();
    }
  }
  EXPECT_EQ(named(), std::vector<std::string>{});
}

// Ill again and again, now here and now there.
TEST_F(Absences, OfWhoIsIllOftenNameNobody) {
  for (int i = 0; i < 100; ++i)
    draw([&](const std::string& who, const std::string&) {
      return (who == "Z0003" || who == "Z0004") && random() % 4 == 0;
    });
  EXPECT_EQ(named(), std::vector<std::string>{});
}

}  // namespace
}  // namespace liuhen::projections
