// The simulator proves itself: bugs that are planted here are found by some seed, and the right version passes all.
#include <cstdint>
#include <deque>
#include <functional>
#include <gtest/gtest.h>
#include <iostream>
#include <optional>
#include <string>

#include "base/mutex.h"
#include "logwood/testing/simulator.h"

namespace logwood::testing {
namespace {

constexpr uint64_t kSeeds = 300;

// Runs `body` with seed after seed until it says that the bug showed; returns that seed.
std::optional<uint64_t> FindSeed(const std::function<bool(uint64_t)>& body) {
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    if (body(seed)) return seed;
  }
  return std::nullopt;
}

// A planted bug: a lost wake-up.

enum class Check : uint8_t { kOutsideTheLock, kUnderTheLock };
enum class Notify : uint8_t { kBeforeTheChange, kAfterTheChange };

class ToyQueue {
 public:
  ToyQueue(Runtime& runtime, Check check, Notify notify)
      : check_(check), notify_(notify), mutex_(runtime), changed_(runtime) {}

  void Push(int item) {
    if (notify_ == Notify::kBeforeTheChange) changed_.NotifyOne();
    {
      const MutexLock lock(mutex_);
      items_.push_back(item);
    }
    if (notify_ == Notify::kAfterTheChange) changed_.NotifyOne();
  }

  int Pop() {
    if (check_ == Check::kOutsideTheLock) {
      while (items_.empty()) {
        const MutexLock lock(mutex_);
        changed_.Wait(mutex_);
      }
    }
    const MutexLock lock(mutex_);
    while (items_.empty()) changed_.Wait(mutex_);
    const int item = items_.front();
    items_.pop_front();
    return item;
  }

 private:
  const Check check_;
  const Notify notify_;
  Mutex mutex_;
  Condition changed_;
  std::deque<int> items_;
};

SimulationReport RunQueue(uint64_t seed, Check check, Notify notify) {
  Simulator simulator(seed);
  ToyQueue queue(simulator, check, notify);
  simulator.Spawn("consumer", [&] {
    for (int i = 0; i < 3; ++i) EXPECT_EQ(queue.Pop(), i);
  });
  simulator.Spawn("producer", [&] {
    for (int i = 0; i < 3; ++i) queue.Push(i);
  });
  return simulator.Run();
}

TEST(PlantedLostWakeUp, PredicateCheckedOutsideTheLockIsFoundAsADeadlock) {
  SimulationReport report;
  const auto found = FindSeed([&](uint64_t seed) {
    report = RunQueue(seed, Check::kOutsideTheLock, Notify::kAfterTheChange);
    return !report.completed();
  });
  ASSERT_TRUE(found.has_value()) << "none of " << kSeeds << " seeds shows it";
  std::cout << "lost wake-up (check outside the lock) by " << report;
  EXPECT_EQ(report.end, SimulationEnd::kDeadlock);
  EXPECT_NE(report.actors.find("\"consumer\" waits on condition"), std::string::npos) << report;
  EXPECT_EQ(report.trace_hash, RunQueue(*found, Check::kOutsideTheLock, Notify::kAfterTheChange).trace_hash);
}

TEST(PlantedLostWakeUp, NotificationBeforeTheChangeIsFoundAsADeadlock) {
  SimulationReport report;
  const auto found = FindSeed([&](uint64_t seed) {
    report = RunQueue(seed, Check::kUnderTheLock, Notify::kBeforeTheChange);
    return !report.completed();
  });
  ASSERT_TRUE(found.has_value()) << "none of " << kSeeds << " seeds shows it";
  std::cout << "lost wake-up (notified before the change) by " << report;
  EXPECT_EQ(report.end, SimulationEnd::kDeadlock);
}

TEST(PlantedLostWakeUp, TheRightQueuePassesEverySeed) {
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const SimulationReport report = RunQueue(seed, Check::kUnderTheLock, Notify::kAfterTheChange);
    EXPECT_TRUE(report.completed()) << report;
  }
}

// A planted bug: a commit that is published before it is synced.

enum class Publish : uint8_t { kBeforeTheSync, kAfterTheSync };

// Commits by several actors form a group: the first one in syncs for all who came until then.
class ToyCommitLog {
 public:
  ToyCommitLog(Runtime& runtime, Publish publish)
      : publish_(publish), runtime_(runtime), mutex_(runtime), changed_(runtime) {}

  void Commit() {
    const MutexLock lock(mutex_);
    const int sequence = ++appended_;
    while (published_ < sequence) {
      if (leader_is_busy_) {
        changed_.Wait(mutex_);
      } else {
        CommitGroup();
      }
    }
  }

  [[nodiscard]] int published() {
    const MutexLock lock(mutex_);
    return published_;
  }
  [[nodiscard]] int synced() const { return synced_; }

 private:
  void CommitGroup() REQUIRES(mutex_) {
    leader_is_busy_ = true;
    const int last = appended_;
    if (publish_ == Publish::kBeforeTheSync) published_ = last;
    mutex_.Unlock();
    Sync(last);
    mutex_.Lock();
    published_ = last;
    leader_is_busy_ = false;
    changed_.NotifyAll();
  }

  // The device: everything may happen while it works.
  void Sync(int last) {
    runtime_.scheduler()->Yield("sync begins");
    synced_ = last;
    runtime_.scheduler()->Yield("sync ends");
  }

  const Publish publish_;
  Runtime& runtime_;
  Mutex mutex_;
  Condition changed_;
  int appended_ = 0;
  int published_ = 0;
  int synced_ = 0;
  bool leader_is_busy_ = false;
};

// Whether a reader saw a commit that was not synced.
bool ReaderSeesUnsynced(uint64_t seed, Publish publish) {
  Simulator simulator(seed);
  ToyCommitLog log(simulator, publish);
  bool saw_unsynced = false;
  for (int i = 0; i < 2; ++i) {
    simulator.Spawn("writer", [&] {
      for (int j = 0; j < 3; ++j) log.Commit();
    });
  }
  simulator.Spawn("reader", [&] {
    for (int i = 0; i < 5; ++i) saw_unsynced = saw_unsynced || log.published() > log.synced();
  });
  const SimulationReport report = simulator.Run();
  EXPECT_TRUE(report.completed()) << report;
  EXPECT_EQ(log.published(), 6) << report;
  return saw_unsynced;
}

TEST(PlantedPublishBeforeSync, AReaderSeesAnUnsyncedCommit) {
  const auto found = FindSeed([](uint64_t seed) { return ReaderSeesUnsynced(seed, Publish::kBeforeTheSync); });
  ASSERT_TRUE(found.has_value()) << "none of " << kSeeds << " seeds shows it";
  std::cout << "publish before sync by seed " << *found << "\n";
  EXPECT_TRUE(ReaderSeesUnsynced(*found, Publish::kBeforeTheSync));
}

TEST(PlantedPublishBeforeSync, TheRightLogPassesEverySeed) {
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    EXPECT_FALSE(ReaderSeesUnsynced(seed, Publish::kAfterTheSync)) << "seed " << seed;
  }
}

void LockInOrder(Simulator& simulator, Mutex& first, Mutex& second) {
  const MutexLock outer(first);
  simulator.scheduler()->Yield("between the locks");
  const MutexLock inner(second);
}

TEST(PlantedLockOrderInversion, IsFoundAndTheReportNamesBothMutexes) {
  SimulationReport report;
  const auto found = FindSeed([&](uint64_t seed) {
    Simulator simulator(seed);
    Mutex log(simulator);
    Mutex state(simulator);
    simulator.Name(&log, "log");
    simulator.Name(&state, "state");
    simulator.Spawn("flush", [&] { LockInOrder(simulator, log, state); });
    simulator.Spawn("merge", [&] { LockInOrder(simulator, state, log); });
    report = simulator.Run();
    return !report.completed();
  });
  ASSERT_TRUE(found.has_value()) << "none of " << kSeeds << " seeds shows it";
  EXPECT_EQ(ToString(report),
            "seed " + std::to_string(*found) + ": deadlock after " + std::to_string(report.steps) +
                " steps\n"
                "actor 1 \"flush\" waits for mutex state, held by actor 2 \"merge\"; holds mutex log\n"
                "actor 2 \"merge\" waits for mutex log, held by actor 1 \"flush\"; holds mutex state\n");
}

}  // namespace
}  // namespace logwood::testing
