// What goes on in a full store, and how writing comes back.
#include <chrono>
#include <functional>
#include <gtest/gtest.h>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "api/database_factory.h"
#include "base/mutex.h"
#include "logwood/logwood.h"
#include "logwood/testing/fault_store.h"
#include "logwood/testing/simulator.h"

namespace logwood::testing {
namespace {

using namespace std::chrono_literals;
using Entries = std::map<std::string, std::string>;

constexpr Options kOptions = {
    .memory_budget_bytes = 1 << 20, .memtable_size_bytes = 32 << 10, .log_file_size_bytes = 32 << 10};
constexpr uint64_t kCapacity = 1'000'000;
constexpr std::chrono::nanoseconds kLongestDelay = 10s;

// A database in a store that may be full, in a simulation.
class FullStoreTest : public ::testing::Test {
 protected:
  void Play(const std::function<void()>& body) {
    for (uint64_t seed = 1; seed <= 3; ++seed) {
      SCOPED_TRACE("seed " + std::to_string(seed));
      simulator_.emplace(SimulatorOptions{.seed = seed, .disposal = Disposal::kPark});
      memory_ = NewMemoryStore();
      faults_.emplace(*memory_);
      model_.clear();
      prefix_ = "key";
      simulator_->Spawn("driver", [&] {
        db_.emplace(DatabaseFactory::Open(*faults_, kOptions, *simulator_, {}).value());
        entries_ = db_->CreateCollection("entries").value();
        body();
        entries_.reset();
        db_.reset();
      });
      const SimulationReport report = simulator_->Run();
      EXPECT_TRUE(report.completed()) << report;
    }
  }

  Status Put(int i, size_t size = 1000) {
    const std::string key = prefix_ + std::to_string(i);
    const std::string value(size, static_cast<char>('a' + i % 26));
    const Status status = entries_->Put(key, value, {.sync = Sync::kNo});
    if (status.ok()) model_[key] = value;
    return status;
  }
  // Writes until a write finds the store full, `count_max` times at most. Returns how many did not.
  int FillStore(int begin, int count_max = 10'000) {
    int count = 0;
    Status status;
    while (count < count_max && (status = Put(begin + count)).ok()) ++count;
    EXPECT_TRUE(status.ok() || status.code() == StatusCode::kNoSpace) << status;
    return count;
  }
  // The same until it does not come back by itself any more, for logs leave room when they are flushed.
  int FillStoreForGood(int begin) {
    int count = 0;
    for (int filled = 1; filled > 0; count += filled) {
      filled = FillStore(begin + count);
      Rest(kLongestDelay + 1s);
    }
    return count;
  }
  void ExpectModel(const Database& db) {
    Entries found;
    Cursor cursor = db.OpenCollection("entries").value().Scan();
    for (const auto [key, value] : cursor) found[key.ToString()] = value.ToString();
    EXPECT_TRUE(cursor.status().ok()) << cursor.status();
    EXPECT_EQ(found, model_);
  }
  void Rest(std::chrono::nanoseconds duration) {
    Mutex mutex(*simulator_);
    Condition never(*simulator_);
    const MutexLock lock(mutex);
    never.WaitFor(mutex, duration);
  }

  std::optional<Simulator> simulator_;
  std::unique_ptr<Store> memory_;
  std::optional<FaultStore> faults_;
  std::optional<Database> db_;
  std::optional<Collection> entries_;
  Entries model_;
  std::string prefix_ = "key";
};

TEST_F(FullStoreTest, WritesAreRefusedAtOnceAndReadingGoesOn) {
  Play([this] {
    faults_->SetCapacity(kCapacity);
    EXPECT_GT(FillStore(0), 100);
    const std::chrono::nanoseconds begun = simulator_->Now();
    for (int i = 0; i < 3; ++i) {
      const Status refused = Put(-1);
      EXPECT_EQ(refused.code(), StatusCode::kNoSpace);
      EXPECT_EQ(refused.outcome(), Outcome::kNotApplied);
      EXPECT_EQ(db_->Flush().code(), StatusCode::kNoSpace);
    }
    EXPECT_LT(simulator_->Now() - begun, 5ms) << "somebody was made to wait";
    ExpectModel(*db_);
  });
}

TEST_F(FullStoreTest, WritingComesBackByItselfOnceThereIsSpace) {
  Play([this] {
    faults_->SetCapacity(kCapacity);
    EXPECT_GT(FillStoreForGood(0), 700);
    ExpectModel(*db_);
    faults_->SetCapacity(UINT64_MAX);
    Rest(kLongestDelay + 1s);
    const Status back = Put(-1);
    EXPECT_TRUE(back.ok()) << back;
    ExpectModel(*db_);
    EXPECT_TRUE(db_->Close().ok());
    Database again = DatabaseFactory::Open(*faults_, kOptions, *simulator_, {}).value();
    ExpectModel(again);
  });
}

TEST_F(FullStoreTest, WhatItTakesDoesNotGrowWhileItWaits) {
  Play([this] {
    faults_->SetCapacity(kCapacity);
    FillStoreForGood(0);
    const uint64_t used = faults_->bytes_used();
    const size_t files = faults_->List().value().size();
    Rest(600s);
    EXPECT_LE(faults_->bytes_used(), used);
    EXPECT_LE(faults_->List().value().size(), files);
    ExpectModel(*db_);
  });
}

TEST_F(FullStoreTest, DroppingACollectionMakesRoom) {
  Play([this] {
    Collection other = db_->CreateCollection("other").value();
    for (int i = 0; i < 300; ++i) {
      other.Put("o" + std::to_string(i), std::string(1000, 'o'), {.sync = Sync::kNo}).Check();
    }
    db_->Flush().Check();
    faults_->SetCapacity(kCapacity);
    FillStoreForGood(0);
    EXPECT_EQ(Put(-1).code(), StatusCode::kNoSpace);
    const Status dropped = db_->DropCollection("other");
    EXPECT_TRUE(dropped.ok()) << dropped;
    Rest(kLongestDelay + 1s);
    EXPECT_GT(FillStore(100'000), 100);
    ExpectModel(*db_);
  });
}

TEST_F(FullStoreTest, DeletesAreMergedAndMakeRoom) {
  Play([this] {
    EXPECT_EQ(FillStore(0, 600), 600);
    db_->Flush().Check();
    Rest(5s);
    faults_->SetCapacity(faults_->bytes_used() + 40'000);
    entries_->DeleteRange("key", "kez", {.sync = Sync::kNo}).Check();
    model_.clear();
    prefix_ = "other";
    EXPECT_GT(FillStoreForGood(2000), 300) << "what was deleted still takes its place";
    ExpectModel(*db_);
  });
}

TEST_F(FullStoreTest, ClosingReturnsAndNothingAcknowledgedIsLost) {
  Play([this] {
    faults_->SetCapacity(kCapacity);
    FillStore(0);
    EXPECT_EQ(db_->Close().code(), StatusCode::kNoSpace);
    faults_->SetCapacity(UINT64_MAX);
    Database again = DatabaseFactory::Open(*faults_, kOptions, *simulator_, {}).value();
    Cursor cursor = again.OpenCollection("entries").value().Scan();
    Entries found;
    for (const auto [key, value] : cursor) found[key.ToString()] = value.ToString();
    for (const auto& [key, value] : model_) EXPECT_EQ(found[key], value);
    EXPECT_LE(found.size(), model_.size() + 1) << "but the one of unknown outcome";
  });
}

TEST_F(FullStoreTest, SpaceIsReservedFromTheFirstFlushToTheEnd) {
  Play([this] {
    const auto reserved = [this] { return db_->Statistics().value().stored.reserves.bytes; };
    Put(1).Check();
    EXPECT_EQ(reserved(), 0u);
    db_->Flush().Check();
    Rest(1s);
    EXPECT_EQ(reserved(), 40u << 10) << "a memtable and a quarter";
    faults_->SetCapacity(faults_->bytes_used() - 8192);
    FillStore(2);
    Rest(1s);
    EXPECT_EQ(reserved(), 0u);
    faults_->SetCapacity(UINT64_MAX);
    Rest(kLongestDelay + 1s);
    EXPECT_EQ(reserved(), 40u << 10);
    db_->Close().Check();
    for (const std::string& name : memory_->List().value()) EXPECT_FALSE(name.ends_with(".reserve")) << name;
  });
}

}  // namespace
}  // namespace logwood::testing
