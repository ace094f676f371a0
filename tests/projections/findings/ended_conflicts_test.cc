// A conflict ends just before a draw, and who was kept out by it goes there after all.
#include <gtest/gtest.h>

#include "projections/findings/findings.h"
#include "tests/projections/approved_conflict.h"
#include "tests/projections/city_log.h"

namespace liuhen::projections {
namespace {

using tests::City;
using tests::CityDraw;

TEST(PoolsEdited, AConflictEndedJustBeforeTheDraw) {
  City city;
  city.furnish();
  const Hash early = crypto::sha256(view_of("ended long before")),
             late = crypto::sha256(view_of("ended just before")),
             after = crypto::sha256(view_of("ended after the pool"));
  for (const Hash& commitment : {early, late, after}) {
    city.must(tests::declared_conflict(commitment), {"registrar"});
    tests::approve_conflict(city, commitment);
  }
  city.must(tests::ended_conflict(early), {"head"});
  city.now += 30 * 86'400;
  const std::uint64_t at = city.must(tests::ended_conflict(late), {"head"});
  CityDraw draw(city);
  draw.announce();
  city.must(tests::ended_conflict(after), {"head"});
  draw.contribute();
  draw.execute([](const Hash&) { return std::optional(ConflictContent{}); });
  const auto& task = draw.draw().tasks[1];
  const ConflictContent content{
      .subject = task.subject, .inspector = task.seats[0].inspector, .kind = "", .evidence = ""};
  const Screen opened =
      pools_edited(city.state(), [&](const Hash&) { return std::optional(content); });
  ASSERT_EQ(opened.findings.size(), 1u);
  EXPECT_EQ(opened.findings[0].evidence.positions, std::vector<std::uint64_t>{at});
  const std::string said = opened.findings[0].what.en;
  EXPECT_NE(said.find("; 1 conflicts were ended; visit 1 was given"), std::string::npos) << said;
  const std::string closed = pools_edited(city.state(), {}).findings.at(0).what.en;
  EXPECT_NE(closed.find("1 of which were not opened"), std::string::npos) << closed;
  EXPECT_EQ(closed.find("visit 1"), std::string::npos) << closed;
}

}  // namespace
}  // namespace liuhen::projections
