// Random operations on a database and on plain maps: whatever is read must be the same, whatever flush, merge, drop and
// re-open do in between. With LOGWOOD_FULL=1 in the environment many more seeds run.
#include <cstdint>
#include <cstdlib>
#include <gtest/gtest.h>
#include <iostream>
#include <memory>
#include <string>

#include "logwood/logwood.h"
#include "logwood/testing/simulator.h"
#include "tests/model/model_world.h"
#include "tests/model/store_audit.h"

namespace logwood::testing {
namespace {

uint64_t SeedCount(uint64_t in_short_form, uint64_t in_full_form) {
  return std::getenv("LOGWOOD_FULL") != nullptr ? in_full_form : in_short_form;
}

void Add(const ModelWorld::Counts& counts, ModelWorld::Counts& total) {
  for (const auto& [name, count] : counts) total[name] += count;
}

void Print(const ModelWorld::Counts& total, uint64_t seed_count) {
  std::cout << seed_count << " seeds:";
  for (const auto& [name, count] : total) std::cout << ' ' << count << ' ' << name << ';';
  std::cout << '\n';
}

// Background jobs take their turns as the seed says: the same seed gives the same run.
TEST(Model, AgreesInTheSimulatorWithEverySeed) {
  const uint64_t seed_count = SeedCount(60, 5'000);
  ModelWorld::Counts total;
  for (uint64_t seed = 1; seed <= seed_count && !HasFailure(); ++seed) {
    const std::unique_ptr<Store> store = NewMemoryStore();
    Simulator simulator({.seed = seed, .disposal = Disposal::kPark, .step_limit = 100'000'000});
    std::string difference;
    simulator.Spawn("driver", [&] {
      ModelWorld world(*store, simulator, seed);
      difference = world.Run(600);
      Add(world.counts(), total);
    });
    const SimulationReport report = simulator.Run();
    EXPECT_TRUE(report.completed()) << report;
    EXPECT_EQ(difference, "");
  }
  Print(total, seed_count);
  EXPECT_GT(total["partitions at close"], 0u);
  EXPECT_GT(total["views found spilled"], 0u);
}

// Background jobs run beside: fast, and with overlaps that the simulator's steps do not have.
TEST(Model, AgreesWithBackgroundJobsOnRealThreads) {
  const uint64_t seed_count = SeedCount(60, 5'000);
  ModelWorld::Counts total;
  for (uint64_t seed = 1'000'001; seed <= 1'000'000 + seed_count && !HasFailure(); ++seed) {
    const std::unique_ptr<Store> store = NewMemoryStore();
    ModelWorld world(*store, Runtime::Default(), seed);
    EXPECT_EQ(world.Run(1'500), "");
    Add(world.counts(), total);
  }
  Print(total, seed_count);
  EXPECT_GT(total["partitions at close"], 0u);
  EXPECT_GT(total["views found spilled"], 0u);
}

TEST(Model, TheLargestKeyAndTheLargestValueGoTheWholeWay) {
  const std::unique_ptr<Store> store = NewMemoryStore();
  const Options options{.memory_budget_bytes = 16384, .memtable_size_bytes = 512, .log_file_size_bytes = 4096};
  const std::string key(kKeySizeMax, '\xff');
  std::string value(kValueSizeMax, 'v');
  value.front() = 'a';
  value.back() = 'z';
  {
    Database db = Database::Open(*store, options).value();
    Collection entries = db.CreateCollection("entries", {.block_size_bytes = 256}).value();
    entries.Put("small", "before").Check();
    entries.Put(key, value).Check();
    EXPECT_TRUE(entries.Get(key).value() == Bytes(value));
  }
  Database db = Database::Open(*store, options).value();
  Collection entries = db.OpenCollection("entries").value();
  EXPECT_TRUE(entries.Get(key).value() == Bytes(value));
  db.Compact(entries).Check();
  CheckedCursor cursor(entries.Scan(), {{"small", "before"}, {key, value}});
  EXPECT_EQ(cursor.WalkAll(), "");
  EXPECT_TRUE(db.Verify().value().damages.empty());
}

}  // namespace
}  // namespace logwood::testing
