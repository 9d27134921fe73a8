#include "base/mutex.h"

#include <chrono>
#include <gtest/gtest.h>

#include "base/thread_pool.h"

namespace logwood {
namespace {

using std::chrono::nanoseconds;

TEST(Mutex, ExcludesOtherThreads) {
  Mutex mutex(Runtime::Default());
  int count = 0;
  {
    ThreadPool threads(4);
    for (int i = 0; i < 4; ++i) {
      threads.Run([&] {
        for (int j = 0; j < 2000; ++j) {
          const MutexLock lock(mutex);
          ++count;
        }
      });
    }
  }
  EXPECT_EQ(count, 8000);
}

// Two threads take turns, each waiting for the other.
TEST(Condition, HandsTurnsToAndFro) {
  Mutex mutex(Runtime::Default());
  Condition changed(Runtime::Default());
  int count = 0;
  {
    ThreadPool threads(2);
    for (int parity = 0; parity < 2; ++parity) {
      threads.Run([&, parity] {
        for (int i = 0; i < 100; ++i) {
          const MutexLock lock(mutex);
          while (count % 2 != parity) changed.Wait(mutex);
          ++count;
          changed.NotifyOne();
        }
      });
    }
  }
  EXPECT_EQ(count, 200);
}

TEST(Condition, NotifyAllWakesEveryWaiter) {
  Mutex mutex(Runtime::Default());
  Condition changed(Runtime::Default());
  int waiting = 0;
  bool go = false;
  ThreadPool threads(3);
  for (int i = 0; i < 3; ++i) {
    threads.Run([&] {
      const MutexLock lock(mutex);
      ++waiting;
      changed.NotifyAll();
      while (!go) changed.Wait(mutex);
      --waiting;
      changed.NotifyAll();
    });
  }
  const MutexLock lock(mutex);
  while (waiting < 3) changed.Wait(mutex);
  go = true;
  changed.NotifyAll();
  while (waiting > 0) changed.Wait(mutex);
}

TEST(Condition, WaitForGivesUpAfterTheTimeoutAndHoldsTheMutex) {
  Mutex mutex(Runtime::Default());
  Condition never(Runtime::Default());
  const nanoseconds before = Runtime::Default().Now();
  {
    const MutexLock lock(mutex);
    while (never.WaitFor(mutex, std::chrono::milliseconds(2))) {
    }
  }
  EXPECT_GE(Runtime::Default().Now() - before, std::chrono::milliseconds(2));
  const MutexLock lock(mutex);
}

TEST(Condition, WaitForTheLongestTimeDoesNotGiveUpAtOnce) {
  Mutex mutex(Runtime::Default());
  Condition changed(Runtime::Default());
  bool done = false;
  ThreadPool threads(1);
  const MutexLock lock(mutex);
  threads.Run([&] {
    const MutexLock inner(mutex);
    done = true;
    changed.NotifyOne();
  });
  bool notified = true;
  while (!done && notified) notified = changed.WaitFor(mutex, nanoseconds::max());
  EXPECT_TRUE(notified);
}

}  // namespace
}  // namespace logwood
