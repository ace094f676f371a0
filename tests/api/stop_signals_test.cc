#include "api/server/stop_signals.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <condition_variable>
#include <cstdio>
#include <mutex>

#include "tests/slower.h"

namespace liuhen::api::server {
namespace {

using std::chrono::milliseconds;

// Counts, and lets one wait for the count.
class Times {
 public:
  void happened() {
    const std::lock_guard lock(mutex_);
    ++count_;
    change_.notify_all();
  }
  bool reach(int wanted) {
    std::unique_lock lock(mutex_);
    return change_.wait_for(lock, std::chrono::seconds(20 * tests::kSlower),
                            [&] { return count_ >= wanted; });
  }
  int count() {
    const std::lock_guard lock(mutex_);
    return count_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable change_;
  int count_ = 0;
};

void (*handler_of(int number))(int) {
  struct sigaction now {};
  EXPECT_EQ(::sigaction(number, nullptr, &now), 0);
  return now.sa_handler;
}

TEST(StopSignals, ActsOnEachAndPutsBackWhatWasThere) {
  const auto interrupt = handler_of(SIGINT), terminate = handler_of(SIGTERM),
             hangup = handler_of(SIGHUP);
  Times stops, hangups;
  {
    StopSignals signals({.stop = [&] { stops.happened(); },
                         .hangup = [&] { hangups.happened(); },
                         .stuck = [] {},
                         .patience = std::chrono::seconds(60)});
    ASSERT_EQ(::raise(SIGHUP), 0);
    EXPECT_TRUE(hangups.reach(1));
    ASSERT_EQ(::raise(SIGHUP), 0);
    EXPECT_TRUE(hangups.reach(2));
    EXPECT_EQ(stops.count(), 0);
    ASSERT_EQ(::raise(SIGTERM), 0);
    EXPECT_TRUE(stops.reach(1));
    ASSERT_EQ(::raise(SIGINT), 0);  // it is stopping already
  }
  EXPECT_EQ(stops.count(), 1);
  EXPECT_EQ(handler_of(SIGINT), interrupt);
  EXPECT_EQ(handler_of(SIGTERM), terminate);
  EXPECT_EQ(handler_of(SIGHUP), hangup);
}

TEST(StopSignals, LeavesHangupsAloneWhereNothingIsToBeDone) {
  const auto hangup = handler_of(SIGHUP);
  const StopSignals signals({.stop = [] {}, .hangup = {}, .stuck = [] {}, .patience = {}});
  EXPECT_EQ(handler_of(SIGHUP), hangup);
}

TEST(StopSignals, EndsTheProcessThatDoesNotStop) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        const StopSignals signals({.stop = [] {},
                                   .hangup = {},
                                   .stuck = [] { std::fputs("stuck", stderr); },
                                   .patience = milliseconds(1'050)});
        ::raise(SIGTERM);
        std::this_thread::sleep_for(std::chrono::seconds(60));
      },
      testing::ExitedWithCode(1), "stuck");
}

TEST(StopSignals, LeavesTheProcessAloneThatStopsInTime) {
  Times stops;
  StopSignals signals({.stop = [&] { stops.happened(); },
                       .hangup = {},
                       .stuck = [] { std::fputs("stuck", stderr); },
                       .patience = milliseconds(200)});
  ASSERT_EQ(::raise(SIGTERM), 0);
  ASSERT_TRUE(stops.reach(1));
  signals.ended();
  std::this_thread::sleep_for(milliseconds(400));
}

}  // namespace
}  // namespace liuhen::api::server
