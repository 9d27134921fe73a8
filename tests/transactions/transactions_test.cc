// Transactions in the simulator, judged by two checkers that know nothing of one another. With LOGWOOD_FULL=1 in the
// environment many more seeds run; with LOGWOOD_SEED=n only that one.
#include <cstdint>
#include <gtest/gtest.h>
#include <iostream>
#include <string>

#include "tests/simulation/seeds.h"
#include "tests/transactions/commit_order_checker.h"
#include "tests/transactions/cycle_checker.h"
#include "tests/transactions/transaction_simulation.h"

namespace logwood::testing {
namespace {

TEST(Transactions, AreSerializableInEverySchedule) {
  const Seeds seeds = SeedsToRun(200, 50'000);
  TransactionSimulation::Tally total;
  for (uint64_t seed = seeds.first; seed <= seeds.last; ++seed) {
    const TransactionSimulation::Tally tally = TransactionSimulation(seed, Isolation::kSerializable).Run();
    EXPECT_TRUE(tally.report.completed()) << "seed " << seed << ": " << tally.report;
    for (const std::string& finding : tally.findings) ADD_FAILURE() << "seed " << seed << ": " << finding;
    for (const std::string& finding : CheckForCycles(tally.history))
      ADD_FAILURE() << "seed " << seed << ": " << finding;
    if (!tally.has_plain_writes) {
      for (const std::string& finding : CheckCommitOrder(tally.history)) {
        ADD_FAILURE() << "seed " << seed << ": " << finding;
      }
    }
    total.commits += tally.commits;
    total.conflicts += tally.conflicts;
    total.conflicts_in_flight += tally.conflicts_in_flight;
    total.deadlocks += tally.deadlocks;
  }
  std::cout << "seeds " << seeds.first << " to " << seeds.last << ": " << total.commits << " commits, "
            << total.conflicts << " conflicts, " << total.conflicts_in_flight << " of them with commits in flight, "
            << total.deadlocks << " deadlocks\n";
  if (seeds.first == seeds.last) return;
  EXPECT_GT(total.commits, total.conflicts);
  EXPECT_GT(total.conflicts_in_flight, 0u);
}

// What snapshot isolation allows is found by the checkers: so they look.
TEST(Transactions, SnapshotIsolationAllowsCyclesThatAreFound) {
  const Seeds seeds = SeedsToRun(150, 1000);
  uint64_t cycles = 0;
  uint64_t other_findings = 0;
  for (uint64_t seed = seeds.first; seed <= seeds.last; ++seed) {
    const TransactionSimulation::Tally tally = TransactionSimulation(seed, Isolation::kSnapshot).Run();
    ASSERT_TRUE(tally.report.completed()) << "seed " << seed << ": " << tally.report;
    for (const std::string& finding : CheckForCycles(tally.history))
      ++(finding.starts_with("cycle") ? cycles : other_findings);
  }
  EXPECT_GT(cycles, 0u);
  EXPECT_EQ(other_findings, 0u);
}

}  // namespace
}  // namespace logwood::testing
