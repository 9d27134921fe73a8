// Writers that are faster than the device: what is bounded then, and what one write has to wait for.
#include <algorithm>
#include <chrono>
#include <functional>
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <utility>

#include "base/mutex.h"
#include "base/random.h"
#include "engine/pacer.h"
#include "logwood/store.h"
#include "logwood/testing/simulator.h"
#include "tests/engine/engine_fixture.h"
#include "tests/engine/wrapped_store.h"

namespace logwood::testing {
namespace {

using namespace std::chrono_literals;

constexpr uint64_t kMemtableSize = uint64_t{64} << 10;
constexpr size_t kValueSize = 1000;

// A device that writes trees at so many bytes a second, one append after the other; logs cost nothing.
class SlowTrees final : public WrappedStore {
 public:
  SlowTrees(Store& inner, Runtime& runtime, double bytes_per_second)
      : WrappedStore(inner), runtime_(runtime), mutex_(runtime), changed_(runtime), speed_(bytes_per_second) {}

  Result<std::unique_ptr<AppendFile>> Create(std::string_view name, CreateOptions options) override {
    auto file = inner_.Create(name, options);
    if (!file.ok() || !name.ends_with(".tree")) return file;
    return std::unique_ptr<AppendFile>(std::make_unique<File>(*std::move(file), *this));
  }

 private:
  class File final : public AppendFile {
   public:
    File(std::unique_ptr<AppendFile> inner, SlowTrees& store) : inner_(std::move(inner)), store_(store) {}
    Status Append(Bytes data) override {
      store_.Take(data.size());
      return inner_->Append(data);
    }
    Status Sync() override { return inner_->Sync(); }
    Status Finish() override { return inner_->Finish(); }
    [[nodiscard]] uint64_t size() const override { return inner_->size(); }

   private:
    const std::unique_ptr<AppendFile> inner_;
    SlowTrees& store_;
  };

  void Take(size_t bytes) {
    const MutexLock lock(mutex_);
    free_at_ = std::max(free_at_, runtime_.Now()) +
               std::chrono::nanoseconds(static_cast<int64_t>(static_cast<double>(bytes) / speed_ * 1e9));
    const std::chrono::nanoseconds mine = free_at_;
    while (runtime_.Now() < mine) changed_.WaitFor(mutex_, mine - runtime_.Now());
  }

  Runtime& runtime_;
  Mutex mutex_;
  Condition changed_;
  const double speed_;
  std::chrono::nanoseconds free_at_{0};
};

uint64_t TreeBytes(Store& store) {
  uint64_t sum = 0;
  for (const std::string& name : FilesEndingWith(store, ".tree")) sum += store.Open(name).value()->size();
  return sum;
}

struct Figures {
  std::chrono::nanoseconds longest{0};
  uint64_t tree_bytes_max = 0;
  uint64_t memory_max = 0;
  PacingStatistics pacing;
};

// Overwrites `keys` keys, `puts` times in all, as fast as the database lets it.
Figures Overwrite(Simulator& simulator, double bytes_per_second, uint64_t keys, uint64_t puts,
                  const Options& options = {.memtable_size_bytes = kMemtableSize}, size_t value_size = kValueSize) {
  const std::unique_ptr<Store> memory = NewMemoryStore();
  SlowTrees store(*memory, simulator, bytes_per_second);
  Figures figures;
  simulator.Spawn("writer", [&] {
    Engine::Parts parts{.store = store, .runtime = simulator, .owned_store = nullptr, .kinds = {}, .stay_policy = {}};
    parts.kinds.Register(CollectionKind::kLsm, NewLsmKind({.segment_size_bytes = kMemtableSize}));
    const auto engine = Engine::Open(std::move(parts), options).value();
    const CollectionId id = engine->CreateCollection("c", {}).value().id;
    SeededRandom random(7);
    const std::string value(value_size, 'v');
    for (uint64_t i = 0; i < puts; ++i) {
      const std::chrono::nanoseconds begun = simulator.Now();
      PutOne(*engine, id, std::to_string(random.Next() % keys), value).Check();
      figures.longest = std::max(figures.longest, simulator.Now() - begun);
      if (i % 16 != 0) continue;
      figures.tree_bytes_max = std::max(figures.tree_bytes_max, TreeBytes(*memory));
      const DatabaseStatistics statistics = engine->Statistics().value();
      figures.memory_max =
          std::max(figures.memory_max, statistics.active_memtables.bytes + statistics.sealed_memtables.bytes);
    }
    figures.pacing = engine->Statistics()->pacing;
    engine->Close().Check();
  });
  const SimulationReport report = simulator.Run();
  EXPECT_TRUE(report.completed()) << report;
  return figures;
}

TEST(Overload, LeavesRunsSpaceAndMemoryBoundedAndNoWriteWaitsLong) {
  for (uint64_t seed = 1; seed <= 3; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    constexpr uint64_t kKeys = 2'000;
    Simulator simulator({.seed = seed, .policy = SchedulingPolicy::kUniform, .step_limit = 50'000'000});
    const Figures figures = Overwrite(simulator, 8e6, kKeys, 8'000);
    EXPECT_LE(figures.longest, Pacer::kDelayMax + 10ms);
    EXPECT_LE(figures.pacing.runs_max, kRunsMax);
    EXPECT_LE(figures.tree_bytes_max, 2 * kKeys * kValueSize + kRunsMax * kMemtableSize);
    EXPECT_LE(figures.memory_max, (kGenerationsMax + 1) * kMemtableSize);
    EXPECT_GT(figures.pacing.for_flushes.count + figures.pacing.for_merges.count, 0u) << "it was no overload";
    const auto longest =
        std::max(figures.pacing.for_flushes.nanoseconds_max, figures.pacing.for_merges.nanoseconds_max);
    EXPECT_LE(std::chrono::nanoseconds(longest), figures.longest);
  }
}

TEST(Overload, IsNoneWhereWorkIsDoneAtOnce) {
  Simulator simulator({.seed = 1, .policy = SchedulingPolicy::kUniform, .step_limit = 50'000'000});
  const Figures figures = Overwrite(simulator, 1e12, 500, 1'000);
  EXPECT_LT(figures.longest, 4ms);
}

// The flush is stuck, so memory fills up: writes then go on, each after the longest delay there is.
TEST(Overload, SlowsWritesDownWhereAFlushIsStuck) {
  Simulator simulator({.seed = 1, .policy = SchedulingPolicy::kUniform, .step_limit = 50'000'000});
  const Figures figures = Overwrite(simulator, 100e3, 500, 300);
  EXPECT_LE(figures.longest, Pacer::kDelayMax + 10ms);
  EXPECT_GE(figures.longest, Pacer::kDelayMax);
  EXPECT_GT(figures.pacing.for_flushes.count, 0u);
}

// A commit waits for the group before its own and then for the room of its own.
TEST(Overload, LetsNoWriterWaitLongBehindOthers) {
  Simulator simulator({.seed = 1, .policy = SchedulingPolicy::kUniform, .step_limit = 50'000'000});
  const std::unique_ptr<Store> memory = NewMemoryStore();
  SlowTrees store(*memory, simulator, 100e3);
  std::chrono::nanoseconds longest{0};
  simulator.Spawn("begin", [&] {
    Engine::Parts parts{.store = store, .runtime = simulator, .owned_store = nullptr, .kinds = {}, .stay_policy = {}};
    parts.kinds.Register(CollectionKind::kLsm, NewLsmKind());
    const auto engine = Engine::Open(std::move(parts), {.memtable_size_bytes = kMemtableSize}).value();
    const CollectionId id = engine->CreateCollection("c", {}).value().id;
    for (int writer = 0; writer < 4; ++writer) {
      simulator.Spawn("writer", [&longest, &simulator, engine, id, writer] {
        const std::string value(5 * kValueSize, 'v');
        for (int i = 0; i < 30; ++i) {
          const std::chrono::nanoseconds begun = simulator.Now();
          PutOne(*engine, id, std::to_string(writer) + std::to_string(i), value).Check();
          longest = std::max(longest, simulator.Now() - begun);
        }
      });
    }
  });
  const SimulationReport report = simulator.Run();
  EXPECT_TRUE(report.completed()) << report;
  EXPECT_GT(longest, Pacer::kDelayMax) << "nobody waited for another";
  EXPECT_LT(longest, 100ms);
}

// Each write is large, so the longest delay does not hold them back: they wait where memtables have their share.
TEST(Overload, LetsMemtablesTakeThreeQuartersOfTheBudgetWhereAFlushIsStuck) {
  constexpr uint64_t kBudget = uint64_t{8} << 20;
  constexpr uint64_t kArenaChunk = uint64_t{1} << 20;
  Simulator simulator({.seed = 1, .policy = SchedulingPolicy::kUniform, .step_limit = 50'000'000});
  const Figures figures = Overwrite(simulator, 100e3, 500, 300, {.memory_budget_bytes = kBudget}, 50'000);
  EXPECT_GE(figures.memory_max, kBudget / 2) << "it was no overload";
  EXPECT_LE(figures.memory_max, kBudget * 3 / 4 + kArenaChunk);
  EXPECT_GT(figures.longest, Pacer::kDelayMax);
  EXPECT_GT(figures.pacing.for_flushes.count, 0u);
}

// A runtime whose clock stands still.
class StandingClock final : public Runtime {
 public:
  std::chrono::nanoseconds Now() override { return 1h; }
  uint64_t Random() override { return 4; }
  void Execute(std::function<void()>) override {}
  void ExecuteAfter(std::chrono::nanoseconds, std::function<void()>) override {}
};

TEST(Pacer, MeasuresWorkThatTakesNoTime) {
  StandingClock runtime;
  Pacer pacer(runtime, kMemtableSize);
  for (int i = 0; i < 10'000; ++i) {
    pacer.OnSealed(kMemtableSize);
    pacer.OnFlushBegun();
    pacer.OnFlushed(kMemtableSize);
    pacer.OnMerged(kMemtableSize, 0ns);
  }
  // 64 KiB in a microsecond are 65.5 GB a second.
  EXPECT_NEAR(static_cast<double>(pacer.statistics().flush_bytes_per_second), 65.5e9, 1e9);
  EXPECT_NEAR(static_cast<double>(pacer.statistics().merge_bytes_per_second), 65.5e9, 1e9);
}

}  // namespace
}  // namespace logwood::testing
