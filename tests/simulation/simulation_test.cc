// The whole database in the simulator. With LOGWOOD_FULL=1 in the environment many more seeds run; with
// LOGWOOD_SEED=n only that one.
#include <algorithm>
#include <cstdint>
#include <gtest/gtest.h>
#include <iostream>
#include <string>

#include "tests/simulation/database_simulation.h"
#include "tests/simulation/seeds.h"

namespace logwood::testing {
namespace {

TEST(Simulation, EveryScheduleKeepsThePromises) {
  const Seeds seeds = SeedsToRun(500, 50'000);
  DatabaseSimulation::Tally total;
  uint64_t steps_max = 0;
  for (uint64_t seed = seeds.first; seed <= seeds.last; ++seed) {
    const DatabaseSimulation::Tally tally = DatabaseSimulation(seed).Run();
    for (const std::string& finding : tally.findings) ADD_FAILURE() << "seed " << seed << ": " << finding;
    total.images += tally.images;
    total.commits += tally.commits;
    total.commits_lost += tally.commits_lost;
    total.cuts_seen += tally.cuts_seen;
    total.seen_early += tally.seen_early;
    total.spilled_views += tally.spilled_views;
    total.store_calls += tally.store_calls;
    total.report.steps += tally.report.steps;
    steps_max = std::max(steps_max, tally.report.steps);
  }
  std::cout << "seeds " << seeds.first << " to " << seeds.last << ": " << total.report.steps << " steps, at most "
            << steps_max << " in one; " << total.store_calls << " store calls; " << total.commits << " commits, "
            << total.commits_lost << " not made because of close; " << total.cuts_seen << " views; " << total.seen_early
            << " commits seen before their writers knew; " << total.spilled_views << " views spilled; " << total.images
            << " crashes\n";
  EXPECT_GT(total.images, 0u);
  EXPECT_GT(total.cuts_seen, 0u);
  EXPECT_GT(total.spilled_views, 0u);
}

TEST(Simulation, TheSameSeedGivesTheSameTrace) {
  const Seeds seeds = SeedsToRun(10, 500);
  for (uint64_t seed = seeds.first; seed <= seeds.last; ++seed) {
    const SimulationReport first = DatabaseSimulation(seed).RunActors();
    const SimulationReport second = DatabaseSimulation(seed).RunActors();
    EXPECT_EQ(first.steps, second.steps) << "seed " << seed;
    EXPECT_EQ(first.trace_hash, second.trace_hash) << "seed " << seed;
  }
}

}  // namespace
}  // namespace logwood::testing
