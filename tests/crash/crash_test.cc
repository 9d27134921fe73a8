#include <cstdlib>
#include <functional>
#include <gtest/gtest.h>
#include <iostream>

#include "logwood/testing/simulator.h"
#include "tests/crash/crash_explorer.h"
#include "tests/crash/history.h"

namespace logwood::testing {
namespace {

using Check = std::function<void(const History&, const SimulatedStore&, const MomentRecorder&)>;

// Runs a history, its background work interleaved as the seed says, and crashes it at every storage call. `check` sees
// to it that the history was as eventful as it is meant to be.
void CrashEverywhere(uint64_t seed, const SimulatedStoreOptions& options, void (History::*run)(), const Check& check) {
  CrashExplorer explorer(seed, options.stale);
  Simulator simulator(seed);
  SimulatedStore store(simulator, options);
  Ledger ledger;
  const MomentRecorder recorder(store, ledger, explorer.runtime());
  History history({store, simulator, ledger}, seed);
  simulator.Spawn("history", [&] { (history.*run)(); });
  const SimulationReport report = simulator.Run();
  EXPECT_TRUE(report.completed()) << report;
  EXPECT_EQ(history.failure(), Status::Ok());
  EXPECT_EQ(store.violations(), std::vector<std::string>());
  check(history, store, recorder);
  explorer.Explore(recorder, ledger, 1, {.drawn_count = 8});
  std::cout << "seed: " << seed << ", storage calls: " << store.calls() << ", commits: " << ledger.bounds().submitted
            << ", logs: " << recorder.CountOf(StoreCallKind::kCreate, ".log")
            << ", trees: " << recorder.CountOf(StoreCallKind::kCreate, ".tree")
            << ", trees removed: " << recorder.CountOf(StoreCallKind::kRemove, ".tree")
            << "\ncrash points: " << explorer.counts().points << " (" << recorder.moments().size()
            << " differ), devices: " << explorer.counts().devices << " (" << explorer.distinct_count() << " differ)\n";
}

void CrashEverywhere(uint64_t seed, const SimulatedStoreOptions& options) {
  CrashEverywhere(seed, options, &History::RunLong,
                  [](const History& history, const SimulatedStore& store, const MomentRecorder& recorder) {
                    EXPECT_EQ(history.view_check_count(), 4);
                    EXPECT_GT(store.calls(), 300u);
                    EXPECT_GE(recorder.CountOf(StoreCallKind::kCreate, ".log"), 3u);
                    EXPECT_GE(recorder.CountOf(StoreCallKind::kRemove, ".tree"), 8u);
                  });
}

// With a history whose middle sessions have no log.
void CrashEverywhereUnlogged(uint64_t seed, const SimulatedStoreOptions& options) {
  CrashEverywhere(seed, options, &History::RunUnlogged,
                  [](const History&, const SimulatedStore&, const MomentRecorder& recorder) {
                    EXPECT_GE(recorder.CountOf(StoreCallKind::kCreate, ".tree"), 4u);
                  });
}

// The same with more seeds where there is time.
void CrashManyEverywhere(uint64_t seed, const SimulatedStoreOptions& options) {
  const uint64_t runs = std::getenv("LOGWOOD_FULL") != nullptr ? 10 : 1;
  for (uint64_t run = 0; run < runs && !::testing::Test::HasFailure(); ++run) {
    CrashEverywhere(seed + 100 * run, options);
  }
}

TEST(Crash, AtAnyCallLeavesOneCutOfAllCommits) { CrashManyEverywhere(1, {.sector_size_bytes = 512}); }

TEST(Crash, AtAnyCallLeavesOneCutAmongGarbageInSmallSectors) {
  CrashManyEverywhere(2, {.sector_size_bytes = 256, .stale = StaleBytes::kGarbage, .stale_seed = 7});
}

TEST(Crash, AtAnyCallLeavesOneCutInPreparedSpace) {
  CrashManyEverywhere(3, {.sector_size_bytes = 4096, .prepared = PreparedSpace::kExpected});
}

TEST(Crash, AtAnyCallLeavesOneCutInPreparedSpaceFullOfGarbage) {
  CrashManyEverywhere(4, {.stale = StaleBytes::kGarbage, .stale_seed = 8, .prepared = PreparedSpace::kExpected});
}

TEST(Crash, WithoutALogLeavesWhatWasFlushedLast) {
  for (uint64_t seed = 5; seed < 8; ++seed) CrashEverywhereUnlogged(seed, {.sector_size_bytes = 512});
}

TEST(Crash, WithoutALogAmongGarbageLeavesWhatWasFlushedLast) {
  CrashEverywhereUnlogged(9, {.stale = StaleBytes::kGarbage, .stale_seed = 8, .prepared = PreparedSpace::kExpected});
}

}  // namespace
}  // namespace logwood::testing
