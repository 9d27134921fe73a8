// Close() against every call that writes, two at a time: short runs, so that many seeds meet each race.
#include <cstdint>
#include <functional>
#include <gtest/gtest.h>
#include <memory>
#include <optional>
#include <string>

#include "api/database_factory.h"
#include "logwood/logwood.h"
#include "logwood/testing/simulated_store.h"
#include "logwood/testing/simulator.h"
#include "tests/api/map_cursor.h"
#include "tests/model/small_segments.h"

namespace logwood::testing {
namespace {

constexpr uint64_t kSeeds = 150;

using Call = std::function<Status(Database&, Collection&)>;

// A database with a collection "ada" of one entry, one actor that calls, and one or two who close.
class CloseRace {
 public:
  explicit CloseRace(uint64_t seed)
      : simulator_({.seed = seed, .disposal = Disposal::kPark, .step_limit = 100'000}), store_(simulator_) {
    store_.SetCallObserver([this](const StoreCall& call) {
      if (closed_ && kWritingCalls.contains(call.kind)) {
        ADD_FAILURE() << "after Close() returned: " << ToString(call.kind) << " of " << call.name;
      }
      // A device that is slow at the one file that Close() does not need: whoever is not excluded is overtaken.
      if (!began_ || !call.name.ends_with(".manifest") || call.phase != StoreCallPhase::kBefore) return;
      for (int i = 0; i < 60; ++i) simulator_.scheduler()->Yield("slow manifest");
    });
  }

  // Returns what the call gave.
  Status Run(const Call& call, int closer_count) {
    Status given;
    simulator_.Spawn("begin", [&, closer_count] {
      db_.emplace(DatabaseFactory::Open(store_, {.memtable_size_bytes = 512}, simulator_, kSmallSegments).value());
      collection_.emplace(db_->CreateCollection("ada").value());
      collection_->Put("key", "unsynced", {.sync = Sync::kNo}).Check();
      began_ = true;
      simulator_.Spawn("caller", [&] { given = call(*db_, *collection_); });
      for (int i = 0; i < closer_count; ++i) simulator_.Spawn("closer", [this] { Close(); });
    });
    const SimulationReport report = simulator_.Run();
    EXPECT_TRUE(report.completed()) << report;
    return given;
  }

 private:
  void Close() {
    for (uint64_t i = simulator_.Random() % 40; i > 0; --i) simulator_.scheduler()->Yield("closer");
    EXPECT_TRUE(db_->Close().ok());
    EXPECT_EQ(db_->NewView().status().code(), StatusCode::kClosed);
    // Who closes second may rely on it as well: all is durable, and the lock is free.
    EXPECT_TRUE(store_.Lock(LockMode::kExclusive).ok()) << "closed, and still locked";
    EXPECT_FALSE(Holds(store_.PendingItems(), PendingItem::Kind::kSector)) << "closed, and not all is durable";
    closed_ = true;
  }
  static bool Holds(const std::vector<PendingItem>& items, PendingItem::Kind kind) {
    for (const PendingItem& item : items) {
      if (item.kind == kind) return true;
    }
    return false;
  }

  Simulator simulator_;
  SimulatedStore store_;
  std::optional<Database> db_;
  std::optional<Collection> collection_;
  bool began_ = false;
  bool closed_ = false;
};

void CheckEverySeed(const Call& call) {
  uint64_t refused = 0;
  for (uint64_t seed = 1; seed <= kSeeds && !::testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const Status given = CloseRace(seed).Run(call, seed % 2 == 0 ? 1 : 2);
    EXPECT_TRUE(given.ok() || given.code() == StatusCode::kClosed) << given;
    EXPECT_TRUE(given.ok() || given.outcome() == Outcome::kNotApplied) << given;
    refused += given.ok() ? 0 : 1;
  }
  EXPECT_GT(refused, 0u) << "no seed closes first";
  EXPECT_LT(refused, kSeeds) << "every seed closes first";
}

TEST(CloseRace, Put) {
  CheckEverySeed([](Database&, Collection& ada) { return ada.Put("key", "value", {.sync = Sync::kNo}); });
}

TEST(CloseRace, CreateCollection) {
  CheckEverySeed([](Database& db, Collection&) { return db.CreateCollection("alan").status(); });
}

TEST(CloseRace, DropCollection) {
  CheckEverySeed([](Database& db, Collection&) { return db.DropCollection("ada"); });
}

TEST(CloseRace, Flush) {
  CheckEverySeed([](Database& db, Collection&) { return db.Flush(); });
}

TEST(CloseRace, Compact) {
  CheckEverySeed([](Database& db, Collection& ada) { return db.Compact(ada); });
}

TEST(CloseRace, Ingest) {
  CheckEverySeed([](Database& db, Collection& ada) {
    std::vector<IngestedEntries> parts;
    parts.push_back({.collection = ada, .entries = NewMapCursor({{"key", "value"}})});
    return db.Ingest(std::move(parts));
  });
}

TEST(CloseRace, ReleaseOfAView) {
  CheckEverySeed([](Database& db, Collection& ada) {
    const Result<View> view = db.NewView();
    if (!view.ok()) return view.status();
    const Status status = db.Compact(ada);
    return status.ok() ? view->Get(ada, "key").status() : status;
  });
}

}  // namespace
}  // namespace logwood::testing
