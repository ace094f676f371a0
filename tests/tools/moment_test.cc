// Times as people type them. The Unix seconds are those of date(1).
#include "tools/moment.h"

#include <gtest/gtest.h>

#include "projections/calendar.h"

namespace liuhen::tests {
namespace {

using tools::parse_moment;

TEST(Moment, IsATimeInBeijingOrAUnixSecond) {
  EXPECT_EQ(parse_moment("2026-12-01 09:00"), 1'796'086'800u);
  EXPECT_EQ(parse_moment("2026-12-01T09:00:00"), 1'796'086'800u);
  EXPECT_EQ(parse_moment("2024-02-29 00:00:01"), 1'709'136'001u);
  EXPECT_EQ(parse_moment("1970-01-01 08:00"), 0u);
  EXPECT_EQ(parse_moment("9999-12-31 23:59:59"), 253'402'271'999u);
  EXPECT_EQ(parse_moment("1796086800"), 1'796'086'800u);
  EXPECT_EQ(parse_moment("0"), 0u);
}

TEST(Moment, NothingElseIsTaken) {
  for (const char* wrong : {"",
                            "-1",
                            "+1",
                            "1.5",
                            "2026-12-01",
                            "2026-12-01 9:00",
                            "2026-12-01 24:00",
                            "2026-12-01 09:60",
                            "2026-12-01 09:00:60",
                            "2026-02-29 09:00",
                            "2026-13-01 09:00",
                            "2026-00-01 09:00",
                            "2026/12/01 09:00",
                            "2026-12-01 09:00 ",
                            " 2026-12-01 09:00",
                            "2026-12-01 09:00:0",
                            "20a6-12-01 09:00",
                            "2026-12-01 0-:00",
                            "1970-01-01 07:59",
                            "18446744073709551616",
                            "2026-12-01 09:00Z"})
    EXPECT_FALSE(parse_moment(wrong)) << wrong;
}

TEST(Moment, IsWhatIsPrinted) {
  for (const std::uint64_t time :
       {std::uint64_t{1}, std::uint64_t{1'709'136'001}, projections::kLastDatedS})
    EXPECT_EQ(parse_moment(projections::time_text(time)), time);
  EXPECT_EQ(projections::time_text(1'796'086'800), "2026-12-01 09:00:00");
  EXPECT_EQ(projections::time_text(projections::kLastDatedS + 1), "Unix 253402272000");
  EXPECT_EQ(projections::time_text(UINT64_MAX), "Unix 18446744073709551615");
}

}  // namespace
}  // namespace liuhen::tests
