// What a reader finds who can open some of the conflicts that count, and not all.
#include "projections/partly_opened.h"

#include "tests/projections/approved_conflict.h"
#include "tests/projections/verified_log.h"

namespace liuhen::projections {
namespace {

constexpr std::size_t kConflicts = 3;

class PartlyOpened : public ::testing::Test {
 protected:
  PartlyOpened() { city.furnish(); }
  void approve_conflicts() {
    for (std::size_t i = 0; i < kConflicts; ++i) {
      conflicts.push_back(crypto::sha256(view_of("conflict " + std::to_string(i))));
      city.must(tests::declared_conflict(conflicts.back()), {"registrar"});
      tests::approve_conflict(city, conflicts.back());
      contents.push_back({.subject = "X", .inspector = "X", .kind = "kinship", .evidence = ""});
    }
  }
  void execute() {
    draw.announce();
    draw.contribute();
    draw.execute(opener(conflicts.size()));
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
  Report seen_by(std::size_t open) {
    CityLog log(city);
    return check(log, opener(open));
  }
  City city;
  CityDraw draw{city};
  std::vector<Hash> conflicts;
  std::vector<ConflictContent> contents;
};

// One that stays closed accounts for one candidate who is passed over, and for no more.
class SubstituteWindow : public PartlyOpened {
 protected:
  SubstituteWindow() {
    execute();
    approve_conflicts();  // they count for substitutes, and not for the matching
    right = draw.recuse(0, opener(kConflicts));
  }
  // In the order that the seed gives.
  std::vector<std::string> candidates() {
    std::vector<std::string> out;
    for (std::size_t i = 0; i <= kConflicts; ++i) {
      out.push_back(
          substitute_of(city.state(), draw.draw(), 0, 0, opener(kConflicts)).value().inspector);
      if (i < kConflicts)
        contents[i] = {.subject = draw.draw().tasks[0].subject,
                       .inspector = out.back(),
                       .kind = "kinship",
                       .evidence = ""};
    }
    for (auto& content : contents) content.subject = "X";
    return out;
  }
  // The conflict of this number keeps him from the visit.
  void keep_out(std::size_t number, const std::string& inspector) {
    contents[number].subject = draw.draw().tasks[0].subject;
    contents[number].inspector = inspector;
  }
  void record(const std::string& inspector) {
    right.inspector = inspector;
    city.must(std::move(right), {"platform"});
  }
  void expect_found_by(std::size_t open) {
    expect_violated(seen_by(open), city.size() - 1, "substitute.candidate");
  }

  schema::SubstituteDrawnT right;
};

TEST_F(SubstituteWindow, OneThatStaysClosedFreesOneCandidate) {
  const auto order = candidates();
  ASSERT_NE(order[2], "");
  record(order[2]);  // two are passed over, and nothing keeps them out
  expect_verified(seen_by(0));
  expect_verified(seen_by(1));
  expect_found_by(2);
  expect_found_by(3);
}

TEST_F(SubstituteWindow, NoHonestOneIsOutsideWhateverIsOpened) {
  const auto order = candidates();
  keep_out(0, order[1]);
  keep_out(1, order[0]);
  keep_out(2, order[2]);
  ASSERT_NE(order[3], "");
  record(order[3]);
  for (std::size_t open = 0; open <= kConflicts; ++open) {
    const Report report = seen_by(open);
    expect_verified(report);
    EXPECT_EQ(report.draws[0].substitutes_unopened, open < kConflicts ? 1U : 0U);
  }
}

TEST_F(SubstituteWindow, WhomAnOpenedOneKeepsOutGoesNever) {
  const auto order = candidates();
  keep_out(0, order[1]);
  record(order[1]);
  expect_verified(seen_by(0));
  expect_found_by(1);
}

TEST_F(PartlyOpened, WhomAnOpenedOneKeepsOutIsNotDrawn) {
  approve_conflicts();
  execute();  // as if none of them mattered
  for (std::size_t open = 0; open <= kConflicts; ++open) expect_verified(seen_by(open));
  const auto& task = draw.draw().tasks[0];
  contents[0].subject = task.subject;
  contents[0].inspector = task.seats[0].inspector;
  expect_verified(seen_by(0));
  expect_violated(seen_by(1), *draw.draw().disclosed_at, "draw.disclosed_visit");
  expect_violated(seen_by(3), *draw.draw().executed_at, "draw.visits_root");
}

// Each that stays closed explains that one was passed over, and no honest list takes more.
TEST_F(PartlyOpened, NoHonestListTakesMoreThanStayClosed) {
  approve_conflicts();
  draw.announce();
  draw.contribute();
  draw.execution(opener(kConflicts));
  const auto right = draw.disclosure();
  for (std::size_t i = 0; i < kConflicts; ++i) {
    contents[i].subject = right.visits[i]->subject;
    contents[i].inspector = right.visits[i]->team[0];
  }
  draw.execute(opener(kConflicts));
  ASSERT_NE(draw.disclosure().visits[0]->team[0], right.visits[0]->team[0]);
  for (std::size_t open = 0; open <= kConflicts; ++open) expect_verified(seen_by(open));
  // Were fewer in force than it takes, it would be found.
  const State& state = city.state();
  contents.assign(kConflicts,
                  {.subject = "X", .inspector = "X", .kind = "kinship", .evidence = ""});
  EXPECT_TRUE(check_teams_partly_opened(state, draw.draw(), opener(0)));
  EXPECT_EQ(check_teams_partly_opened(state, draw.draw(), opener(1)).error().code,
            "draw.visits_root");
  // And with all of them opened, as where the pool is what stays closed.
  EXPECT_EQ(check_teams_partly_opened(state, draw.draw(), opener(kConflicts)).error().code,
            "draw.visits_root");
}

// Whatever was declared: a vacant seat is nobody's.
TEST_F(PartlyOpened, NobodyIsKeptFromWhereNobodySits) {
  approve_conflicts();
  execute();
  State state = city.state();
  Draw& vacant = state.draws.by_stream.at(draw.stream());
  vacant.tasks[0].seats[0].inspector.clear();
  vacant.seed.reset();  // by which it would be asked why
  contents[0].subject = vacant.tasks[0].subject;
  contents[0].inspector.clear();
  EXPECT_TRUE(check_teams_partly_opened(state, vacant, opener(kConflicts)).has_value());
}

}  // namespace
}  // namespace liuhen::projections
