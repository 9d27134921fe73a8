#include "txn/commit_pipeline.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <gtest/gtest.h>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "log/log_recovery.h"
#include "logwood/testing/fault_store.h"
#include "logwood/testing/simulated_store.h"
#include "logwood/testing/simulator.h"

namespace logwood::testing {
namespace {

constexpr uint64_t kSeeds = 60;
constexpr DatabaseId kDatabase(0xd);
constexpr CollectionId kUsers(1);
constexpr CollectionId kDropped(2);
constexpr StoreCallKinds kAppends = {StoreCallKind::kAppend};
constexpr StoreCallKinds kSyncs = {StoreCallKind::kSync};

// What a caller was told.
struct Told {
  std::string key;
  Status status;
  Sequence last;
};

// A store whose files sync as they are told.
class SyncingStore final : public Store {
 public:
  using SyncHook = std::function<Status(AppendFile& file)>;

  SyncingStore(Store& store, SyncHook sync) : store_(store), sync_(std::move(sync)) {}
  Result<std::unique_ptr<AppendFile>> Create(std::string_view name, CreateOptions options) override {
    Result<std::unique_ptr<AppendFile>> file = store_.Create(name, options);
    if (!file.ok()) return file;
    return std::unique_ptr<AppendFile>(std::make_unique<File>(*std::move(file), sync_));
  }
  Result<std::unique_ptr<ReadableFile>> Open(std::string_view name) override { return store_.Open(name); }
  Result<std::vector<std::string>> List() override { return store_.List(); }
  Status Remove(std::string_view name) override { return store_.Remove(name); }
  Result<std::unique_ptr<StoreLock>> Lock(LockMode mode) override { return store_.Lock(mode); }
  [[nodiscard]] StoreCapabilities capabilities() const override { return store_.capabilities(); }
  [[nodiscard]] std::string description() const override { return store_.description(); }

 private:
  class File final : public AppendFile {
   public:
    File(std::unique_ptr<AppendFile> file, const SyncHook& sync) : file_(std::move(file)), sync_(sync) {}
    Status Append(Bytes data) override { return file_->Append(data); }
    Status Sync() override { return sync_(*file_); }
    Status Finish() override { return file_->Finish(); }
    [[nodiscard]] uint64_t size() const override { return file_->size(); }

   private:
    std::unique_ptr<AppendFile> file_;
    const SyncHook& sync_;
  };
  Store& store_;
  const SyncHook sync_;
};

// A pipeline alone, over one log file on a simulated device. All actors write keys of their own.
class PipelineWorld {
 public:
  // A sync takes `sync_time`, beside what it takes anyway.
  explicit PipelineWorld(uint64_t seed, std::chrono::nanoseconds sync_time = {})
      : simulator({.seed = seed, .disposal = Disposal::kPark}),
        device(simulator),
        mutex(simulator),
        never(simulator),
        slow(device, [this, sync_time](AppendFile& file) { return SyncSlowly(file, sync_time); }),
        store(slow),
        settler(simulator),
        head{.log = LogChain(store, settler, kDatabase, std::nullopt, Sequence::Of(1, 0)),
             .active = std::make_shared<Generation>(),
             .last = Sequence::Of(1, 0),
             .log_file = FileNumber(1)},
        published(head.last.value()),
        pipeline(simulator, head, published, Hooks()) {
    head.log->Begin({.number = FileNumber(1), .id = FileId(0x1d), .epoch = 1}).Check();
    appends_before = store.calls(kAppends);
    syncs_before = store.calls(kSyncs);
  }

  Status Put(const std::string& key, Sync sync, CollectionId collection = kUsers, const std::string& value = "value") {
    BatchEncoder batch;
    batch.Add(EntryType::kPut, collection, key, value);
    const std::vector<CollectionId> collections{collection};
    const Result<Sequence> last = pipeline.Apply({.batch = batch, .collections = collections, .sync = sync});
    told.push_back({.key = key, .status = last.status(), .last = last.ok() ? *last : Sequence()});
    return last.status();
  }

  // Adds actors that each put `count` keys.
  void SpawnWriters(int writer_count, int count, const std::function<Sync(int)>& sync_of) {
    for (int w = 0; w < writer_count; ++w) {
      simulator.Spawn("writer " + std::to_string(w), [this, w, count, sync_of] {
        for (int i = 0; i < count; ++i) {
          Put(std::to_string(w) + "/" + std::to_string(i), sync_of(i)).IgnoreError();  // Why: it is in `told`.
        }
      });
    }
  }
  void Run() {
    const SimulationReport report = simulator.Run();
    EXPECT_TRUE(report.completed()) << report;
  }

  // The keys as the log holds them, in order, with their sequences.
  std::vector<std::pair<Sequence, std::string>> Logged() {
    std::vector<std::pair<Sequence, std::string>> logged;
    const LogRecoveryInput input{.database = kDatabase, .epoch = 1, .candidates = {FileNumber(1)}};
    const auto apply = [&](const LogCommit& commit) {
      for (const LogRecord& record : commit.records) {
        OperationReader operations(record.body);
        Sequence sequence = record.sequence;
        while (const std::optional<Operation> operation = operations.Next().value()) {
          logged.emplace_back(sequence, operation->key.ToString());
          sequence = sequence.Plus(1);
        }
      }
      return Status::Ok();
    };
    RecoverLogs(device, input, apply).status().Check();
    return logged;
  }
  [[nodiscard]] std::optional<Memtable::Hit> Find(const std::string& key) const {
    const Memtable* const memtable = head.active->Find(kUsers);
    return memtable == nullptr ? std::nullopt : memtable->Get(key, Sequence::Max());
  }
  [[nodiscard]] uint64_t appends() const { return store.calls(kAppends) - appends_before; }
  [[nodiscard]] uint64_t syncs() const { return store.calls(kSyncs) - syncs_before; }

  Status SyncSlowly(AppendFile& file, std::chrono::nanoseconds time) {
    if (time > time.zero()) {
      const MutexLock lock(mutex);
      never.WaitFor(mutex, time);
    }
    return file.Sync();
  }

  CommitPipeline::Hooks Hooks() {
    return {.make_room =
                [this](uint64_t) {
                  EXPECT_FALSE(running_alone);
                  ++groups;
                  return room;
                },
            .exists = [](CollectionId id) { return id != kDropped; },
            .on_failure = [this](const Status& status) { failures.push_back(status); }};
  }

  Simulator simulator;
  SimulatedStore device;
  Mutex mutex;
  Condition never;
  SyncingStore slow;
  FaultStore store;
  LogSettler settler;
  WriteHead head;
  std::atomic<uint64_t> published;
  CommitPipeline pipeline;
  uint64_t appends_before = 0;
  uint64_t syncs_before = 0;
  uint64_t groups = 0;
  Status room;
  bool running_alone = false;
  std::vector<Status> failures;
  std::vector<Told> told;
};

Sync Always(int) { return Sync::kYes; }
Sync Never(int) { return Sync::kNo; }
Sync EveryThird(int i) { return i % 3 == 0 ? Sync::kYes : Sync::kNo; }

TEST(CommitPipeline, LogOrderIsSequenceOrderIsOrderOfApplication) {
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    PipelineWorld world(seed);
    world.SpawnWriters(4, 6, EveryThird);
    world.Run();
    const auto logged = world.Logged();
    ASSERT_EQ(logged.size(), 24u);
    std::map<std::string, Sequence> by_key;
    for (size_t i = 0; i < logged.size(); ++i) {
      EXPECT_EQ(logged[i].first, Sequence::Of(1, i + 1)) << "seed " << seed;
      EXPECT_EQ(world.Find(logged[i].second)->sequence, logged[i].first) << "seed " << seed;
      by_key[logged[i].second] = logged[i].first;
    }
    for (const Told& told : world.told) EXPECT_EQ(by_key.at(told.key), told.last) << "seed " << seed;
    for (int w = 0; w < 4; ++w) {
      EXPECT_LT(by_key.at(std::to_string(w) + "/0"), by_key.at(std::to_string(w) + "/5")) << "seed " << seed;
    }
    EXPECT_EQ(world.published.load(), Sequence::Of(1, 24).value());
    EXPECT_EQ(world.head.active->last(), Sequence::Of(1, 24));
  }
}

TEST(CommitPipeline, CommitsThatArriveTogetherShareOneAppendAndOneSync) {
  uint64_t appends_min = 24;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    PipelineWorld world(seed);
    world.SpawnWriters(4, 6, Always);
    world.Run();
    EXPECT_EQ(world.appends(), world.groups) << "seed " << seed;
    EXPECT_EQ(world.syncs(), world.groups) << "seed " << seed;
    EXPECT_LE(world.appends(), 24u) << "seed " << seed;
    appends_min = std::min(appends_min, world.appends());
  }
  EXPECT_LE(appends_min, 12u) << "of 24 commits: groups do not form";
}

// Else two writers of the four would sync while the other two wait, in turn.
TEST(CommitPipeline, ASyncedGroupWaitsForThoseOfTheGroupBefore) {
  uint64_t groups = 0;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    PipelineWorld world(seed, std::chrono::milliseconds(1));
    world.SpawnWriters(4, 6, Always);
    world.Run();
    groups += world.groups;
  }
  EXPECT_LE(groups, 9 * kSeeds) << "of six commits by each of four writers";
}

// The first is at its sync, or waits for company, when the others come one by one.
TEST(CommitPipeline, WaitingWritersAreServedInTheOrderOfComing) {
  constexpr int kWriters = 6;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    PipelineWorld world(seed, std::chrono::seconds(1));
    for (int w = 0; w < kWriters; ++w) {
      world.simulator.Spawn("writer", [&world, w] {
        {
          const MutexLock lock(world.mutex);
          world.never.WaitFor(world.mutex, std::chrono::milliseconds(10 * w));
        }
        world.Put(std::to_string(w), w % 2 == 0 ? Sync::kYes : Sync::kNo).Check();
      });
    }
    world.Run();
    const auto logged = world.Logged();
    ASSERT_EQ(logged.size(), size_t{kWriters});
    for (int w = 0; w < kWriters; ++w) {
      EXPECT_EQ(logged[static_cast<size_t>(w)].second, std::to_string(w)) << "seed " << seed;
    }
    EXPECT_LT(world.groups, uint64_t{kWriters}) << "nobody had to wait";
  }
}

TEST(CommitPipeline, CountsGroupsCommitsSyncsAndLogBytes) {
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    PipelineWorld world(seed);
    const uint64_t size_before = world.head.log->size();
    world.SpawnWriters(4, 6, EveryThird);
    world.Run();
    const CommitStatistics statistics = world.pipeline.statistics();
    EXPECT_EQ(statistics.commits, 24u) << "seed " << seed;
    EXPECT_EQ(statistics.operations, 24u) << "seed " << seed;
    EXPECT_EQ(statistics.groups, world.groups) << "seed " << seed;
    EXPECT_EQ(statistics.syncs, world.syncs()) << "seed " << seed;
    EXPECT_EQ(statistics.log_bytes, world.head.log->size() - size_before) << "seed " << seed;
  }
}

TEST(CommitPipeline, WithoutSyncNothingIsSynced) {
  PipelineWorld world(1);
  world.SpawnWriters(4, 6, Never);
  world.Run();
  EXPECT_EQ(world.syncs(), 0u);
  EXPECT_EQ(world.published.load(), Sequence::Of(1, 24).value());
}

TEST(CommitPipeline, AnEmptyBatchWithSyncMakesAllBeforeItDurable) {
  PipelineWorld world(1);
  world.simulator.Spawn("writer", [&] {
    world.Put("ada", Sync::kNo).Check();
    world.Put("alan", Sync::kNo).Check();
    BatchEncoder nothing;
    EXPECT_EQ(world.pipeline.Apply({.batch = nothing, .collections = {}, .sync = Sync::kYes}).value(),
              Sequence::Of(1, 2));
  });
  world.Run();
  EXPECT_EQ(world.appends(), 2u);
  EXPECT_EQ(world.syncs(), 1u);
  EXPECT_TRUE(world.device.PendingItems().empty());
}

TEST(CommitPipeline, ALargeBatchOfManyRecordsIsOneCommit) {
  PipelineWorld world(1);
  world.simulator.Spawn("writer", [&] {
    BatchEncoder batch;
    for (int i = 0; i < 500; ++i) batch.Add(EntryType::kPut, kUsers, std::to_string(i), std::string(100, 'v'));
    batch.Add(EntryType::kPut, kUsers, "large", std::string(200'000, 'l'));
    const std::vector<CollectionId> collections{kUsers};
    EXPECT_EQ(world.pipeline.Apply({.batch = batch, .collections = collections}).value(), Sequence::Of(1, 501));
  });
  world.Run();
  EXPECT_EQ(world.Logged().size(), 501u);
  EXPECT_EQ(world.Find("499")->sequence, Sequence::Of(1, 500));
  EXPECT_EQ(world.Find("large")->value, Bytes(std::string(200'000, 'l')));
  EXPECT_EQ(world.groups, 1u);
}

// Beyond a mebibyte a larger append gains nothing, and the first of the group would wait.
TEST(CommitPipeline, AGroupEndsBeforeItGrowsBeyondItsLimit) {
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    PipelineWorld world(seed);
    for (int w = 0; w < 4; ++w) {
      world.simulator.Spawn("writer", [&world, w] {
        world.Put(std::to_string(w), Sync::kNo, kUsers, std::string(600'000, 'v')).Check();
      });
    }
    world.Run();
    EXPECT_EQ(world.groups, 4u) << "seed " << seed;
  }
}

// Failures.

struct PlannedFailure {
  StoreCallKinds kinds;
  FaultWhen when;
};

// What was told must fit what is there: OK is visible, unknown and not applied are not, and after the first failure
// nothing is applied any more.
void CheckToldAfterFailure(PipelineWorld& world, uint64_t seed) {
  uint64_t unknown = 0;
  for (const Told& told : world.told) {
    EXPECT_EQ(world.Find(told.key).has_value(), told.status.ok()) << "seed " << seed << " key " << told.key;
    EXPECT_LE(told.last.value(), world.published.load()) << "seed " << seed;
    EXPECT_TRUE(told.status.ok() || told.status.code() == StatusCode::kIo) << told.status;
    if (told.status.outcome() == Outcome::kUnknown) ++unknown;
  }
  EXPECT_GE(unknown, 1u) << "seed " << seed;
  ASSERT_EQ(world.failures.size(), 1u) << "seed " << seed;
  EXPECT_EQ(world.failures[0].outcome(), Outcome::kNotApplied);
  const uint64_t calls = world.store.calls();
  const Status behind = world.Put("behind", Sync::kYes);
  EXPECT_EQ(behind.code(), StatusCode::kIo);
  EXPECT_EQ(behind.outcome(), Outcome::kNotApplied);
  EXPECT_EQ(world.store.calls(), calls) << "something was written after a failure";
}

TEST(CommitPipeline, AFailureIsUnknownToItsGroupAndNotAppliedBehindIt) {
  const PlannedFailure failures[] = {{kAppends, FaultWhen::kBeforeEffect},
                                     {kAppends, FaultWhen::kHalfway},
                                     {kAppends, FaultWhen::kAfterEffect},
                                     {kSyncs, FaultWhen::kBeforeEffect},
                                     {kSyncs, FaultWhen::kAfterEffect}};
  bool group_of_several = false;
  for (const PlannedFailure& failure : failures) {
    for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
      PipelineWorld world(seed);
      const uint64_t call = world.store.calls(failure.kinds) + 1 + seed % 4;
      world.store.FailAt(call, {.when = failure.when, .kinds = failure.kinds});
      world.SpawnWriters(4, 6, Always);
      world.Run();
      CheckToldAfterFailure(world, seed);
      uint64_t unknown = 0;
      for (const Told& told : world.told) unknown += told.status.outcome() == Outcome::kUnknown ? 1 : 0;
      const auto is_ok = [](const Told& told) { return told.status.ok(); };
      EXPECT_EQ(world.pipeline.statistics().commits, static_cast<uint64_t>(std::ranges::count_if(world.told, is_ok)));
      group_of_several = group_of_several || unknown > 1;
    }
  }
  EXPECT_TRUE(group_of_several) << "no failure ever met a group of two";
}

TEST(CommitPipeline, WithoutRoomAGroupIsNotAppliedAndTheNextOneMayBe) {
  PipelineWorld world(1);
  world.simulator.Spawn("writer", [&] {
    world.room = Status::NoSpace("full");
    const Status refused = world.Put("ada", Sync::kYes);
    EXPECT_EQ(refused.code(), StatusCode::kNoSpace);
    EXPECT_EQ(refused.outcome(), Outcome::kNotApplied);
    world.room = Status::Ok();
    world.Put("alan", Sync::kYes).Check();
  });
  world.Run();
  EXPECT_FALSE(world.Find("ada").has_value());
  EXPECT_EQ(world.Logged().size(), 1u);
  EXPECT_TRUE(world.failures.empty());
}

TEST(CommitPipeline, ACommitToADroppedCollectionLeavesItsGroupAndTakesNoSequence) {
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    PipelineWorld world(seed);
    world.SpawnWriters(3, 4, Always);
    world.simulator.Spawn("orphan", [&] {
      for (int i = 0; i < 4; ++i) {
        const Status refused = world.Put("orphan", Sync::kYes, kDropped);
        EXPECT_EQ(refused.code(), StatusCode::kNotFound);
        EXPECT_EQ(refused.outcome(), Outcome::kNotApplied);
      }
    });
    world.Run();
    const auto logged = world.Logged();
    ASSERT_EQ(logged.size(), 12u) << "seed " << seed;
    EXPECT_EQ(logged.back().first, Sequence::Of(1, 12)) << "seed " << seed;
    EXPECT_EQ(world.head.active->Find(kDropped), nullptr);
  }
}

// Running alone.

TEST(CommitPipeline, WhoRunsExclusivelyRunsAlone) {
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    PipelineWorld world(seed);
    world.SpawnWriters(3, 5, EveryThird);
    for (int i = 0; i < 2; ++i) {
      world.simulator.Spawn("alone", [&] {
        const Status status = world.pipeline.RunExclusively([&] {
          EXPECT_FALSE(world.running_alone);
          world.running_alone = true;
          const uint64_t calls = world.store.calls();
          const Sequence last = world.head.last;
          EXPECT_EQ(world.published.load(), last.value()) << "a commit is under way";
          for (int yield = 0; yield < 30; ++yield) world.simulator.scheduler()->Yield("alone");
          EXPECT_EQ(world.store.calls(), calls);
          EXPECT_EQ(world.head.last, last);
          world.running_alone = false;
          return Status::NotFound("its own");
        });
        EXPECT_EQ(status.message(), "its own");
      });
    }
    world.Run();
    EXPECT_EQ(world.Logged().size(), 15u) << "seed " << seed;
  }
}

// I2: publishing follows the sync.

// Whether what is published could ever be lost: at each turn of a watcher the device is asked what a crash would leave.
bool PublishedCouldBeLost(uint64_t seed, bool forgets_to_sync) {
  Simulator simulator({.seed = seed, .disposal = Disposal::kPark});
  SimulatedStore device(simulator);
  SyncingStore forgetful(device, [](AppendFile&) { return Status::Ok(); });
  Store& store = forgets_to_sync ? static_cast<Store&>(forgetful) : device;
  LogSettler settler(simulator);
  WriteHead head{.log = LogChain(store, settler, kDatabase, std::nullopt, Sequence::Of(1, 0)),
                 .active = std::make_shared<Generation>(),
                 .last = Sequence::Of(1, 0),
                 .log_file = FileNumber(1)};
  std::atomic<uint64_t> published = head.last.value();
  CommitPipeline pipeline(simulator, head, published,
                          {.make_room = [](uint64_t) { return Status::Ok(); },
                           .exists = [](CollectionId) { return true; },
                           .on_failure = [](const Status&) {}});
  head.log->Begin({.number = FileNumber(1), .id = FileId(0x1d), .epoch = 1}).Check();
  int writing = 2;
  for (int w = 0; w < 2; ++w) {
    simulator.Spawn("writer", [&] {
      const std::vector<CollectionId> collections{kUsers};
      for (int i = 0; i < 3; ++i) {
        BatchEncoder batch;
        batch.Add(EntryType::kPut, kUsers, std::to_string(i), "value");
        EXPECT_TRUE(pipeline.Apply({.batch = batch, .collections = collections}).ok());
      }
      --writing;
    });
  }
  bool could_be_lost = false;
  simulator.Spawn("watcher", [&] {
    while (writing > 0) {
      // Memory cannot be asked while the device is copied: nobody else runs in between.
      const Sequence seen(published.load());
      const std::unique_ptr<SimulatedStore> left = device.Crash(CrashChoice::Nothing(), Runtime::Default());
      const LogRecoveryInput input{.database = kDatabase, .epoch = 1, .candidates = {FileNumber(1)}};
      const Result<LogRecovery> found = RecoverLogs(*left, input, [](const LogCommit&) { return Status::Ok(); });
      could_be_lost = could_be_lost || (seen.counter() > 0 && (!found.ok() || found->last < seen));
      simulator.scheduler()->Yield("watch");
    }
  });
  const SimulationReport report = simulator.Run();
  EXPECT_TRUE(report.completed()) << report;
  return could_be_lost;
}

TEST(CommitPipeline, WhatIsPublishedIsDurableWhereSyncWasAskedFor) {
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) EXPECT_FALSE(PublishedCouldBeLost(seed, false)) << "seed " << seed;
}

TEST(CommitPipeline, APlantedPublishWithoutSyncIsFound) {
  bool found = false;
  for (uint64_t seed = 1; seed <= kSeeds && !found; ++seed) found = PublishedCouldBeLost(seed, true);
  EXPECT_TRUE(found);
}

}  // namespace
}  // namespace logwood::testing
