#include "crypto/draw/hidden_pairs.h"

#include <algorithm>
#include <set>

#include "tests/crypto/draw/random_case.h"

namespace liuhen::crypto::draw {
namespace {

using tests::Case;
using tests::Dice;

constexpr std::uint64_t kAll = 1'000'000;  // counts to the end

std::vector<ListedVisit> listed(const Case& c, const Matching& matching) {
  std::vector<ListedVisit> list;
  for (const Visit& visit : matching.visits) {
    list.push_back({.subject = c.subjects[visit.subject], .team = {}});
    for (const Seat& seat : visit.team)
      list.back().team.push_back(seat.inspector == kVacant ? "" : c.inspectors[seat.inspector].id);
  }
  return list;
}

HiddenPairs judge(const Case& c, const std::vector<ListedVisit>& list,
                  const std::vector<Conflict>& known, std::uint64_t limit = kAll) {
  return hidden_pairs(c.seed, c.groups, c.inspectors, list, known, limit);
}

// Officers of one unit; each visit takes two.
Case officers(std::size_t visits, std::size_t count, std::uint64_t capacity) {
  Case c;
  for (std::size_t i = 0; i < c.seed.size(); ++i) c.seed[i] = static_cast<std::uint8_t>(i);
  c.groups.push_back({.qualification = "", .units = {"U"}, .seats = 2, .unit_limit = 0});
  for (std::size_t i = 0; i < count; ++i) {
    c.inspectors.push_back({.id = "I" + std::to_string(1000 + i),
                            .unit = "U",
                            .qualifications = {},
                            .capacity = capacity,
                            .eligibility = 0});
  }
  for (std::size_t v = 0; v < visits; ++v) c.subjects.push_back("S" + std::to_string(v));
  return c;
}

// Whatever is hidden of the conflicts that a matching heeds, tight or not: no honest list is named.
TEST(HiddenPairs, NeverMoreAreAskedForThanThereAre) {
  Dice dice(20261127);
  std::size_t some = 0, all = 0;
  for (int round = 0; round < 60'000; ++round) {
    const Case c = tests::random_case(dice, 8, 3 + dice.below(9), 1 + dice.below(6));
    const auto list = listed(c, tests::match_case(c));
    std::vector<Conflict> known;
    std::uint64_t hidden = 0;
    const std::uint64_t percent = dice.below(5) * 25;
    for (const Conflict& one : c.conflicts) {
      if (dice.chance(percent)) {
        ++hidden;
      } else {
        known.push_back(one);
      }
    }
    const HiddenPairs found = judge(c, list, known);
    ASSERT_FALSE(found.out_of_order) << "round " << round;
    ASSERT_LE(found.least, hidden) << "round " << round;
    EXPECT_EQ(found.least == 0, !found.first);
    some += found.least != 0;
    all += found.least != 0 && found.least == hidden;
  }
  EXPECT_GT(some, 5'000U);
  EXPECT_GT(all, 500U) << "often the bound is what there is";
}

TEST(HiddenPairs, TeamsOfOnesChoiceTakeManyWherePeopleAreToSpare) {
  const Case c = officers(6, 8, 6);
  auto list = listed(c, tests::match_case(c));
  EXPECT_EQ(judge(c, list, {}).least, 0U);
  std::uint64_t before = 0;
  for (auto& visit : list) {
    Case alone = c;
    alone.subjects = {visit.subject};
    alone.inspectors = {c.inspectors[2], c.inspectors[5]};
    visit.team = listed(alone, tests::match_case(alone))[0].team;
    Case all = c;
    all.subjects = {visit.subject};
    const auto first = listed(all, tests::match_case(all));
    for (const auto& id : first[0].team) before += id != "I1002" && id != "I1005";
  }
  const HiddenPairs found = judge(c, list, {});
  EXPECT_GE(found.least, before);
  EXPECT_GT(found.least, 5U);
  const std::uint64_t asked = judge(c, list, {}, 2).least;
  EXPECT_GT(asked, 2U);
  EXPECT_LT(asked, found.least) << "not much further than it is asked";
}

// Everybody goes once: whoever took another's place gave him his own.
TEST(HiddenPairs, TradedVisitsTakeSomeWhereNobodyIsToSpare) {
  const Case c = officers(6, 12, 1);
  const auto right = listed(c, tests::match_case(c));
  EXPECT_EQ(judge(c, right, {}).least, 0U);
  std::uint64_t most = 0;
  for (std::size_t a = 0; a < right.size(); ++a) {
    for (std::size_t b = a + 1; b < right.size(); ++b) {
      auto list = right;
      for (auto* visit : {&list[a], &list[b]}) {
        Case pair = c;  // the other's people, in the order of this visit
        pair.subjects = {visit->subject};
        const auto& team = right[visit == &list[a] ? b : a].team;
        std::erase_if(pair.inspectors,
                      [&](const InspectorRow& row) { return !std::ranges::count(team, row.id); });
        visit->team = listed(pair, tests::match_case(pair))[0].team;
      }
      most = std::max(most, judge(c, list, {}).least);
    }
  }
  EXPECT_GE(most, 2U);
}

TEST(HiddenPairs, SeatsOfAGroupAreInTheVisitsOrder) {
  const Case c = officers(3, 8, 3);
  auto list = listed(c, tests::match_case(c));
  std::swap(list[1].team[0], list[1].team[1]);
  EXPECT_EQ(judge(c, list, {}).out_of_order, 1U);
}

TEST(HiddenPairs, AVisitIsPutAsideOnlyWhereNobodyIsLeft) {
  const Case c = officers(4, 6, 4);
  auto list = listed(c, tests::match_case(c));
  list[2].team = {"", ""};
  const HiddenPairs found = judge(c, list, {});
  EXPECT_GE(found.least, 5U) << "six could go, and one may be left";
  EXPECT_EQ(found.first, 2U);
  // Those who are kept away as everybody knows take none.
  std::vector<Conflict> known;
  for (const auto& row : c.inspectors) known.push_back({list[2].subject, row.id});
  EXPECT_FALSE(judge(c, list, known).first == 2U);
}

TEST(HiddenPairs, AVacantSeatIsOneThatNobodyCouldTake) {
  Case c = officers(4, 8, 4);
  c.groups.push_back({.qualification = "E", .units = {"U"}, .seats = 1, .unit_limit = 0});
  c.groups[0].qualification = "O";
  for (std::size_t i = 0; i < 8; ++i) c.inspectors[i].qualifications = {i < 5 ? "O" : "E"};
  auto list = listed(c, tests::match_case(c));
  ASSERT_NE(list[1].team[2], "");
  EXPECT_EQ(judge(c, list, {}).least, 0U);
  list[1].team[2] = "";
  EXPECT_EQ(judge(c, list, {}).least, 3U);
}

}  // namespace
}  // namespace liuhen::crypto::draw
