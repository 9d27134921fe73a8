// What background work promises those who wait for it, and those who let go of files.
#include <algorithm>
#include <chrono>
#include <functional>
#include <gtest/gtest.h>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "logwood/testing/fault_store.h"
#include "logwood/testing/simulated_store.h"
#include "logwood/testing/simulator.h"
#include "tests/engine/engine_fixture.h"

namespace logwood::testing {
namespace {

using namespace std::chrono_literals;

// Where a test steps into the work of a kind. Called with nothing locked.
struct Steps {
  std::function<void()> on_flush;
  std::function<void(MergeEffort)> on_plan;  // Only where there is something to merge.
  bool merges_all_while_writing = false;
};

// The real kind, with steps of the test before what it does.
class SteppedKind final : public Kind {
 public:
  // `steps` must outlive the kind.
  explicit SteppedKind(const Steps& steps) : steps_(steps) {}

  [[nodiscard]] std::string InitialState(const CollectionOptions& options) const override {
    return lsm_->InitialState(options);
  }
  [[nodiscard]] Result<std::string> ApplyEdit(Bytes state, Bytes edit) const override {
    return lsm_->ApplyEdit(state, edit);
  }
  [[nodiscard]] Result<std::set<FileNumber>> Files(Bytes state) const override { return lsm_->Files(state); }
  [[nodiscard]] Result<std::shared_ptr<const CollectionTrees>> Open(Bytes state, KindFiles& files,
                                                                    const CollectionTrees* before) const override {
    return lsm_->Open(state, files, before);
  }
  [[nodiscard]] Result<std::map<FileNumber, uint64_t>> Stays(EntryCursor& entries) const override {
    return lsm_->Stays(entries);
  }
  [[nodiscard]] Result<KindEdit> Flush(const FlushInput& input, JobOutput& output) const override {
    if (steps_.on_flush) steps_.on_flush();
    return lsm_->Flush(input, output);
  }
  [[nodiscard]] Result<std::optional<MergePlan>> Choose(Bytes state, const MergeRequest& request) const override {
    MergeRequest asked = request;
    if (steps_.merges_all_while_writing) asked.effort = MergeEffort::kAll;
    auto plan = lsm_->Choose(state, asked);
    if (plan.ok() && plan->has_value() && steps_.on_plan) steps_.on_plan(request.effort);
    return plan;
  }
  [[nodiscard]] Result<KindEdit> Merge(Bytes plan, const CollectionTrees& trees, JobOutput& output) const override {
    return lsm_->Merge(plan, trees, output);
  }

 private:
  const Steps& steps_;
  const std::unique_ptr<const Kind> lsm_ = NewLsmKind({.segment_size_bytes = 2000});
};

// A database with a collection, in a simulation.
struct Setting {
  Simulator& simulator;
  SimulatedStore& store;
  Steps& steps;
  std::shared_ptr<Engine> engine;
  CollectionId id;

  // Background jobs get their turn.
  void Settle() const {
    for (int i = 0; i < 2'000; ++i) simulator.scheduler()->Yield("settle");
  }
  // Nobody does anything for so long but background jobs.
  void Rest(std::chrono::nanoseconds duration) const {
    Mutex mutex(simulator);
    Condition never(simulator);
    const MutexLock lock(mutex);
    never.WaitFor(mutex, duration);
  }
  [[nodiscard]] Status Put(Bytes value = "v") const { return PutOne(*engine, id, "key", value); }
  [[nodiscard]] Status PutAndFlush() const {
    const Status status = Put();
    return status.ok() ? engine->Flush() : status;
  }
  [[nodiscard]] size_t trees() const { return FilesEndingWith(store, ".tree").size(); }
};

// Runs `body` as an actor of a simulation, for several seeds.
void ForSeeds(const std::function<void(Setting&)>& body) {
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Simulator simulator({.seed = seed, .policy = SchedulingPolicy::kUniform, .disposal = Disposal::kPark});
    SimulatedStore store(simulator);
    Steps steps;
    simulator.Spawn("driver", [&] {
      Engine::Parts parts{.store = store, .runtime = simulator, .owned_store = nullptr, .kinds = {}, .stay_policy = {}};
      parts.kinds.Register(CollectionKind::kLsm, std::make_unique<SteppedKind>(steps));
      const std::shared_ptr<Engine> engine = Engine::Open(std::move(parts), {.memtable_size_bytes = 512}).value();
      Setting setting{simulator, store, steps, engine, engine->CreateCollection("c", {}).value().id};
      body(setting);
    });
    const SimulationReport report = simulator.Run();
    EXPECT_TRUE(report.completed()) << report;
  }
}

TEST(Background, RemovesAFileLetGoOfWhileAnotherIsBeingRemoved) {
  ForSeeds([](Setting& on) {
    on.PutAndFlush().Check();
    std::optional<ReadView> view = on.engine->View().value();
    on.PutAndFlush().Check();
    // The merge frees two trees: the view holds the older, and goes while the other is removed.
    on.store.SetCallObserver([&](const StoreCall& call) {
      if (call.kind != StoreCallKind::kRemove || !call.name.ends_with(".tree") || !view) return;
      view.reset();
      on.engine->OnViewReleased();
    });
    on.engine->Compact(on.id).Check();
    on.Settle();
    EXPECT_FALSE(view) << "no tree was removed at all";
    EXPECT_EQ(on.trees(), 1u);
    on.engine->Close().Check();
  });
}

TEST(Background, CompactMergesWhatWasThereAndNoMore) {
  ForSeeds([](Setting& on) {
    on.PutAndFlush().Check();
    on.PutAndFlush().Check();
    int plans = 0;
    on.steps.on_plan = [&](MergeEffort effort) {
      if (effort == MergeEffort::kAll && ++plans < 6) on.PutAndFlush().Check();
    };
    on.engine->Compact(on.id).Check();
    EXPECT_EQ(plans, 1);
    on.Settle();
    EXPECT_EQ(on.trees(), 2u) << "the merged one, and the one flushed meanwhile";
    on.engine->Close().Check();
  });
}

TEST(Background, CompactTakesItsTurnBetweenMergesThatNeverEnd) {
  ForSeeds([](Setting& on) {
    std::vector<MergeEffort> plans;
    bool compacted = false;
    on.steps.merges_all_while_writing = true;
    on.steps.on_plan = [&](MergeEffort effort) {
      plans.push_back(effort);
      if (plans.size() == 1) {
        on.simulator.Spawn("compactor", [&] {
          on.engine->Compact(on.id).Check();
          compacted = true;
        });
        on.Settle();
      }
      // Something to merge again, so that each merge in the background is followed by another.
      if (effort == MergeEffort::kWhileWriting && plans.size() < 20) on.PutAndFlush().Check();
    };
    on.PutAndFlush().Check();
    on.PutAndFlush().Check();
    while (!compacted) on.simulator.scheduler()->Yield("wait");
    EXPECT_EQ(std::ranges::find(plans, MergeEffort::kAll) - plans.begin(), 1);
    on.engine->Close().Check();
  });
}

TEST(Background, CompactDoesWhatIsUrgentBetweenItsMerges) {
  ForSeeds([](Setting& on) {
    const CollectionId other = on.engine->CreateCollection("other", {}).value().id;
    for (const std::string& value : {std::string(1500, 'v'), std::string("v")}) {
      for (const char* const partition : {"a", "b", "c"}) {
        PutOne(*on.engine, on.id, partition, value).Check();
        on.engine->Flush().Check();
      }
    }
    std::vector<MergeEffort> plans;
    on.steps.on_plan = [&](MergeEffort effort) {
      plans.push_back(effort);
      for (int i = 0; plans.size() == 1 && i < 5; ++i) {
        PutOne(*on.engine, other, "key", "v").Check();
        on.engine->Flush().Check();
      }
    };
    on.engine->Compact(on.id).Check();
    on.steps.on_plan = nullptr;
    ASSERT_GE(plans.size(), 4u);
    EXPECT_EQ(plans[0], MergeEffort::kAll);
    EXPECT_EQ(plans[1], MergeEffort::kWhileWriting);
    EXPECT_EQ(std::ranges::count(plans, MergeEffort::kAll), 3);
    on.engine->Close().Check();
  });
}

TEST(Background, ACollectionThatAlwaysNeedsMergingKeepsNoOtherFromIt) {
  ForSeeds([](Setting& on) {
    const CollectionId other = on.engine->CreateCollection("other", {}).value().id;
    for (int i = 0; i < 2; ++i) {
      PutOne(*on.engine, other, "key", "v").Check();
      on.PutAndFlush().Check();
    }
    const auto runs_of_other = [&] {
      const ReadView view = on.engine->View().value();
      return view.state->trees.at(other)->Statistics().runs;
    };
    ASSERT_EQ(runs_of_other(), 2u);
    on.steps.merges_all_while_writing = true;
    int plans = 0;
    uint64_t runs_later = 2;
    on.steps.on_plan = [&](MergeEffort) {
      if (++plans == 4) runs_later = runs_of_other();
      if (plans < 10) on.PutAndFlush().Check();
    };
    on.PutAndFlush().Check();
    on.Settle();
    EXPECT_GE(plans, 4);
    EXPECT_EQ(runs_later, 1u);
    on.steps.on_plan = nullptr;
    on.engine->Close().Check();
  });
}

TEST(Background, FlushWaitsForWhatWasThereAndNoMore) {
  ForSeeds([](Setting& on) {
    constexpr int kFlushes = 50;
    const std::string filling(600, 'x');  // Fills a memtable, which the next put seals.
    int flushes = 0;
    on.steps.on_flush = [&] {
      if (++flushes == 1) on.Put(filling).Check();
      if (flushes < kFlushes) on.Put(filling).Check();
    };
    on.Put().Check();
    on.engine->Flush().Check();
    EXPECT_GE(flushes, 1);
    EXPECT_LT(flushes, kFlushes) << "it returned only when writers rested";
    while (flushes < kFlushes) on.simulator.scheduler()->Yield("wait");
    on.engine->Close().Check();
  });
}

TEST(Background, FlushWithNothingToSealWaitsForWhatIsSealed) {
  ForSeeds([](Setting& on) {
    bool flushed = false;
    on.steps.on_flush = [&] {
      on.simulator.Spawn("second", [&] {
        on.engine->Flush().Check();
        EXPECT_EQ(on.trees(), 1u) << "it did not wait";
        flushed = true;
      });
      on.Settle();
      EXPECT_FALSE(flushed);
    };
    on.PutAndFlush().Check();
    while (!flushed) on.simulator.scheduler()->Yield("wait");
    on.engine->Close().Check();
  });
}

// Rest as it is by default; rest_watch_test.cc says what it is worth when.
TEST(Background, MergesAtRest) {
  ForSeeds([](Setting& on) {
    for (int i = 0; i < 3; ++i) on.PutAndFlush().Check();
    on.Settle();
    EXPECT_EQ(on.trees(), 3u) << "it merged while somebody wrote";
    on.Rest(2s);
    EXPECT_EQ(on.trees(), 1u);
    on.engine->Close().Check();
  });
}

TEST(Background, WaitsWithMergesAtRestWhenSomebodyWritesAgain) {
  ForSeeds([](Setting& on) {
    for (const char* const name : {"d", "e"}) {
      const CollectionId id = on.engine->CreateCollection(name, {}).value().id;
      for (int i = 0; i < 2; ++i) {
        PutOne(*on.engine, id, "key", "v").Check();
        on.PutAndFlush().Check();
      }
    }
    int plans = 0;
    on.steps.on_plan = [&](MergeEffort effort) {
      ++plans;
      if (effort == MergeEffort::kAtRest) on.Put().Check();
    };
    while (plans == 0) on.Rest(100ms);
    on.Settle();
    EXPECT_EQ(plans, 1);
    on.steps.on_plan = [&](MergeEffort) { ++plans; };
    on.Rest(2s);
    EXPECT_EQ(plans, 3);
    on.engine->Close().Check();
  });
}

TEST(Background, FlushesWhatIsInMemoryAtRest) {
  ForSeeds([](Setting& on) {
    on.Put(std::string(200, 'v')).Check();
    on.Rest(9s);
    EXPECT_EQ(on.trees(), 0u);
    on.Rest(6s);
    EXPECT_EQ(on.trees(), 1u) << "the memtable holds much";
    on.Put().Check();
    on.Rest(200s);
    EXPECT_EQ(on.trees(), 1u);
    on.Rest(200s);
    EXPECT_EQ(on.engine->Statistics()->active_memtables.entries, 0u);
    EXPECT_EQ(on.trees(), 1u) << "what was flushed was not merged";
    on.engine->Close().Check();
  });
}

TEST(Background, ClosesWithoutWaitingForTheNextLook) {
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    Simulator simulator({.seed = seed});
    SimulatedStore store(simulator);
    std::weak_ptr<Engine> closed;
    std::chrono::nanoseconds took{0};
    simulator.Spawn("driver", [&] {
      const std::chrono::nanoseconds begun = simulator.Now();
      std::shared_ptr<Engine> engine;
      Engine::Parts parts{.store = store, .runtime = simulator, .owned_store = nullptr, .kinds = {}, .stay_policy = {}};
      parts.kinds.Register(CollectionKind::kLsm, NewLsmKind());
      engine = Engine::Open(std::move(parts), {}).value();
      closed = engine;
      PutOne(*engine, engine->CreateCollection("c", {}).value().id, "key", "v").Check();
      engine->Close().Check();
      took = simulator.Now() - begun;
    });
    EXPECT_TRUE(simulator.Run().completed());  // The look that comes later finds nothing.
    EXPECT_LT(took, 100ms);
    EXPECT_TRUE(closed.expired());
  }
}

TEST(Background, EveryCloserLearnsThatClosingFailed) {
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Simulator simulator({.seed = seed, .disposal = Disposal::kPark});
    SimulatedStore device(simulator);
    FaultStore store(device);
    std::shared_ptr<Engine> engine;
    std::vector<Status> closed;
    const auto close = [&] { closed.push_back(engine->Close()); };
    simulator.Spawn("driver", [&] {
      Engine::Parts parts{.store = store, .runtime = simulator, .owned_store = nullptr, .kinds = {}, .stay_policy = {}};
      parts.kinds.Register(CollectionKind::kLsm, NewLsmKind());
      engine = Engine::Open(std::move(parts), {}).value();
      const CollectionId id = engine->CreateCollection("c", {}).value().id;
      PutOne(*engine, id, "key", "not synced").Check();
      store.FailAt(store.calls({StoreCallKind::kSync}) + 1,
                   {.how_long = FaultFor::kForEver, .kinds = {StoreCallKind::kSync}});
      for (const char* const name : {"first", "second"}) simulator.Spawn(name, close);
    });
    EXPECT_TRUE(simulator.Run().completed());
    simulator.Spawn("third", close);
    EXPECT_TRUE(simulator.Run().completed());
    ASSERT_EQ(closed.size(), 3u);
    for (const Status& status : closed) EXPECT_EQ(status.code(), StatusCode::kIo) << status.ToString();
  }
}

TEST(Background, RemovesFilesThatOnlyVerifyStillHeld) {
  ForSeeds([](Setting& on) {
    on.PutAndFlush().Check();
    on.PutAndFlush().Check();
    bool verifying = false;
    bool compacted = false;
    on.store.SetCallObserver([&](const StoreCall& call) {
      if (!verifying || compacted || call.kind != StoreCallKind::kRead || !call.name.ends_with(".tree")) return;
      compacted = true;
      on.engine->Compact(on.id).Check();
      on.Settle();
      EXPECT_EQ(on.trees(), 3u) << "a file was removed while it was read";
    });
    verifying = true;
    EXPECT_TRUE(on.engine->Verify().value().damages.empty());
    EXPECT_TRUE(compacted);
    on.Settle();
    EXPECT_EQ(on.trees(), 1u);
    on.engine->Close().Check();
  });
}

}  // namespace
}  // namespace logwood::testing
