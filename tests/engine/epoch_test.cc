// What happens where an epoch's sequences run out (I6), with epochs of a few sequences instead of 2^40.
#include <cstdint>
#include <gtest/gtest.h>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/engine.h"
#include "logwood/testing/simulated_store.h"
#include "logwood/testing/simulator.h"
#include "lsm/lsm_kind.h"
#include "tests/model/store_audit.h"

namespace logwood::testing {
namespace {

std::shared_ptr<Engine> OpenEngine(Store& store, Runtime& runtime, uint64_t sequences_per_epoch) {
  Engine::Parts parts{.store = store,
                      .runtime = runtime,
                      .owned_store = nullptr,
                      .kinds = {},
                      .stay_policy = {},
                      .sequences_per_epoch = sequences_per_epoch};
  parts.kinds.Register(CollectionKind::kLsm, NewLsmKind());
  return Engine::Open(std::move(parts), {.memtable_size_bytes = 2048, .log_file_size_bytes = 4096}).value();
}

Sequence Put(Engine& engine, CollectionId collection, const std::string& key, const std::string& value) {
  BatchEncoder batch;
  batch.Add(EntryType::kPut, collection, key, value);
  batch.Add(EntryType::kPut, collection, "last", value);
  const std::vector<CollectionId> collections{collection};
  return engine.Commit({.batch = batch, .collections = collections}).value();
}

void ExpectEntries(const Engine& engine, CollectionId collection, const std::map<std::string, std::string>& expected) {
  const ReadView view = engine.View().value();
  const std::unique_ptr<EntryCursor> cursor = view.NewCursor(collection, {}).value();
  std::map<std::string, std::string> found;
  for (cursor->First(); cursor->valid(); cursor->Next()) {
    found[cursor->entry().key.ToString()] = cursor->entry().value.ToString();
  }
  EXPECT_TRUE(cursor->status().ok()) << cursor->status();
  EXPECT_EQ(found, expected);
}

void RunOut(uint64_t sequences_per_epoch, Simulator& simulator, SimulatedStore& store) {
  std::map<std::string, std::string> expected;
  {
    const std::shared_ptr<Engine> engine = OpenEngine(store, simulator, sequences_per_epoch);
    const CollectionId collection = engine->CreateCollection("entries", {.block_size_bytes = 256}).value().id;
    Sequence last;
    for (int i = 0; i < 60; ++i) {
      const std::string key = "key " + std::to_string(i % 23);
      const Sequence taken = Put(*engine, collection, key, std::to_string(i));
      EXPECT_GT(taken, last);
      EXPECT_LE(taken.counter(), sequences_per_epoch);
      last = taken;
      expected[key] = expected["last"] = std::to_string(i);
      ExpectEntries(*engine, collection, expected);
      const std::unique_ptr<SimulatedStore> left = store.Crash(CrashChoice::Nothing());
      const std::shared_ptr<Engine> found = OpenEngine(*left, simulator, sequences_per_epoch);
      ExpectEntries(*found, found->OpenCollection("entries").value().id, expected);
    }
    EXPECT_GE(last.epoch(), 120 / sequences_per_epoch);
  }
  EXPECT_EQ(AuditStore(store), std::vector<std::string>());
  const std::shared_ptr<Engine> engine = OpenEngine(store, simulator, sequences_per_epoch);
  const CollectionId collection = engine->OpenCollection("entries").value().id;
  ExpectEntries(*engine, collection, expected);
  engine->Compact(collection).Check();
  ExpectEntries(*engine, collection, expected);
  EXPECT_TRUE(engine->Verify().value().damages.empty());
}

TEST(Epoch, WhenItsSequencesRunOutTheNextBeginsAndNothingIsLost) {
  for (const uint64_t sequences_per_epoch : {2u, 3u, 7u, 50u}) {
    SCOPED_TRACE(std::to_string(sequences_per_epoch) + " sequences an epoch");
    Simulator simulator({.seed = sequences_per_epoch, .disposal = Disposal::kPark});
    SimulatedStore store(simulator);
    simulator.Spawn("driver", [&] { RunOut(sequences_per_epoch, simulator, store); });
    const SimulationReport report = simulator.Run();
    EXPECT_TRUE(report.completed()) << report;
    EXPECT_EQ(store.violations(), std::vector<std::string>());
  }
}

}  // namespace
}  // namespace logwood::testing
