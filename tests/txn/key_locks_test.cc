#include "txn/key_locks.h"

#include <chrono>
#include <gtest/gtest.h>
#include <map>
#include <string>
#include <vector>

#include "base/random.h"
#include "logwood/testing/simulator.h"

namespace logwood::testing {
namespace {

constexpr uint64_t kSeeds = 300;
constexpr CollectionId kCollection(1);
constexpr std::chrono::hours kForEver(1'000'000);

TEST(KeyLocks, OneHoldsAKeyAndOthersAreServedInTheOrderOfComing) {
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    Simulator simulator({.seed = seed});
    KeyLocks locks(simulator);
    std::vector<uint64_t> asked;
    std::vector<uint64_t> served;
    for (uint64_t id = 1; id <= 5; ++id) {
      simulator.Spawn("owner", [&, id] {
        // What is asked and the place in the queue belong together: nobody else runs in between without contention.
        asked.push_back(id);
        locks.Acquire(TransactionId(id), kCollection, "key", kForEver).Check();
        served.push_back(id);
        simulator.scheduler()->Yield("holding");
        EXPECT_EQ(served.back(), id) << "seed " << seed;
        locks.ReleaseAll(TransactionId(id));
      });
    }
    const SimulationReport report = simulator.Run();
    ASSERT_TRUE(report.completed()) << "seed " << seed << ": " << report;
    EXPECT_EQ(served.size(), 5u);
  }
}

// Whoever is told of a deadlock gives back what it has; then all others come to their end, however they wait.
TEST(KeyLocks, NobodyWaitsForEver) {
  uint64_t deadlocks = 0;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    Simulator simulator({.seed = seed});
    KeyLocks locks(simulator);
    SeededRandom random(seed);
    std::map<std::string, uint64_t> holders;
    for (uint64_t id = 1; id <= 4; ++id) {
      simulator.Spawn("owner", [&, id] {
        for (int round = 0; round < 3; ++round) {
          std::vector<std::string> held;
          for (int wanted = 0; wanted < 3; ++wanted) {
            const std::string key(1, static_cast<char>('a' + random.Below(3)));
            const Status status = locks.Acquire(TransactionId(id), kCollection, key, kForEver);
            if (!status.ok()) {
              EXPECT_EQ(status.code(), StatusCode::kDeadlock) << status;
              ++deadlocks;
              break;
            }
            EXPECT_TRUE(holders[key] == 0 || holders[key] == id) << "seed " << seed;
            holders[key] = id;
            held.push_back(key);
            simulator.scheduler()->Yield("holding");
          }
          for (const std::string& key : held) holders[key] = 0;
          locks.ReleaseAll(TransactionId(id));
        }
      });
    }
    const SimulationReport report = simulator.Run();
    ASSERT_TRUE(report.completed()) << "seed " << seed << ": " << report;
  }
  EXPECT_GT(deadlocks, 0u);
}

}  // namespace
}  // namespace logwood::testing
