// The teams of a restricted draw for whoever opens all conflicts and not the pool: they follow from
// who is listed.
#include <gtest/gtest.h>

#include "crypto/draw/hidden_pairs.h"
#include "projections/draw_lookup.h"
#include "projections/partly_opened.h"
#include "tests/crypto/draw/random_case.h"
#include "tests/projections/approved_conflict.h"
#include "tests/projections/restricted_steps.h"
#include "tests/projections/verified_log.h"

namespace liuhen::projections {
namespace {

using tests::RestrictedSteps;

// Three visits of two, and as many people, who go once each.
constexpr std::size_t kFirms = 11, kInspectors = 6, kConflicts = 4;

class TeamsOfAClosedPool : public ::testing::Test {
 protected:
  TeamsOfAClosedPool() {
    for (std::size_t i = 0; i < kConflicts; ++i) {
      conflicts.push_back(crypto::sha256(view_of("conflict " + std::to_string(i))));
      city.must(tests::declared_conflict(conflicts.back()), {"registrar"});
      tests::approve_conflict(city, conflicts.back());
    }
    contents.assign(kConflicts,
                    {.subject = "X", .inspector = "X", .kind = "kinship", .evidence = ""});
    steps.open_conflict = opener(kConflicts);
  }
  static City furnished() {
    City city;
    city.furnish(kFirms, kInspectors);
    return city;
  }
  void ready() {
    auto rule = copy_of(city.state().catalogue.rules.at("R1"));
    ++rule.revision;
    rule.default_capacity = 1;
    city.must(std::move(rule), {"clerk", "approver"});
    auto a = steps.announcement();
    a.default_capacity = 1;
    CityDraw::take(a, steps.opened(a).pool);
    city.must(std::move(a), {"clerk", "approver"});
    steps.attest();
    draw.contribute();
  }
  // The first `open` of them.
  OpenConflict opener(std::size_t open) const {
    return [this, open](const Hash& commitment) -> std::optional<ConflictContent> {
      for (std::size_t i = 0; i < open; ++i) {
        if (conflicts[i] == commitment) return contents[i];
      }
      return std::nullopt;
    };
  }
  Report seen_by(std::size_t open, bool pool = false) {
    CityLog log(city);
    VerifyOptions options;
    options.open = opener(open);
    options.threads = 1;
    if (pool) options.open_pool = steps.opener();
    return verify_log(log, options);
  }
  // Whom each conflict keeps from which of those drawn.
  void scatter(tests::Dice& dice) {
    const auto& visits = steps.visits().visits;
    for (auto& content : contents) {
      content.subject = visits[dice.below(visits.size())].subject;
      content.inspector =
          City::inspector("Z000" + std::to_string(1 + dice.below(kInspectors)), "")->id;
    }
  }

  City city = furnished();
  CityDraw draw{city};
  RestrictedSteps steps{city, draw, kFirms};
  std::vector<Hash> conflicts;
  std::vector<ConflictContent> contents;
};

TEST_F(TeamsOfAClosedPool, AreMatchedWhereAllConflictsOpen) {
  ready();
  steps.execution();
  tests::Dice dice(1);
  scatter(dice);
  steps.execute();
  const Report report = seen_by(kConflicts);
  expect_verified(report);
  EXPECT_TRUE(report.draws[0].pool_unopened);
  EXPECT_TRUE(report.draws[0].matching_replayed);
  EXPECT_EQ(report.draws[0].conflicts_unopened, 0U);
  ASSERT_EQ(report.not_opened.size(), 1U) << "the pool, and no conflict";
  EXPECT_TRUE(report.not_opened[0].en.ends_with("and the matching over the subjects listed"));
}

TEST_F(TeamsOfAClosedPool, AreNotMatchedWhereOneStaysClosed) {
  ready();
  steps.execute();
  const Report report = seen_by(kConflicts - 1);
  expect_verified(report);
  EXPECT_FALSE(report.draws[0].matching_replayed);
  EXPECT_EQ(report.draws[0].conflicts_unopened, 1U) << "those that opened are not among them";
  EXPECT_EQ(report.not_opened.size(), 2U);
}

// The supervisor who opens pool and conflicts compares the root before the list is there.
TEST_F(TeamsOfAClosedPool, AreThoseOfTheRootWhereThePoolOpens) {
  ready();
  city.must(steps.execution(), {"platform"});
  EXPECT_TRUE(seen_by(kConflicts, true).draws[0].matching_replayed);
  EXPECT_EQ(seen_by(kConflicts - 1, true).draws[0].conflicts_unopened, 1U);
  EXPECT_FALSE(seen_by(kConflicts).draws[0].matching_replayed) << "who is drawn is not known yet";
  EXPECT_EQ(seen_by(kConflicts).draws[0].conflicts_unopened, 0U);
}

// An operator who would rather have the teams of another seed, and takes such as pass over nobody
// in a way that the bound sees.
class TeamsOfAnotherSeed : public TeamsOfAClosedPool {
 protected:
  using Teams = std::vector<std::vector<std::string>>;

  void record() {
    ready();
    steps.execution();  // for who is drawn
    const Pool pool = opened_pool_of(city.state(), draw.draw(), steps.opener()).value().pool;
    const auto teams = found(pool.inspectors);
    ASSERT_TRUE(teams.has_value());
    auto execution = steps.execution();
    std::vector<crypto::draw::VisitRecord> records;
    for (std::size_t i = 0; i < teams->size(); ++i) {
      auto& visit = steps.visits().visits[i];
      visit.team = (*teams)[i];
      records.push_back({.subject = visit.subject,
                         .ticket = exactly<32>(View(visit.ticket)).value(),
                         .team = visit.team});
    }
    execution.visits_root = City::bytes(crypto::draw::visits_root(records));
    city.must(std::move(execution), {"platform"});
    city.must(steps.disclosure(), {"platform"});
  }

 private:
  std::optional<Teams> found(const std::vector<crypto::draw::InspectorRow>& inspectors) {
    tests::Dice dice(7);
    for (int round = 0; round < 1000; ++round) {
      scatter(dice);
      const auto right = teams_by(steps.seed(), inspectors);
      auto seed = steps.seed();
      for (auto& byte : seed) byte = static_cast<std::uint8_t>(dice.below(256));
      const auto teams = teams_by(seed, inspectors);
      if (right && teams && *right != *teams && passes(*teams, inspectors)) return teams;
    }
    return std::nullopt;
  }
  std::vector<crypto::draw::Conflict> known() const {
    std::vector<crypto::draw::Conflict> out;
    for (const auto& content : contents) out.push_back({content.subject, content.inspector});
    return out;
  }
  // In the order of the list, each team in that which the draw's own seed gives; absent where a
  // seat stays vacant.
  std::optional<Teams> teams_by(const crypto::draw::Seed& seed,
                                const std::vector<crypto::draw::InspectorRow>& inspectors) {
    std::vector<std::string> subjects;
    for (const auto& visit : steps.visits().visits) subjects.push_back(visit.subject);
    const auto matching = crypto::draw::match(seed, announced_groups(draw.draw().announcement),
                                              inspectors, subjects, known())
                              .value();
    if (matching.vacancies != 0) return std::nullopt;
    Teams out(subjects.size());
    for (const auto& visit : matching.visits) {
      auto& team = out[visit.subject];
      for (const auto& seat : visit.team) team.push_back(inspectors[seat.inspector].id);
      const Hash key = crypto::draw::pair_key(steps.seed(), subjects[visit.subject]);
      std::ranges::sort(team, {}, [&](const std::string& id) {
        Bytes pair = City::bytes(key);
        pair.insert(pair.end(), id.begin(), id.end());
        return crypto::sha256(pair);
      });
    }
    return out;
  }
  bool passes(const Teams& teams, const std::vector<crypto::draw::InspectorRow>& inspectors) {
    std::vector<crypto::draw::ListedVisit> list;
    for (std::size_t i = 0; i < teams.size(); ++i)
      list.push_back({.subject = steps.visits().visits[i].subject, .team = teams[i]});
    const auto pairs = crypto::draw::hidden_pairs(
        steps.seed(), announced_groups(draw.draw().announcement), inspectors, list, known(), 0);
    return pairs.least == 0 && !pairs.out_of_order;
  }
};

TEST_F(TeamsOfAnotherSeed, AreFoundThoughTheyPassOverNobodyThatTheBoundSees) {
  record();
  ASSERT_TRUE(check_teams_partly_opened(city.state(), draw.draw(), opener(kConflicts)));
  expect_verified(seen_by(0));
  expect_verified(seen_by(kConflicts - 1));
  expect_violated(seen_by(kConflicts), *draw.draw().disclosed_at, "draw.disclosed_visit");
  expect_violated(seen_by(kConflicts, true), *draw.draw().executed_at, "draw.visits_root");
}

}  // namespace
}  // namespace liuhen::projections
