// Visits that were drawn and that nobody reports on.
#include <gtest/gtest.h>

#include "projections/findings/findings.h"
#include "tests/projections/findings/bent_city.h"

namespace liuhen::projections {
namespace {

using tests::BentCity;

constexpr std::uint64_t kDay = 86'400;

TEST(VisitsMissing, AreCountedByUnitAfterSixtyDays) {
  BentCity bent;
  const auto firms = bent.firms();
  Draw& draw = bent.add({firms[0], firms[1], firms[2]}, {{"Z0001", "Z0002"}, {"Z0003", "Z0002"}});
  draw.disclosed_time = bent.city().now;
  draw.department = "MSA";
  Draw& again = bent.add({firms[0], firms[3]}, {{"Z0001", "Z0003"}, {"Z0002", "Z0001"}});
  again.disclosed_time = bent.city().now;
  again.department = "MSA";
  again.tasks[1].result.emplace();
  EXPECT_TRUE(results_missing(bent.state(), bent.city().now + 60 * kDay).findings.empty());
  const Screen screen = results_missing(bent.state(), bent.city().now + 60 * kDay + 1);
  EXPECT_EQ(screen.sample, 5u);
  ASSERT_EQ(screen.findings.size(), 2u) << "MSA-2 has its result";
  EXPECT_EQ(screen.findings[0].about, "MSA") << "nobody is assigned";
  EXPECT_NE(screen.findings[0].what.en.find("to 1 nobody is assigned"), std::string::npos)
      << screen.findings[0].what.en;
  EXPECT_EQ(screen.findings[1].about, "MSA-1");
  EXPECT_NE(screen.findings[1].what.en.find("3 visits"), std::string::npos);
  EXPECT_NE(screen.findings[1].what.en.find("2 subjects, of 2 draws"), std::string::npos)
      << screen.findings[1].what.en;
  EXPECT_EQ(screen.findings[1].evidence.positions,
            (std::vector<std::uint64_t>{*draw.disclosed_at, *again.disclosed_at}));
}

// A full inspection is worked off day by day.
TEST(VisitsMissing, AreCountedFromTheDayDrawn) {
  BentCity bent;
  Draw& draw = bent.add({bent.firms()[0], bent.firms()[1]}, {{"Z0001"}, {"Z0001"}});
  draw.disclosed_time = 0;
  draw.announcement.form = schema::DrawForm::full;
  draw.announcement.first_day = 102;  // a Monday
  draw.announcement.visits_per_day = 1;
  const std::uint64_t first = 102 * kDay - 8 * 3'600;
  EXPECT_EQ(results_missing(bent.state(), first + 60 * kDay).sample, 0u);
  EXPECT_EQ(results_missing(bent.state(), first + 60 * kDay + 1).sample, 1u);
}

TEST(VisitsMissing, AreNotThoseOfADrawThatWasVoided) {
  BentCity bent;
  Draw& draw = bent.add({bent.firms()[0]}, {{"Z0001"}});
  draw.disclosed_time = bent.city().now;
  draw.discarded = true;
  EXPECT_EQ(results_missing(bent.state(), bent.city().now + 730 * kDay).sample, 0u);
}

}  // namespace
}  // namespace liuhen::projections
