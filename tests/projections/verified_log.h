// What the verifier says of a log in memory.
#pragma once

#include <gtest/gtest.h>

#include "projections/verify.h"
#include "projections/verify_summary.h"
#include "tests/projections/city_log.h"

namespace liuhen::projections {

using ledger::Verdict;
using tests::City;
using tests::CityDraw;
using tests::CityLog;
using tests::forged_entry;

inline Report check(CityLog& log, const OpenConflict& open = {}, std::uint64_t now = 0) {
  VerifyOptions options;
  options.open = open;
  options.now_s = now;
  options.threads = 1;
  return verify_log(log, options);
}

inline std::string ids(const Report& report, bool Guarantee::*which) {
  std::string out;
  for (const Guarantee& guarantee : report.guarantees) {
    if (guarantee.*which) out += guarantee.id + " ";
  }
  return out;
}

inline void expect_verified(const Report& report) {
  EXPECT_EQ(report.verdict, Verdict::verified)
      << (report.finding ? report.finding->code + ": " + report.finding->en : "");
}
inline void expect_violated(const Report& report, std::uint64_t position, const std::string& code) {
  ASSERT_EQ(report.verdict, Verdict::violated);
  EXPECT_EQ(report.finding->code, code) << report.finding->en;
  ASSERT_TRUE(report.position.has_value()) << report.finding->en;
  EXPECT_EQ(*report.position, position) << report.finding->en;
  const std::string broken = ids(report, &Guarantee::broken);
  EXPECT_EQ(std::ranges::count(broken, 'G'), 1) << broken;
  // All but one have been checked to the end where what is wrong is what never happened; what is
  // wrong with a draw leaves the log itself checked; and at anything else the replay ends.
  const std::string checked = report.wrong_draws.empty() ? ""
                              : code == "draw.escape"    ? "G1 G3 G4 G5 G7 G8 G9 G10 G12 "
                                                         : "G1 ";
  EXPECT_EQ(ids(report, &Guarantee::checked), checked);
}

}  // namespace liuhen::projections
