#include "crypto/draw/shortage.h"

#include <algorithm>
#include <map>

#include "tests/crypto/draw/random_case.h"

namespace liuhen::crypto::draw {
namespace {

using tests::Case;
using tests::Dice;

MatchedDraw given(const Case& c) { return {c.groups, c.inspectors, c.subjects, c.conflicts}; }

// By hand: seats needed, seats that those listed can take at most, and seats left to all others.
void expect_counts(const Case& c, const Matching& matching, const Shortage& shortage) {
  const SeatGroup& group = c.groups[shortage.group];
  std::uint64_t capacity = 0, others = 0;
  for (const std::size_t i : shortage.inspectors) capacity += c.inspectors[i].capacity;
  for (const std::size_t v : shortage.visits) {
    std::map<std::string, std::uint64_t> by_unit;
    for (std::size_t i = 0; i < c.inspectors.size(); ++i) {
      const InspectorRow& row = c.inspectors[i];
      const bool listed = std::ranges::count(shortage.inspectors, i) != 0;
      const bool conflict = std::ranges::any_of(c.conflicts, [&](const Conflict& one) {
        return one.subject == c.subjects[matching.visits[v].subject] && one.inspector == row.id;
      });
      if (!listed && !conflict && row.eligibility == 0 && row.capacity != 0 &&
          group_of_inspector(c.groups, row) == shortage.group)
        ++by_unit[row.unit];
    }
    for (const auto& [unit, count] : by_unit)
      others += group.unit_limit == 0 ? count : std::min(count, group.unit_limit);
  }
  EXPECT_EQ(shortage.needed, shortage.visits.size() * group.seats);
  EXPECT_EQ(shortage.capacity, capacity);
  EXPECT_EQ(shortage.others, others);
  EXPECT_GT(shortage.needed, capacity + others);
}

std::uint64_t vacant_of(const Case& c, const Matching& matching, std::size_t group) {
  std::uint64_t vacant = 0;
  for (const Visit& visit : matching.visits) {
    for (std::size_t seat = 0; visit.taken && seat < visit.team.size(); ++seat)
      vacant += group_of_seat(c.groups, seat) == group && visit.team[seat].inspector == kVacant;
  }
  return vacant;
}

TEST(Shortage, EveryVisitPutAsideAndEveryVacantSeatHasOneThatCountingShows) {
  Dice dice(20261126);
  std::size_t aside = 0, alone = 0, vacant = 0, with_others = 0;
  for (int round = 0; round < 20000; ++round) {
    const Case c = tests::random_case(dice, 7, 7, 3);
    const Matching matching = tests::match_case(c);
    for (std::size_t v = 0; v < matching.visits.size(); ++v) {
      const auto shortage = shortage_of_visit(given(c), matching, v);
      ASSERT_EQ(shortage.has_value(), !matching.visits[v].taken) << "round " << round;
      if (!shortage) continue;
      EXPECT_EQ(shortage->group, 0u);
      EXPECT_EQ(shortage->visits.back(), v) << "what was taken after it is no reason";
      for (const std::size_t other : shortage->visits)
        EXPECT_TRUE(other == v || matching.visits[other].taken);
      expect_counts(c, matching, *shortage);
      ++aside;
      alone += shortage->visits.size() == 1;
      with_others += shortage->others != 0;
    }
    for (std::size_t g = 0; g < c.groups.size(); ++g) {
      const auto shortage = shortage_of_group(given(c), matching, g);
      const std::uint64_t missing = vacant_of(c, matching, g);
      ASSERT_EQ(shortage.has_value(), missing != 0) << "round " << round;
      if (!shortage) continue;
      expect_counts(c, matching, *shortage);
      EXPECT_EQ(shortage->missing(), missing) << "neither fewer nor more need be vacant";
      ++vacant;
    }
    if (HasFailure()) return;
  }
  // All the kinds that matter were there.
  EXPECT_GT(aside, 10000u);
  EXPECT_GT(aside - alone, 2000u);
  EXPECT_GT(with_others, 1000u);
  EXPECT_GT(vacant, 1000u);
}

// What does not hold is seen by counting, too: one visit less, or one inspector who is not full.
TEST(Shortage, CountingTellsOneThatDoesNotHold) {
  Case c;
  c.groups = {{.qualification = "", .units = {"U"}, .seats = 2, .unit_limit = 0}};
  for (const char* id : {"I1", "I2", "I3"})
    c.inspectors.push_back(
        {.id = id, .unit = "U", .qualifications = {}, .capacity = 1, .eligibility = 0});
  c.subjects = {"S1", "S2"};
  const Matching matching = tests::match_case(c);
  ASSERT_EQ(matching.put_aside, 1u);
  const auto shortage = shortage_of_visit(given(c), matching, 1);
  ASSERT_TRUE(shortage);
  EXPECT_EQ(shortage->visits, (std::vector<std::size_t>{0, 1}));
  EXPECT_EQ(shortage->inspectors, (std::vector<std::size_t>{0, 1, 2}));
  EXPECT_EQ(shortage->missing(), 1u);
  EXPECT_FALSE(count_shortage(given(c), matching, 0, {1}, {0, 1, 2}).holds());
  EXPECT_FALSE(count_shortage(given(c), matching, 0, {0, 1}, {0}).holds())
      << "the two others can go to both, as far as that counts";
  c.inspectors[2].capacity = 2;
  EXPECT_FALSE(count_shortage(given(c), matching, 0, {0, 1}, {0, 1, 2}).holds());
}

}  // namespace
}  // namespace liuhen::crypto::draw
