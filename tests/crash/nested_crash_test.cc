#include <cstdlib>
#include <gtest/gtest.h>
#include <iostream>

#include "logwood/testing/simulator.h"
#include "tests/crash/crash_explorer.h"
#include "tests/crash/history.h"

namespace logwood::testing {
namespace {

constexpr uint64_t kShortCallsMax = 40;

void Print(const char* what, uint64_t calls, const CrashExplorer& explorer) {
  std::cout << what << ": storage calls: " << calls << ", crash points: " << explorer.counts().points
            << ", devices: " << explorer.counts().devices << " (" << explorer.distinct_count() << " differ)\n";
}

// Crashes a short history at every call, and whoever recovers from that at every call again.
void CrashTwiceEverywhere(void (History::*prepare)(), void (History::*run)()) {
  CrashExplorer explorer(1, StaleBytes::kZeros);
  SimulatedStore store(explorer.runtime());
  Ledger ledger;
  History history({store, explorer.runtime(), ledger}, 1);
  if (prepare != nullptr) (history.*prepare)();
  const uint64_t calls_before = store.calls();
  const MomentRecorder recorder(store, ledger, explorer.runtime());
  (history.*run)();
  EXPECT_EQ(history.failure(), Status::Ok());
  EXPECT_LE(store.calls() - calls_before, kShortCallsMax);
  explorer.Explore(recorder, ledger, 2, 0);
  Print("depth 2", store.calls() - calls_before, explorer);
}

TEST(NestedCrash, DuringTheRecoveryOfANewDatabaseLosesNothing) { CrashTwiceEverywhere(nullptr, &History::RunShort); }

TEST(NestedCrash, DuringTheRecoveryOfAFlushAndAMergeLosesNothing) {
  CrashTwiceEverywhere(&History::PrepareMerging, &History::RunMerging);
}

// Each seed crashes the long history at one moment, its recovery, and the recovery from that.
TEST(NestedCrash, ThriceInARowLosesNothing) {
  const uint64_t seeds = std::getenv("LOGWOOD_FULL") != nullptr ? 100'000 : 2'000;
  CrashExplorer explorer(1, StaleBytes::kZeros);
  Simulator simulator(5);
  SimulatedStore store(simulator);
  Ledger ledger;
  const MomentRecorder recorder(store, ledger, explorer.runtime());
  History history({store, simulator, ledger}, 5);
  simulator.Spawn("history", [&] { history.RunLong(); });
  EXPECT_TRUE(simulator.Run().completed());
  EXPECT_EQ(history.failure(), Status::Ok());
  for (uint64_t seed = 1; seed <= seeds; ++seed) explorer.ExploreOnePath(recorder, ledger, 3, seed);
  std::cout << "seeds: " << seeds << ", ";
  Print("depth 3", store.calls(), explorer);
}

}  // namespace
}  // namespace logwood::testing
