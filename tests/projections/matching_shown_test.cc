#include "projections/matching_shown.h"

#include <gtest/gtest.h>

#include "crypto/draw/matching.h"
#include "projections/draw_lookup.h"
#include "tests/projections/findings/bent_city.h"

namespace liuhen::projections {
namespace {

using tests::BentCity;

constexpr std::size_t kVisits = 4;

// Four firms are drawn, for teams of two who go once each.
class MatchingOf : public ::testing::Test {
 protected:
  void draw_with(unsigned inspectors) {
    bent = std::make_unique<BentCity>(40, inspectors);
    const auto all = bent->firms();
    firms.assign(all.begin(), all.begin() + kVisits);
    draw = &bent->add(firms);
    draw->announcement.default_capacity = 1;
    seed(0);
  }
  void seed(std::uint8_t first) {
    draw->seed.emplace();
    draw->seed->fill(first);
  }
  void conflict(const std::string& subject, const std::string& inspector) {
    Conflict row;
    row.commitment = crypto::sha256(view_of(subject + inspector));
    row.decided_at = 0;
    row.approved = true;
    contents[row.commitment] = {
        .subject = subject, .inspector = inspector, .kind = "kinship", .evidence = ""};
    bent->state().conflicts.rows.push_back(std::move(row));
  }
  std::optional<MatchingShown> shown() const {
    return matching_shown(bent->state(), *draw, [this](const Hash& commitment) {
      const auto found = contents.find(commitment);
      return found == contents.end() ? std::nullopt : std::optional(found->second);
    });
  }

  std::unique_ptr<BentCity> bent;
  std::vector<std::string> firms;
  Draw* draw = nullptr;
  std::map<Hash, ConflictContent> contents;
};

TEST_F(MatchingOf, EnoughPeopleNeedsNoWords) {
  draw_with(8);
  const auto matching = shown();
  ASSERT_TRUE(matching);
  EXPECT_EQ(matching->put_aside, 0u);
  EXPECT_EQ(matching->seats_passed_over, 0u);
  EXPECT_TRUE(words_of(*matching).empty());
}

TEST_F(MatchingOf, TooFewPeople) {
  draw_with(5);
  const auto matching = shown();
  ASSERT_TRUE(matching);
  EXPECT_EQ(matching->put_aside, 2u);
  ASSERT_EQ(matching->shortages.size(), 2u);
  const auto& first = matching->shortages[0];
  EXPECT_EQ(first.visit, 2u);
  EXPECT_EQ(first.subjects.size(), 3u) << "the two before it were taken";
  EXPECT_EQ(first.inspectors,
            (std::vector<std::string>{"Z0001", "Z0002", "Z0003", "Z0004", "Z0005"}));
  EXPECT_EQ(first.needed, 6u);
  EXPECT_EQ(first.capacity, 5u);
  EXPECT_EQ(first.others, 0u);
  EXPECT_NE(first.what.zh.find("缺 1 席"), std::string::npos) << first.what.zh;
  EXPECT_NE(first.what.en.find("Z0001, Z0002, Z0003, Z0004, Z0005 take 5 at most"),
            std::string::npos)
      << first.what.en;
  EXPECT_EQ(matching->shortages[1].visit, 3u);
  EXPECT_EQ(matching->shortages[1].subjects.size(), 3u) << "not the one put aside before it";
  EXPECT_EQ(words_of(*matching).size(), 2u);
}

// Three may not go to one of the firms, and everybody is needed: whoever comes before it leaves
// those who may.
TEST_F(MatchingOf, PassedOverForTheSakeOfALaterVisit) {
  draw_with(8);
  for (const char* inspector : {"Z0001", "Z0002", "Z0003", "Z0004", "Z0005", "Z0006"})
    conflict(firms[0], inspector);
  std::uint64_t seats = 0;
  for (std::uint8_t first = 0; first < 10; ++first) {
    seed(first);
    const auto matching = shown();
    ASSERT_TRUE(matching);
    EXPECT_EQ(matching->put_aside, 0u);
    std::vector<crypto::draw::InspectorRow> rows;
    for (const auto& [id, versions] : bent->state().inspectors.rows)
      rows.push_back(*announced_row(bent->state(), *draw, id));
    std::vector<crypto::draw::Conflict> conflicts;
    for (const auto& [commitment, content] : contents)
      conflicts.push_back({.subject = content.subject, .inspector = content.inspector});
    const auto right = crypto::draw::match(*draw->seed, announced_groups(draw->announcement), rows,
                                           firms, conflicts)
                           .value();
    std::size_t next = 0;
    for (std::size_t v = 0; v < kVisits; ++v) {
      for (std::uint32_t s = 0; s < 2; ++s) {
        if (right.visits[v].team[s].passed_over == 0) continue;
        ASSERT_LT(next, matching->passed_over.size());
        EXPECT_EQ(matching->passed_over[next].visit, v);
        EXPECT_EQ(matching->passed_over[next].seat, s);
        EXPECT_EQ(matching->passed_over[next++].count, right.visits[v].team[s].passed_over);
      }
    }
    EXPECT_EQ(matching->seats_passed_over, next);
    EXPECT_EQ(words_of(*matching).size(), next == 0 ? 0u : 1u);
    seats += next;
  }
  EXPECT_GT(seats, 10u);
}

// Without those who may open what conflicts hide nothing is said.
TEST_F(MatchingOf, AConflictThatIsNotOpened) {
  draw_with(5);
  conflict(firms[0], "Z0001");
  contents.clear();
  EXPECT_FALSE(shown());
}

}  // namespace
}  // namespace liuhen::projections
