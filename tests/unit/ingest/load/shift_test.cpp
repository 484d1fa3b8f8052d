// Where a thread's time goes.
#include "daemon/ingest/load/shift.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace slipway::ingest {
namespace {

TEST(Shift, TellsWorkFromWaiting) {
  const Shift shift;
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  {
    const Wait wait(WaitsFor::server);
    std::this_thread::sleep_for(std::chrono::milliseconds(70));
  }
  const LoadTimes idle = shift.times();
  EXPECT_GE(idle.source, 0.049);
  EXPECT_GE(idle.server, 0.069);
  EXPECT_LT(idle.work, idle.source);
  volatile unsigned sum = 0;
  for (unsigned i = 0; i < 20'000'000; ++i) sum = sum + i;
  EXPECT_GT(shift.times().work, idle.work);
  EXPECT_EQ(shift.times().server, idle.server);
}

TEST(Shift, WhatAnotherThreadOfOursDoesMeanwhileIsWork) {
  const Shift shift;
  {
    const Wait wait(WaitsFor::own_thread);
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  EXPECT_GE(shift.times().work, 0.049);
  EXPECT_EQ(shift.times().server, 0);
}

TEST(Shift, OtherThreadsHaveTheirOwn) {
  const Shift shift;
  std::thread([] {
    const Wait wait(WaitsFor::server);  // without a shift
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }).join();
  EXPECT_EQ(shift.times().server, 0);
}

}  // namespace
}  // namespace slipway::ingest
