#include "logwood/runtime.h"

#include <chrono>
#include <gtest/gtest.h>
#include <latch>
#include <memory>
#include <set>

namespace logwood {
namespace {

TEST(DefaultRuntime, IsOneForTheProcessAndSchedulesNothing) {
  EXPECT_EQ(&Runtime::Default(), &Runtime::Default());
  EXPECT_EQ(Runtime::Default().scheduler(), nullptr);
}

TEST(DefaultRuntime, TimeNeverGoesBack) {
  std::chrono::nanoseconds last = Runtime::Default().Now();
  for (int i = 0; i < 1000; ++i) {
    const std::chrono::nanoseconds now = Runtime::Default().Now();
    ASSERT_GE(now, last);
    last = now;
  }
}

TEST(DefaultRuntime, DrawsAllSixtyFourBits) {
  std::set<uint64_t> drawn;
  uint64_t ones = 0;
  uint64_t zeros = 0;
  for (int i = 0; i < 100; ++i) {
    const uint64_t number = Runtime::Default().Random();
    drawn.insert(number);
    ones |= number;
    zeros |= ~number;
  }
  EXPECT_EQ(drawn.size(), 100u);
  EXPECT_EQ(ones, ~uint64_t{0});
  EXPECT_EQ(zeros, ~uint64_t{0});
}

// So that a long merge never keeps a flush waiting.
TEST(DefaultRuntime, RunsTwoJobsAtOnce) {
  const auto both = std::make_shared<std::latch>(3);  // Shared with the jobs, which may end after the test.
  for (int i = 0; i < 2; ++i) Runtime::Default().Execute([both] { both->arrive_and_wait(); });
  both->arrive_and_wait();
}

}  // namespace
}  // namespace logwood
