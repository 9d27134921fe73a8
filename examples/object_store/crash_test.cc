#include <algorithm>
#include <functional>
#include <gtest/gtest.h>
#include <iostream>
#include <logwood/logwood.h>
#include <logwood/testing/fault_store.h>
#include <logwood/testing/simulator.h>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "object_store.h"
#include "simulated_service.h"

// A database on the object store, of which one call or one request after the other fails, and what is found when it is
// opened again: everything acknowledged as durable, each batch whole.
namespace example {
namespace {

using logwood::Batch;
using logwood::Collection;
using logwood::Database;
using logwood::Options;
using logwood::Result;
using logwood::Status;
using logwood::Sync;
using logwood::testing::Fault;
using logwood::testing::FaultStore;
using logwood::testing::FaultWhen;
using logwood::testing::SimulationReport;
using logwood::testing::Simulator;

constexpr const char* kCollections[] = {"left", "right"};

using Contents = std::map<std::string, std::string>;  // "COLLECTION/KEY" to value.

// What the database holds after each commit, and which commits must survive.
struct Ledger {
  std::vector<Contents> states = {{}};
  size_t synced = 0;
};

ObjectStoreOptions QuickOptions(TakeOver take_over) {
  return {.chunk_size_bytes = 2000,
          .owner = "a test",
          .take_over = take_over,
          .retries = {.attempts = 3, .wait = [](std::chrono::nanoseconds) {}}};
}

// Enough writes for flushes and merges; ends at the first that fails.
class Program {
 public:
  Program(logwood::Store& store, logwood::Runtime& runtime, Ledger& ledger)
      : store_(store), runtime_(runtime), ledger_(ledger) {}

  Status Run() {
    Result<Database> db =
        Database::Open(store_, Options{.memory_budget_bytes = 16384, .memtable_size_bytes = 512}, runtime_);
    if (!db.ok()) return db.status();
    const Status status = Write(*db);
    const Status closed = db->Close();
    if (!status.ok()) return status;
    if (closed.ok()) ledger_.synced = ledger_.states.size() - 1;
    return closed;
  }

 private:
  Status Write(Database& db) {
    std::vector<Collection> collections;
    for (const char* name : kCollections) {
      Result<Collection> collection = db.OpenOrCreate(name);
      if (!collection.ok()) return collection.status();
      collections.push_back(*std::move(collection));
    }
    for (size_t i = 1; i <= 11; ++i) {
      if (Status status = Commit(db, collections, i); !status.ok()) return status;
    }
    if (Status status = db.Compact(collections.front()); !status.ok()) return status;
    return Commit(db, collections, 12);
  }

  // The same writes to both collections, so that half a batch would show.
  Status Commit(Database& db, const std::vector<Collection>& collections, size_t number) {
    const std::string key = "key" + std::to_string(number % 7);
    const std::string value = std::to_string(number) + std::string(number * 13 % 90, 'v');
    const std::string gone = "key" + std::to_string(number * 3 % 7);
    Batch batch;
    Contents next = ledger_.states.back();
    for (const Collection& collection : collections) {
      batch.Delete(collection, gone);
      batch.Put(collection, key, value);
      batch.Put(collection, "number", std::to_string(number));
      next.erase(collection.name() + "/" + gone);
      next[collection.name() + "/" + key] = value;
      next[collection.name() + "/number"] = std::to_string(number);
    }
    ledger_.states.push_back(std::move(next));
    const Sync sync = number % 3 == 0 ? Sync::kYes : Sync::kNo;
    const Status status = db.Commit(batch, {.sync = sync});
    if (status.ok() && sync == Sync::kYes) ledger_.synced = number;
    return status;
  }

  logwood::Store& store_;
  logwood::Runtime& runtime_;
  Ledger& ledger_;
};

// Runs the program in a simulation, so that each run makes the same calls in the same order.
Status RunProgram(logwood::Store& store, Ledger& ledger) {
  Simulator simulator(1);
  Status status;
  simulator.Spawn("program", [&] { status = Program(store, simulator, ledger).Run(); });
  const SimulationReport report = simulator.Run();
  EXPECT_TRUE(report.completed()) << report;
  return status;
}

Contents ReadAll(const Database& db) {
  Contents contents;
  for (const std::string& name : db.Collections().value()) {
    logwood::Cursor cursor = db.OpenCollection(name).value().Scan();
    for (const auto [key, value] : cursor) contents[name + "/" + key.ToString()] = value.ToString();
    cursor.status().Check();
  }
  return contents;
}

// Opens what the service holds, as a process that comes after the death of the one before.
void CheckWhatIsLeft(SimulatedService& service, const Ledger& ledger) {
  ObjectStore store(service, QuickOptions(TakeOver::kYes));
  Simulator simulator(2);
  simulator.Spawn("next", [&] {
    Result<Database> db = Database::Open(store, {}, simulator);
    ASSERT_TRUE(db.ok()) << db.status();
    const auto found = std::find(ledger.states.begin() + static_cast<std::ptrdiff_t>(ledger.synced),
                                 ledger.states.end(), ReadAll(*db));
    EXPECT_NE(found, ledger.states.end()) << "not the state after any commit from " << ledger.synced << " on";
    EXPECT_EQ(db->Verify().value().damages.size(), 0u);
    EXPECT_EQ(db->OpenOrCreate("next").value().Put("key", "value"), Status::Ok());
    EXPECT_EQ(db->Close(), Status::Ok());
  });
  const SimulationReport report = simulator.Run();
  EXPECT_TRUE(report.completed()) << report;
}

// Plans something for the k-th call of a store, for each k that there is.
void ForEachCall(const std::function<void(FaultStore&, uint64_t)>& plan) {
  uint64_t call = 0;
  for (bool reached = true; reached && !::testing::Test::HasFailure();) {
    SCOPED_TRACE("call " + std::to_string(++call));
    SimulatedService service;
    Ledger ledger;
    {
      ObjectStore store(service, QuickOptions(TakeOver::kNo));
      FaultStore faults(store);
      plan(faults, call);
      const Status status = RunProgram(faults, ledger);
      reached = faults.calls() >= call;
      if (!reached) {
        EXPECT_EQ(status, Status::Ok());
      }
    }
    CheckWhatIsLeft(service, ledger);
  }
  std::cout << call - 1 << " calls\n";
}

TEST(Crash, AtEachCallLosesNothingAcknowledged) {
  ForEachCall([](FaultStore& faults, uint64_t call) { faults.StopAt(call); });
}

TEST(FailedCall, BeforeItsEffectLosesNothingAcknowledged) {
  ForEachCall([](FaultStore& faults, uint64_t call) { faults.FailAt(call, {.when = FaultWhen::kBeforeEffect}); });
}

TEST(FailedCall, AfterItsEffectLosesNothingAcknowledged) {
  ForEachCall([](FaultStore& faults, uint64_t call) { faults.FailAt(call, {.when = FaultWhen::kAfterEffect}); });
}

// The same below the store: for each request to the service. `check` is given what the program ended with.
void ForEachRequest(Lost lost, LostFor how_long, const std::function<void(const Status&)>& check) {
  uint64_t request = 0;
  for (bool reached = true; reached && !::testing::Test::HasFailure();) {
    SCOPED_TRACE("request " + std::to_string(++request));
    SimulatedService service;
    service.LoseAt(request, lost, how_long);
    Ledger ledger;
    std::unique_ptr<SimulatedService> left;
    {
      ObjectStore store(service, QuickOptions(TakeOver::kNo));
      const Status status = RunProgram(store, ledger);
      reached = service.requests() >= request;
      if (reached) check(status);
    }
    left = service.Copy();
    CheckWhatIsLeft(*left, ledger);
  }
  std::cout << request - 1 << " requests\n";
}

TEST(LostRequest, IsNotNoticed) {
  ForEachRequest(Lost::kRequest, LostFor::kOnce, [](const Status& status) { EXPECT_EQ(status, Status::Ok()); });
}

TEST(LostAnswer, IsNotNoticed) {
  ForEachRequest(Lost::kAnswer, LostFor::kOnce, [](const Status& status) { EXPECT_EQ(status, Status::Ok()); });
}

// Also the death of the process: what it held, its lock too, is held for ever.
TEST(LostRequests, FromOneOnLoseNothingAcknowledged) {
  ForEachRequest(Lost::kRequest, LostFor::kForEver, [](const Status&) {});
}

TEST(LostAnswers, FromOneOnLoseNothingAcknowledged) {
  ForEachRequest(Lost::kAnswer, LostFor::kForEver, [](const Status&) {});
}

}  // namespace
}  // namespace example
