// A clock that steps, and one that goes right.
#include "ledger/guarded_clock.h"

#include <gtest/gtest.h>

namespace liuhen::ledger {
namespace {

struct Machine final : Clock {
  std::uint64_t wall = 1'800'000'000, boot = 50;
  std::uint64_t now_s() override { return wall; }
  void pass(std::uint64_t seconds) {
    wall += seconds;
    boot += seconds;
  }
};

TEST(GuardedClock, FollowsAClockThatGoesRightAndIsCorrectedALittle) {
  Machine machine;
  GuardedClock clock(machine, [&] { return machine.boot; });
  for (int i = 0; i < 100; ++i) {
    machine.pass(3'600);
    machine.wall += i % 2 == 0 ? kClockStepMaxS : -kClockStepMaxS;
    EXPECT_EQ(clock.now_s(), machine.wall);
    EXPECT_FALSE(clock.trouble());
  }
}

TEST(GuardedClock, AStepIsNotFollowedEitherWayAndHeals) {
  for (const std::int64_t step : {std::int64_t{40} * 86'400, std::int64_t{-3'600}}) {
    Machine machine;
    GuardedClock clock(machine, [&] { return machine.boot; });
    const std::uint64_t before = clock.now_s();
    machine.wall += static_cast<std::uint64_t>(step);
    machine.pass(10);
    EXPECT_EQ(clock.now_s(), before + 10);
    ASSERT_TRUE(clock.trouble());
    EXPECT_EQ(clock.trouble()->code, "clock.stepped");
    machine.pass(100'000);  // for as long as it takes
    EXPECT_EQ(clock.now_s(), before + 100'010);
    machine.wall -= static_cast<std::uint64_t>(step);
    EXPECT_EQ(clock.now_s(), machine.wall);
    EXPECT_FALSE(clock.trouble());
  }
}

TEST(GuardedClock, WhatItSaidFirstIsBelieved) {
  Machine machine;
  machine.wall = 5;
  GuardedClock clock(machine, [&] { return machine.boot; });
  EXPECT_EQ(clock.now_s(), 5u);
  EXPECT_FALSE(clock.trouble());
}

TEST(GuardedClock, TheMachinesOwnTimeSinceItsStartGoesOn) {
  SystemClock system;
  GuardedClock clock(system);
  EXPECT_LE(clock.now_s(), system.now_s());
  EXPECT_GT(GuardedClock::since_boot_s(), 0u);
  EXPECT_FALSE(clock.trouble());
}

}  // namespace
}  // namespace liuhen::ledger
