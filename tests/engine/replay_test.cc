#include "engine/replay.h"

#include <chrono>
#include <functional>
#include <gtest/gtest.h>
#include <string>
#include <utility>
#include <vector>

#include "codec/batch_encoder.h"
#include "logwood/runtime.h"
#include "logwood/testing/simulator.h"

namespace logwood::testing {
namespace {

constexpr CollectionId kUsers{1};
constexpr CollectionId kDropped{2};
constexpr CollectionId kNeverThere{3};

ManifestState StateWithUsers() {
  ManifestState state;
  state.collections[kUsers] = {.name = "users", .kind = CollectionKind::kLsm, .state = ""};
  state.next_collection = kNeverThere;
  state.flushed = Sequence::Of(1, 7);
  return state;
}

// Commits of one put each, as a log would bring them.
class Commits {
 public:
  void AddTo(Replay& replay, FileNumber log, CollectionId collection, const std::string& key) {
    BatchEncoder batch;
    batch.Add(EntryType::kPut, collection, key, "value " + std::to_string(next_.counter()));
    batch.Seal();
    const BatchFragment& fragment = batch.fragments().front();
    const LogRecord record{.type = LogRecordType::kOperations,
                           .sequence = next_,
                           .count = 1,
                           .body = batch.body(fragment),
                           .body_offset = 124};
    replay.Add({.log = log, .first = next_, .last = next_, .records = {&record, 1}});
    next_ = next_.Plus(1);
  }

 private:
  Sequence next_ = Sequence::Of(1, 8);
};

// The newest value of a key, as readers look for it.
std::string ValueIn(const std::vector<ReplayedGeneration>& generations, const std::string& key) {
  for (auto part = generations.rbegin(); part != generations.rend(); ++part) {
    const Memtable* const memtable = part->generation->Find(kUsers);
    const auto hit = memtable == nullptr ? std::nullopt : memtable->Get(key, Sequence::Max());
    if (hit) return hit->value.ToString();
  }
  return "absent";
}

// One whose threads are all busy for as long as anybody waits.
class BusyRuntime final : public Runtime {
 public:
  std::chrono::nanoseconds Now() override { return {}; }
  uint64_t Random() override { return 4; }
  void Execute(std::function<void()> job) override { jobs.push_back(std::move(job)); }
  void ExecuteAfter(std::chrono::nanoseconds, std::function<void()> job) override { Execute(std::move(job)); }

  std::vector<std::function<void()>> jobs;
};

TEST(Replay, OfNothingIsOneEmptyGeneration) {
  const ManifestState state = StateWithUsers();
  Replay replay(Runtime::Default(), state, {});
  const auto generations = replay.Finish().value();
  ASSERT_EQ(generations.size(), 1u);
  EXPECT_EQ(generations[0].generation->last(), Sequence::Of(1, 7));
  EXPECT_EQ(generations[0].first_log, FileNumber());
}

TEST(Replay, DividesALongLogIntoGenerationsThatFollowOneAnother) {
  const ManifestState state = StateWithUsers();
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    Simulator simulator(seed);
    simulator.Spawn("open", [&] {
      Replay replay(simulator, state, {.generation_bytes = 200, .chunk_bytes = 60, .waiting_bytes_max = 130});
      Commits commits;
      for (uint64_t i = 0; i < 40; ++i) {
        commits.AddTo(replay, FileNumber(4 + i / 30), kUsers, "key" + std::to_string(i % 5));
      }
      const auto generations = replay.Finish().value();
      ASSERT_GE(generations.size(), 4u);
      EXPECT_EQ(generations.front().first_log, FileNumber(4));
      EXPECT_EQ(generations.back().first_log, FileNumber(5));
      EXPECT_EQ(generations.back().generation->last(), Sequence::Of(1, 47));
      for (size_t i = 1; i < generations.size(); ++i) {
        EXPECT_LT(generations[i - 1].generation->last(), generations[i].generation->last());
      }
      for (uint64_t i = 35; i < 40; ++i) {
        EXPECT_EQ(ValueIn(generations, "key" + std::to_string(i % 5)), "value " + std::to_string(8 + i));
      }
    });
    const SimulationReport report = simulator.Run();
    EXPECT_TRUE(report.completed()) << report;
  }
}

TEST(Replay, WaitsForNoJobThatDoesNotBegin) {
  const ManifestState state = StateWithUsers();
  BusyRuntime runtime;
  for (const bool finishes : {true, false}) {
    Replay replay(runtime, state, {.generation_bytes = 200, .chunk_bytes = 60, .waiting_bytes_max = 130});
    Commits commits;
    for (uint64_t i = 0; i < 40; ++i) commits.AddTo(replay, FileNumber(4), kUsers, "key" + std::to_string(i % 5));
    if (!finishes) continue;
    const auto generations = replay.Finish().value();
    EXPECT_GE(generations.size(), 4u);
    for (uint64_t i = 35; i < 40; ++i) {
      EXPECT_EQ(ValueIn(generations, "key" + std::to_string(i % 5)), "value " + std::to_string(8 + i));
    }
  }
  EXPECT_FALSE(runtime.jobs.empty());
  for (const auto& job : runtime.jobs) job();  // The replays are gone.
}

TEST(Replay, PassesOverWhatWasDroppedSince) {
  const ManifestState state = StateWithUsers();
  Replay replay(Runtime::Default(), state, {});
  Commits commits;
  commits.AddTo(replay, FileNumber(4), kDropped, "key");
  commits.AddTo(replay, FileNumber(4), kUsers, "key");
  const auto generations = replay.Finish().value();
  EXPECT_EQ(generations[0].generation->collections(), std::vector<CollectionId>{kUsers});
  EXPECT_EQ(ValueIn(generations, "key"), "value 9");
}

TEST(Replay, TellsOfACollectionThatNeverWasWithFileAndOffset) {
  const ManifestState state = StateWithUsers();
  for (const size_t chunk_bytes : {size_t{1}, size_t{1000}}) {
    Replay replay(Runtime::Default(), state, {.chunk_bytes = chunk_bytes});
    Commits commits;
    commits.AddTo(replay, FileNumber(4), kUsers, "key");
    commits.AddTo(replay, FileNumber(4), kNeverThere, "key");
    commits.AddTo(replay, FileNumber(4), kUsers, "key");
    const Status status = replay.Finish().status();
    EXPECT_EQ(status.code(), StatusCode::kCorruption);
    EXPECT_EQ(status.message(),
              "log file 4 record body at offset 124: an operation names collection 3, which was never created");
  }
}

}  // namespace
}  // namespace logwood::testing
