#include <cstdlib>
#include <gtest/gtest.h>
#include <iostream>

#include "logwood/testing/simulator.h"
#include "tests/crash/crash_explorer.h"
#include "tests/crash/history.h"

namespace logwood::testing {
namespace {

bool IsFull() { return std::getenv("LOGWOOD_FULL") != nullptr; }

void Print(const char* what, uint64_t calls, const CrashExplorer& explorer) {
  std::cout << what << ": storage calls: " << calls << ", crash points: " << explorer.counts().points
            << ", devices: " << explorer.counts().devices << " (" << explorer.distinct_count() << " differ)\n";
}

// Crashes a short history at every call, and whoever recovers from that at every call again.
void CrashTwiceEverywhere(void (History::*prepare)(), void (History::*run)(), const SimulatedStoreOptions& options) {
  CrashExplorer explorer(1, options.stale);
  SimulatedStore store(explorer.runtime(), options);
  Ledger ledger;
  History history({store, explorer.runtime(), ledger}, 1);
  if (prepare != nullptr) (history.*prepare)();
  const uint64_t calls_before = store.calls();
  const MomentRecorder recorder(store, ledger, explorer.runtime());
  (history.*run)();
  EXPECT_EQ(history.failure(), Status::Ok());
  EXPECT_GE(store.calls() - calls_before, 40u) << recorder.Calls();
  explorer.Explore(recorder, ledger, 2, {});
  Print("depth 2", store.calls() - calls_before, explorer);
}

constexpr SimulatedStoreOptions kZeros = {.sector_size_bytes = 512};
constexpr SimulatedStoreOptions kGarbage = {
    .stale = StaleBytes::kGarbage, .stale_seed = 3, .prepared = PreparedSpace::kExpected};

TEST(NestedCrash, DuringTheRecoveryOfANewDatabaseLosesNothing) {
  CrashTwiceEverywhere(nullptr, &History::RunShort, kZeros);
}

TEST(NestedCrash, DuringTheRecoveryOfANewDatabaseAmongGarbageLosesNothing) {
  CrashTwiceEverywhere(nullptr, &History::RunShort, kGarbage);
}

TEST(NestedCrash, DuringTheRecoveryOfAFlushAndAMergeLosesNothing) {
  CrashTwiceEverywhere(&History::PrepareMerging, &History::RunMerging, kZeros);
}

TEST(NestedCrash, DuringTheRecoveryOfAFlushAndAMergeAmongGarbageLosesNothing) {
  if (!IsFull()) GTEST_SKIP() << "only with LOGWOOD_FULL=1";
  CrashTwiceEverywhere(&History::PrepareMerging, &History::RunMerging, kGarbage);
}

TEST(NestedCrash, DuringTheRecoveryOfAnIngestLosesNothing) {
  CrashTwiceEverywhere(&History::PrepareIngest, &History::RunIngest, kZeros);
}

// Each seed crashes the long history at one moment, its recovery, and the recovery from that.
TEST(NestedCrash, ThriceInARowLosesNothing) {
  const uint64_t seeds = IsFull() ? 100'000 : 2'000;
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
