// Cursors that step over many tombstones of the active memtable have it flushed.
#include <gtest/gtest.h>
#include <optional>
#include <string>

#include "logwood/logwood.h"
#include "logwood/testing/simulated_store.h"
#include "tests/crash/queue_runtime.h"

namespace logwood::testing {
namespace {

constexpr CommitOptions kUnsynced = {.sync = Sync::kNo};

// A database whose background jobs run when the test says so. The keys of `users` are in trees.
class TombstoneScanTest : public ::testing::Test {
 protected:
  static constexpr int kKeys = 5000;

  TombstoneScanTest() {
    Batch batch;
    for (int i = 0; i < kKeys; ++i) batch.Put(users_, KeyOf(i), "value");
    db_.Commit(batch, kUnsynced).Check();
    db_.Flush().Check();
    RunJobs();
    flushes_before_ = Flushes();
  }

  static std::string KeyOf(int i) { return std::to_string(10'000 + i); }
  void Delete(int count) {
    for (int i = 0; i < count; ++i) users_.Delete(KeyOf(i), kUnsynced).Check();
  }
  int CountLiving() {
    int count = 0;
    Cursor cursor = users_.Scan();
    for ([[maybe_unused]] const auto entry : cursor) ++count;
    cursor.status().Check();
    return count;
  }
  void RunJobs() {
    for (int i = 0; i < 50; ++i) runtime_.RunOneJob();
  }
  [[nodiscard]] uint64_t Flushes() { return db_.Statistics().value().flushes.jobs; }
  [[nodiscard]] uint64_t FlushesSince() { return Flushes() - flushes_before_; }
  [[nodiscard]] uint64_t EntriesInMemory() { return db_.Statistics().value().active_memtables.entries; }

  QueueRuntime runtime_{1};
  SimulatedStore store_{runtime_};
  Database db_ = Database::Open(store_, {}, runtime_).value();
  Collection users_ = db_.CreateCollection("users").value();
  uint64_t flushes_before_ = 0;
};

TEST_F(TombstoneScanTest, AfterTheFirstScanNoneAreLeft) {
  Delete(kKeys);
  EXPECT_EQ(EntriesInMemory(), uint64_t{kKeys});
  EXPECT_EQ(CountLiving(), 0);
  RunJobs();
  EXPECT_EQ(FlushesSince(), 1u);
  EXPECT_EQ(EntriesInMemory(), 0u);
  EXPECT_EQ(db_.Statistics().value().collections.at(0).trees.entries, 0u);  // Tombstones included.
  EXPECT_EQ(CountLiving(), 0);
  RunJobs();
  EXPECT_EQ(FlushesSince(), 1u);
}

TEST_F(TombstoneScanTest, ManyScansOverAFewThousandAreNoReason) {
  Delete(4000);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(CountLiving(), kKeys - 4000);
  RunJobs();
  EXPECT_EQ(FlushesSince(), 0u);
}

TEST_F(TombstoneScanTest, NoScanIsNoReason) {
  Delete(kKeys);
  RunJobs();
  EXPECT_EQ(FlushesSince(), 0u);
}

TEST_F(TombstoneScanTest, SparseTombstonesAreNoReason) {
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < kKeys; i += 2) users_.Delete(KeyOf(i), kUnsynced).Check();
  }
  EXPECT_EQ(CountLiving(), kKeys / 2);
  EXPECT_EQ(CountLiving(), kKeys / 2);
  RunJobs();
  EXPECT_EQ(FlushesSince(), 0u);
}

TEST_F(TombstoneScanTest, TheNextWriteFlushesForACursorThatGoesOn) {
  Delete(kKeys);
  const Cursor cursor = users_.Scan();
  users_.Put("zoe", "value", kUnsynced).Check();
  RunJobs();
  EXPECT_EQ(FlushesSince(), 1u);
  EXPECT_EQ(CountLiving(), 1);
}

}  // namespace
}  // namespace logwood::testing
