// How runs end that do not complete: what is reported, and what becomes of the actors that are left.
#include <gtest/gtest.h>
#include <memory>
#include <string>

#include "base/mutex.h"
#include "logwood/testing/simulator.h"

namespace logwood::testing {
namespace {

void LockTwice(Mutex& mutex) NO_THREAD_SAFETY_ANALYSIS {
  mutex.Lock();
  mutex.Lock();
}

TEST(SimulatorReport, NumbersMutexesWithoutAName) {
  Simulator simulator(1);
  Mutex mutex(simulator);
  simulator.Spawn("only", [&] { LockTwice(mutex); });
  const SimulationReport report = simulator.Run();
  EXPECT_EQ(report.end, SimulationEnd::kDeadlock);
  EXPECT_EQ(report.actors,
            "actor 1 \"only\" waits for mutex number 1, held by actor 1 \"only\"; holds mutex number 1\n");
}

TEST(SimulatorReport, StepLimitEndsALivelockAndSaysWhereTheActorsAre) {
  Simulator simulator(SimulatorOptions{.step_limit = 1000});
  Mutex mutex(simulator);
  bool flag = false;
  simulator.Spawn("poller", [&] {
    const MutexLock lock(mutex);
    while (!flag) simulator.scheduler()->Yield("poll");
  });
  const SimulationReport report = simulator.Run();
  EXPECT_EQ(report.end, SimulationEnd::kStepLimit);
  EXPECT_EQ(report.steps, 1000u);
  EXPECT_EQ(report.actors, "actor 1 \"poller\" can run, at \"poll\"; holds mutex number 1\n");
}

TEST(SimulatorReport, PollingDoesNotStarveTheOtherActor) {
  for (uint64_t seed = 1; seed <= 30; ++seed) {
    Simulator simulator(seed);
    bool flag = false;
    simulator.Spawn("poller", [&] {
      while (!flag) simulator.scheduler()->Yield("poll");
    });
    simulator.Spawn("setter", [&] { flag = true; });
    EXPECT_TRUE(simulator.Run().completed()) << "seed " << seed;
  }
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

// What is left of a run that did not complete.

TEST(SimulatorDisposal, UnwindsActorsWhoseDestructorsLockAndNotify) {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    Simulator simulator(seed);
    Mutex mutex(simulator);
    Condition never(simulator);
    int destroyed = 0;
    const auto wait_forever = [&] {
      const LocksAtTheEnd end{&mutex, &destroyed};
      const MutexLock lock(mutex);
      never.Wait(mutex);
      ADD_FAILURE() << "went on after the end";
    };
    simulator.Spawn("one", wait_forever);
    simulator.Spawn("two", wait_forever);
    EXPECT_EQ(simulator.Run().end, SimulationEnd::kDeadlock) << "seed " << seed;
    EXPECT_EQ(destroyed, 2) << "seed " << seed;
    simulator.Spawn("three", [&] { const MutexLock lock(mutex); });
    EXPECT_TRUE(simulator.Run().completed()) << "seed " << seed;
  }
}

TEST(SimulatorDisposal, LeavesMutexesFreeForTheNextRun) {
  Simulator simulator(1);
  Mutex mutex(simulator);
  simulator.Spawn("deadlocks", [&] { LockTwice(mutex); });
  EXPECT_EQ(simulator.Run().end, SimulationEnd::kDeadlock);
  simulator.Spawn("locks", [&] { const MutexLock lock(mutex); });
  const SimulationReport report = simulator.Run();
  EXPECT_TRUE(report.completed()) << report;
}

TEST(SimulatorDisposal, DestroysWhatNeverStarted) {
  const auto held = std::make_shared<int>(0);
  {
    Simulator simulator(SimulatorOptions{.policy = SchedulingPolicy::kUniform, .step_limit = 1});
    for (int i = 0; i < 3; ++i) simulator.Spawn("actor", [held] { ADD_FAILURE() << "ran after the last step"; });
    EXPECT_EQ(simulator.Run().end, SimulationEnd::kStepLimit);
    EXPECT_EQ(held.use_count(), 1);
    simulator.Spawn("never run", [held] {});
  }
  EXPECT_EQ(held.use_count(), 1);
}

TEST(SimulatorDisposal, JobsThatAreAddedWhileUnwindingAreDropped) {
  Simulator simulator(1);
  Mutex mutex(simulator);
  Condition never(simulator);
  struct AddsAJob {
    Simulator& simulator;
    ~AddsAJob() {
      simulator.Execute([] { ADD_FAILURE() << "ran after the end"; });
    }
  };
  simulator.Spawn("actor", [&] {
    const AddsAJob end{simulator};
    const MutexLock lock(mutex);
    never.Wait(mutex);
  });
  EXPECT_EQ(simulator.Run().end, SimulationEnd::kDeadlock);
  EXPECT_EQ(simulator.Run().end, SimulationEnd::kCompleted);
}

// What they refer to has to live as long as their threads: until the process ends.
struct Eternal {
  explicit Eternal(Simulator& simulator) : mutex(simulator), never(simulator) {}
  Mutex mutex;
  Condition never;
  int destroyed = 0;
};

TEST(SimulatorDisposal, ParksActorsThatAreToBeLeftAsTheyAre) {
  Simulator simulator(SimulatorOptions{.disposal = Disposal::kPark});
  const auto eternal = std::make_shared<Eternal>(simulator);
  simulator.Spawn("actor", [eternal] {
    const LocksAtTheEnd end{&eternal->mutex, &eternal->destroyed};
    const MutexLock lock(eternal->mutex);
    eternal->never.Wait(eternal->mutex);
  });
  EXPECT_EQ(simulator.Run().end, SimulationEnd::kDeadlock);
  EXPECT_EQ(eternal->destroyed, 0);
}

TEST(SimulatorDisposal, ParksAnActorThatWaitsWhileItIsUnwound) {
  Simulator simulator(1);
  const auto eternal = std::make_shared<Eternal>(simulator);
  struct WaitsAtTheEnd {
    Eternal& eternal;
    ~WaitsAtTheEnd() {
      const MutexLock lock(eternal.mutex);
      for (;;) eternal.never.Wait(eternal.mutex);
    }
  };
  simulator.Spawn("actor", [eternal] {
    const WaitsAtTheEnd end{*eternal};
    const MutexLock lock(eternal->mutex);
    eternal->never.Wait(eternal->mutex);
  });
  EXPECT_EQ(simulator.Run().end, SimulationEnd::kDeadlock);
}

using SimulatorDeathTest = ::testing::Test;

TEST(SimulatorDeathTest, UnlockingWhatOneDoesNotHoldEndsTheProcess) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        Simulator simulator(1);
        Mutex mutex(simulator);
        simulator.Spawn("actor", [&] { simulator.scheduler()->UnlockMutex(&mutex); });
        simulator.Run();
      },
      "owner != owners_.end");
}

TEST(SimulatorDeathTest, WaitingForEverBetweenRunsEndsTheProcess) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        Simulator simulator(1);
        Mutex mutex(simulator);
        Condition never(simulator);
        const MutexLock lock(mutex);
        never.Wait(mutex);
      },
      "timeout.has_value");
}

TEST(SimulatorDeathTest, AReportIsNotLostWhereUnwindingMeetsADestructor) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        Simulator simulator(1);
        Mutex mutex(simulator);
        simulator.Spawn("actor", [&]() noexcept { LockTwice(mutex); });
        simulator.Run();
      },
      "deadlock after .* steps");
}

}  // namespace
}  // namespace logwood::testing
