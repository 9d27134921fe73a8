#include "logwood/testing/simulator.h"

#include <chrono>
#include <cstdint>
#include <fstream>
#include <functional>
#include <gtest/gtest.h>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "base/mutex.h"

namespace logwood::testing {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

// Two actors that hand a number to and fro over one mutex and one condition.
class PingPong {
 public:
  explicit PingPong(Simulator& simulator) : mutex_(simulator), changed_(simulator) {
    simulator.Spawn("even", [this] { Play(0); });
    simulator.Spawn("odd", [this] { Play(1); });
  }

  [[nodiscard]] int count() const { return count_; }

 private:
  void Play(int parity) {
    for (int i = 0; i < 10; ++i) {
      const MutexLock lock(mutex_);
      while (count_ % 2 != parity) changed_.Wait(mutex_);
      ++count_;
      changed_.NotifyAll();
    }
  }

  Mutex mutex_;
  Condition changed_;
  int count_ = 0;
};

SimulationReport PlayPingPong(uint64_t seed) {
  Simulator simulator(seed);
  const PingPong game(simulator);
  const SimulationReport report = simulator.Run();
  EXPECT_EQ(game.count(), 20);
  return report;
}

TEST(Simulator, TheSameSeedGivesTheSameTrace) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    const SimulationReport first = PlayPingPong(seed);
    const SimulationReport second = PlayPingPong(seed);
    EXPECT_TRUE(first.completed()) << first;
    EXPECT_EQ(first.seed, seed);
    EXPECT_EQ(first.steps, second.steps) << "seed " << seed;
    EXPECT_EQ(first.trace_hash, second.trace_hash) << "seed " << seed;
  }
}

TEST(Simulator, DifferentSeedsGiveDifferentTraces) {
  std::set<uint64_t> hashes;
  for (uint64_t seed = 1; seed <= 40; ++seed) hashes.insert(PlayPingPong(seed).trace_hash);
  // Runs without a random switch may be alike.
  EXPECT_GT(hashes.size(), 20u);
}

using Act = std::function<void(Scheduler&)>;

// Two actors that do one thing each.
uint64_t TraceHash(uint64_t seed, const Act& first, const Act& second) {
  Simulator simulator(seed);
  simulator.Spawn("first", [&] { first(*simulator.scheduler()); });
  simulator.Spawn("second", [&] { second(*simulator.scheduler()); });
  return simulator.Run().trace_hash;
}

TEST(Simulator, TraceHashTellsNamesKindsAndActorsOfPointsApart) {
  const Act nothing = [](Scheduler&) {};
  const Act append = [](Scheduler& scheduler) { scheduler.Yield("append"); };
  const Act sync = [](Scheduler& scheduler) { scheduler.Yield("sync"); };
  const Act notify_one = [](Scheduler& scheduler) { scheduler.NotifyOne(&scheduler); };
  const Act notify_all = [](Scheduler& scheduler) { scheduler.NotifyAll(&scheduler); };
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    EXPECT_EQ(TraceHash(seed, append, nothing), TraceHash(seed, append, nothing));
    EXPECT_NE(TraceHash(seed, append, nothing), TraceHash(seed, sync, nothing));
    EXPECT_NE(TraceHash(seed, append, nothing), TraceHash(seed, nothing, append));
    EXPECT_NE(TraceHash(seed, notify_one, nothing), TraceHash(seed, notify_all, nothing));
  }
}

TEST(Simulator, TraceHasALineForEachStep) {
  std::ostringstream trace;
  Simulator simulator(SimulatorOptions{.trace = &trace});
  Mutex mutex(simulator);
  Condition condition(simulator);
  simulator.Spawn("only", [&] {
    const MutexLock lock(mutex);
    condition.NotifyOne();
    condition.NotifyAll();
    condition.WaitFor(mutex, milliseconds(1));
    simulator.scheduler()->Yield("store.sync");
  });
  EXPECT_EQ(simulator.Run().steps, 7u);
  EXPECT_EQ(trace.str(),
            "1 only start\n1 only lock\n1 only notify one\n1 only notify all\n1 only wait\n1 only store.sync\n"
            "1 only unlock\n");
}

TEST(Simulator, MutexExcludesTheOtherActors) {
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    Simulator simulator(seed);
    Mutex mutex(simulator);
    int inside = 0;
    for (int i = 0; i < 3; ++i) {
      simulator.Spawn("actor", [&] {
        const MutexLock lock(mutex);
        EXPECT_EQ(++inside, 1) << "seed " << seed;
        simulator.scheduler()->Yield("inside");
        --inside;
      });
    }
    EXPECT_TRUE(simulator.Run().completed()) << "seed " << seed;
  }
}

TEST(Simulator, OnlyOneActorRunsAtATime) {
  Simulator simulator(3);
  int unguarded = 0;  // A race unless the baton orders all accesses.
  for (int i = 0; i < 4; ++i) {
    simulator.Spawn("actor", [&] {
      for (int j = 0; j < 50; ++j) {
        ++unguarded;
        simulator.scheduler()->Yield("added");
      }
    });
  }
  EXPECT_TRUE(simulator.Run().completed());
  EXPECT_EQ(unguarded, 200);
}

// Conditions and time.

TEST(SimulatorCondition, NotifyOneWakesOneOfTheWaitersAndAnyInTurn) {
  std::set<int> woken;
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    Simulator simulator(seed);
    Mutex mutex(simulator);
    Condition condition(simulator);
    int waiting = 0;
    for (int i = 0; i < 3; ++i) {
      simulator.Spawn("waiter", [&, i] {
        const MutexLock lock(mutex);
        ++waiting;
        condition.Wait(mutex);
        woken.insert(i);
        EXPECT_EQ(waiting, 3);
        ++waiting;
      });
    }
    simulator.Spawn("notifier", [&] {
      while (waiting < 3) simulator.scheduler()->Yield("poll");
      const MutexLock lock(mutex);
      condition.NotifyOne();
    });
    const SimulationReport report = simulator.Run();
    EXPECT_EQ(report.end, SimulationEnd::kDeadlock) << report;
    EXPECT_EQ(waiting, 4) << report;
  }
  EXPECT_EQ(woken.size(), 3u);
}

TEST(SimulatorTime, JumpsToTheEarliestTimeoutWhenNobodyCanRun) {
  Simulator simulator(1);
  Mutex mutex(simulator);
  Condition never(simulator);
  std::vector<int> order;
  const nanoseconds start = simulator.Now();
  for (const int wait_hours : {3, 1, 2}) {
    simulator.Spawn("sleeper", [&, wait_hours] {
      const MutexLock lock(mutex);
      EXPECT_FALSE(never.WaitFor(mutex, hours(wait_hours)));
      EXPECT_GE(simulator.Now(), start + hours(wait_hours));
      EXPECT_LT(simulator.Now(), start + hours(wait_hours) + milliseconds(1));
      order.push_back(wait_hours);
    });
  }
  EXPECT_TRUE(simulator.Run().completed());
  EXPECT_EQ(order, (std::vector<int>{1, 2, 3}));
}

TEST(SimulatorTime, ANotifiedWaitReturnsTrueAndCostsNoTime) {
  Simulator simulator(1);
  Mutex mutex(simulator);
  Condition changed(simulator);
  bool done = false;
  simulator.Spawn("waiter", [&] {
    const MutexLock lock(mutex);
    while (!done) {
      EXPECT_TRUE(changed.WaitFor(mutex, hours(1)));
    }
  });
  simulator.Spawn("notifier", [&] {
    const MutexLock lock(mutex);
    done = true;
    changed.NotifyAll();
  });
  const nanoseconds start = simulator.Now();
  EXPECT_TRUE(simulator.Run().completed());
  EXPECT_LT(simulator.Now(), start + milliseconds(1));
}

TEST(SimulatorTime, ATimeoutIsForgottenByTheNextWait) {
  Simulator simulator(1);
  Mutex mutex(simulator);
  Condition changed(simulator);
  bool waits_again = false;
  simulator.Spawn("waiter", [&] {
    const MutexLock lock(mutex);
    EXPECT_FALSE(changed.WaitFor(mutex, hours(1)));
    waits_again = true;
    EXPECT_TRUE(changed.WaitFor(mutex, hours(1)));
  });
  simulator.Spawn("notifier", [&] {
    const MutexLock lock(mutex);
    Condition never(simulator);
    while (!waits_again) never.WaitFor(mutex, std::chrono::minutes(40));
    changed.NotifyOne();
  });
  const SimulationReport report = simulator.Run();
  EXPECT_TRUE(report.completed()) << report;
}

TEST(SimulatorTime, PassesWithTheStepsOfOthers) {
  Simulator simulator(1);
  Mutex mutex(simulator);
  Condition never(simulator);
  bool timed_out = false;
  simulator.Spawn("waiter", [&] {
    const MutexLock lock(mutex);
    timed_out = !never.WaitFor(mutex, milliseconds(1));
  });
  simulator.Spawn("busy", [&] {
    while (!timed_out) simulator.scheduler()->Yield("work");
  });
  const SimulationReport report = simulator.Run();
  EXPECT_TRUE(report.completed()) << report;
  EXPECT_GE(report.steps, 1000u);
}

TEST(SimulatorTime, RunsAJobOnceItsTimeHasCome) {
  Simulator simulator(1);
  std::vector<int> order;
  const nanoseconds start = simulator.Now();
  const auto run_after = [&](int delay_hours) {
    simulator.ExecuteAfter(hours(delay_hours), [&, delay_hours] {
      EXPECT_GE(simulator.Now(), start + hours(delay_hours));
      order.push_back(delay_hours);
    });
  };
  run_after(2);  // Before the run; the others within it.
  simulator.Spawn("actor", [&] {
    run_after(3);
    run_after(1);
  });
  const SimulationReport report = simulator.Run();
  EXPECT_TRUE(report.completed()) << report;
  EXPECT_EQ(order, (std::vector{1, 2, 3}));
}

TEST(SimulatorTime, TheLongestTimeoutIsNoTimeout) {
  Simulator simulator(1);
  Mutex mutex(simulator);
  Condition never(simulator);
  simulator.Spawn("waiter", [&] {
    const MutexLock lock(mutex);
    never.WaitFor(mutex, nanoseconds::max());
  });
  EXPECT_EQ(simulator.Run().end, SimulationEnd::kDeadlock);
}

TEST(Simulator, RandomIsDecidedByTheSeed) {
  Simulator a(1);
  Simulator b(1);
  Simulator c(2);
  const uint64_t drawn = a.Random();
  EXPECT_EQ(b.Random(), drawn);
  EXPECT_NE(c.Random(), drawn);
  EXPECT_NE(a.Random(), drawn);
}

// Jobs, and actors that come and go.

TEST(SimulatorJobs, RunAsActorsAndTheRunWaitsForThem) {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    Simulator simulator(seed);
    Mutex mutex(simulator);
    Condition changed(simulator);
    int done = 0;
    const auto work = [&] {
      const MutexLock lock(mutex);
      ++done;
      changed.NotifyAll();
    };
    simulator.Spawn("caller", [&] {
      for (int i = 0; i < 5; ++i) simulator.Execute(work);
      const MutexLock lock(mutex);
      while (done < 3) changed.Wait(mutex);
    });
    EXPECT_TRUE(simulator.Run().completed()) << "seed " << seed;
    EXPECT_EQ(done, 5) << "seed " << seed;
  }
}

TEST(SimulatorJobs, InterleaveWithTheirCallerInBothOrders) {
  std::set<bool> job_ran_first;
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    Simulator simulator(seed);
    bool ran = false;
    simulator.Spawn("caller", [&] {
      simulator.Execute([&] { ran = true; });
      simulator.scheduler()->Yield("after");
      job_ran_first.insert(ran);
    });
    simulator.Run();
  }
  EXPECT_EQ(job_ran_first.size(), 2u);
}

// In pages.
uint64_t AddressSpace() {
  uint64_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return pages;
}

// Threads that have ended keep their stacks, 8 MiB mostly, until somebody joins them.
TEST(SimulatorJobs, ThousandsOfThemDoNotPileUpStacks) {
  Simulator simulator(1);
  int done = 0;
  const uint64_t before = AddressSpace();
  simulator.Spawn("caller", [&] {
    for (int i = 0; i < 2000; ++i) {
      simulator.Execute([&] { ++done; });
      while (done <= i) simulator.scheduler()->Yield("poll");
    }
    EXPECT_LT(AddressSpace(), before + 1'000'000);
  });
  EXPECT_TRUE(simulator.Run().completed());
  EXPECT_EQ(done, 2000);
}

TEST(Simulator, RunsInTurnContinueTimeAndTrace) {
  Simulator simulator(1);
  simulator.Spawn("first", [] {});
  const SimulationReport first = simulator.Run();
  const nanoseconds between = simulator.Now();
  simulator.Spawn("second", [] {});
  const SimulationReport second = simulator.Run();
  EXPECT_EQ(first.steps, 1u);
  EXPECT_EQ(second.steps, 2u);
  EXPECT_NE(first.trace_hash, second.trace_hash);
  EXPECT_GT(simulator.Now(), between);
}

TEST(Simulator, LocksCostNothingBetweenRuns) {
  Simulator simulator(1);
  Mutex mutex(simulator);
  Condition condition(simulator);
  {
    const MutexLock lock(mutex);
    condition.NotifyOne();
    condition.NotifyAll();
    const nanoseconds before = simulator.Now();
    EXPECT_FALSE(condition.WaitFor(mutex, hours(1)));
    EXPECT_EQ(simulator.Now(), before + hours(1));
  }
  simulator.scheduler()->Yield("nobody else");
  EXPECT_EQ(simulator.Run().steps, 0u);
}

// Locks in its destructor, which thus belongs to the turn of the actor whose thread ends.
struct LocksAtTheEnd {
  Mutex* mutex = nullptr;
  int* count = nullptr;
  ~LocksAtTheEnd() {
    if (mutex == nullptr) return;
    const MutexLock lock(*mutex);
    ++*count;
  }
};

TEST(Simulator, DestructorsOfThreadLocalObjectsBelongToTheActor) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    Simulator simulator(seed);
    Mutex mutex(simulator);
    int count = 0;
    for (int i = 0; i < 3; ++i) {
      simulator.Spawn("actor", [&] {
        thread_local LocksAtTheEnd last;
        last.mutex = &mutex;
        last.count = &count;
      });
    }
    EXPECT_TRUE(simulator.Run().completed()) << "seed " << seed;
    EXPECT_EQ(count, 3) << "seed " << seed;
  }
}

}  // namespace
}  // namespace logwood::testing
