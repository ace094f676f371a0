#include "api/server/open_files.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cstdlib>

namespace liuhen::tests {
namespace {

using api::server::connections_that_fit;
using api::server::kOpenFilesReserved;

// In a process of its own, whose limits end with it: 0 if so many of 1,024 fit, and the soft limit
// is `left` then.
[[noreturn]] void exit_with(rlim_t soft, rlim_t hard, unsigned fit, rlim_t left) {
  rlimit limit{.rlim_cur = soft, .rlim_max = hard};
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) std::exit(2);
  const bool as_expected = connections_that_fit(1'024) == fit;
  ::getrlimit(RLIMIT_NOFILE, &limit);
  std::exit(as_expected && limit.rlim_cur == left ? 0 : 1);
}

TEST(OpenFiles, TheLimitIsRaisedOrFewerConnectionsAreTaken) {
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  if (limit.rlim_max < 4'096) GTEST_SKIP() << "fewer than 4,096 open files are allowed here";
  constexpr rlim_t kNeeded = 1'024 + kOpenFilesReserved;
  const auto well = ::testing::ExitedWithCode(0);
  EXPECT_EXIT(exit_with(256, 4'096, 1'024, kNeeded), well, "");
  EXPECT_EXIT(exit_with(4'096, 4'096, 1'024, 4'096), well, "");
  EXPECT_EXIT(exit_with(1'024, 1'500, 1'500 - kOpenFilesReserved, 1'500), well, "");
  EXPECT_EXIT(exit_with(1'024, 1'024, 512, 1'024), well, "");
}

}  // namespace
}  // namespace liuhen::tests
