#include "base/thread_pool.h"

#include <atomic>
#include <chrono>
#include <gtest/gtest.h>
#include <latch>
#include <memory>
#include <vector>

namespace logwood {
namespace {

TEST(ThreadPool, OneThreadRunsJobsInTheOrderInWhichTheyCame) {
  std::vector<int> order;
  {
    ThreadPool threads(1);
    for (int i = 0; i < 100; ++i) threads.Run([&order, i] { order.push_back(i); });
  }
  ASSERT_EQ(order.size(), 100u);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(order[static_cast<size_t>(i)], i);
}

TEST(ThreadPool, RunsAsManyJobsAtOnceAsItHasThreads) {
  std::latch all_started(3);
  ThreadPool threads(3);
  for (int i = 0; i < 3; ++i) threads.Run([&] { all_started.arrive_and_wait(); });
  all_started.wait();
}

TEST(ThreadPool, RunsJobsThatJobsAddEvenWhileItEnds) {
  std::atomic<int> count = 0;
  {
    ThreadPool threads(2);
    for (int i = 0; i < 10; ++i) {
      threads.Run([&] {
        ++count;
        threads.Run([&] { ++count; });
      });
    }
  }
  EXPECT_EQ(count, 20);
}

TEST(ThreadPool, LetsGoOfAJobBeforeTheNext) {
  auto held = std::make_shared<int>(0);
  const std::weak_ptr<int> watched = held;
  bool gone = false;
  {
    ThreadPool threads(1);
    threads.Run([held = std::move(held)] {});
    threads.Run([&] { gone = watched.expired(); });
  }
  EXPECT_TRUE(gone);
}

TEST(ThreadPool, RunsJobsOnceTheirTimeHasCome) {
  using std::chrono::milliseconds;
  const auto begun = std::chrono::steady_clock::now();
  std::vector<int> order;
  std::latch done(2);
  ThreadPool threads(1);
  const auto add = [&](int number) {
    order.push_back(number);
    done.count_down();
  };
  threads.RunAfter(milliseconds(20), [&] { add(2); });
  threads.RunAfter(milliseconds(5), [&] { add(1); });
  done.wait();
  EXPECT_GE(std::chrono::steady_clock::now() - begun, milliseconds(20));
  EXPECT_EQ(order, (std::vector{1, 2}));
}

TEST(ThreadPool, DropsJobsWhoseTimeHasNotCome) {
  auto held = std::make_shared<int>(0);
  const std::weak_ptr<int> watched = held;
  std::atomic<int> count = 0;
  {
    ThreadPool threads(2);
    threads.RunAfter(std::chrono::hours(1), [&count, held = std::move(held)] { ++count; });
    threads.Run([&] { ++count; });
  }
  EXPECT_EQ(count, 1);
  EXPECT_TRUE(watched.expired());
}

}  // namespace
}  // namespace logwood
