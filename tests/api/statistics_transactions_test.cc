#include <chrono>
#include <gtest/gtest.h>
#include <string>
#include <utility>
#include <vector>

#include "logwood/logwood.h"
#include "tests/api/statistics_fixture.h"

// What Database::Statistics() tells of transactions: known calls give known numbers.
namespace logwood {
namespace {

class TransactionStatisticsTest : public StatisticsTest {
 protected:
  [[nodiscard]] TransactionStatistics Told() const { return db_.Statistics()->transactions; }
  // One that has read `key` of `read` and is going to write elsewhere.
  Transaction ReaderOf(const Collection& read, Bytes key) {
    Transaction transaction = db_.Begin().value();
    transaction.Get(read, key).status().Check();
    transaction.Put(results_, "result", "value").Check();
    return transaction;
  }

  Database db_ = Open({.memory_budget_bytes = uint64_t{1} << 20});
  Collection a_ = db_.CreateCollection("a").value();
  Collection results_ = db_.CreateCollection("results").value();
};

TEST_F(TransactionStatisticsTest, CountThoseThatAreOpenBegunAndCommitted) {
  Transaction writes = db_.Begin().value();
  Transaction only_reads = db_.Begin().value();
  Transaction is_open = db_.Begin().value();
  db_.Begin().value().Rollback();
  writes.Put(a_, "k", "1").Check();
  writes.Commit(kWithoutSync).status().Check();
  only_reads.Get(a_, "k").status().Check();
  only_reads.Commit(kWithoutSync).status().Check();
  a_.Put("k", "plain", kWithoutSync).Check();
  const TransactionStatistics told = Told();
  EXPECT_EQ(told.open, 1u);
  EXPECT_EQ(told.begun, 4u);
  EXPECT_EQ(told.committed, 2u);
  EXPECT_EQ(told.conflicts.total(), 0u);
  EXPECT_EQ(db_.Statistics()->commits.commits, 2u);
}

TEST_F(TransactionStatisticsTest, CountConflictsByWhatWasRead) {
  Transaction of_key = ReaderOf(a_, "k");
  Transaction of_range = db_.Begin().value();
  EXPECT_FALSE(of_range.Scan(a_, "a", "z").valid());
  of_range.Put(results_, "result", "value").Check();
  Transaction for_update = ReaderOf(a_, "k");
  a_.Put("k", "1", kWithoutSync).Check();
  for (Transaction* const each : {&of_key, &of_range}) {
    EXPECT_EQ(each->Commit(kWithoutSync).status().code(), StatusCode::kConflict);
  }
  EXPECT_EQ(for_update.GetForUpdate(a_, "k").status().code(), StatusCode::kConflict);
  const TransactionStatistics told = Told();
  EXPECT_EQ(told.conflicts.keys, 2u);
  EXPECT_EQ(told.conflicts.ranges, 1u);
  EXPECT_EQ(told.conflicts.total(), 3u);
  EXPECT_EQ(told.committed, 0u);
}

TEST_F(TransactionStatisticsTest, CountConflictsWithADropAndOfThoseTooOld) {
  const Collection dropped = db_.CreateCollection("dropped").value();
  Transaction of_dropped = ReaderOf(dropped, "k");
  db_.DropCollection("dropped").Check();
  EXPECT_EQ(of_dropped.Commit(kWithoutSync).status().code(), StatusCode::kConflict);
  Transaction old = ReaderOf(a_, "k");
  for (int i = 0; i < 2000; ++i) a_.Put(std::to_string(i), std::string(1000, 'v'), kWithoutSync).Check();
  db_.Flush().Check();
  EXPECT_EQ(old.Commit(kWithoutSync).status().code(), StatusCode::kConflict);
  const ConflictStatistics told = Told().conflicts;
  EXPECT_EQ(told.dropped_collections, 1u);
  EXPECT_EQ(told.too_old, 1u);
  EXPECT_EQ(told.total(), 2u);
}

TEST_F(TransactionStatisticsTest, CountTimeoutsOfKeysThatAreHeld) {
  Transaction holds = db_.Begin().value();
  holds.GetForUpdate(a_, "k").status().Check();
  Transaction waits = db_.Begin({.lock_timeout = std::chrono::milliseconds(0)}).value();
  EXPECT_EQ(waits.GetForUpdate(a_, "k").status().code(), StatusCode::kTimeout);
  EXPECT_EQ(Told().lock_timeouts, 1u);
  EXPECT_EQ(Told().deadlocks, 0u);
  EXPECT_EQ(Told().conflicts.total(), 0u);
}

TEST_F(TransactionStatisticsTest, TellTheMemoryThatOpenOnesTake) {
  constexpr uint64_t kSize = 100'000;
  Transaction transaction = db_.Begin().value();
  transaction.Put(a_, "k", std::string(kSize, 'v')).Check();
  EXPECT_GE(Told().writes_bytes, kSize - 4096);
  EXPECT_LE(Told().writes_bytes, 2 * kSize);
  EXPECT_EQ(Told().reads_bytes, 0u);
  transaction.Get(a_, "k").status().Check();  // Where it is, it can be looked up from then on.
  EXPECT_GE(Told().writes_bytes, 2 * (kSize - 4096));
  EXPECT_LE(Told().writes_bytes, 3 * kSize);
  for (uint64_t i = 0; i < kSize / 10; ++i) transaction.Get(a_, std::to_string(i)).status().Check();
  EXPECT_GE(Told().reads_bytes, kSize);
  EXPECT_LE(Told().reads_bytes, 10 * kSize);
  EXPECT_EQ(db_.Statistics()->memory.transactions_bytes, Told().writes_bytes + Told().reads_bytes);
  transaction.Rollback();
  EXPECT_EQ(db_.Statistics()->memory.transactions_bytes, 0u);
}

TEST_F(TransactionStatisticsTest, TellWhatIsKeptToCompareWith) {
  Transaction is_open = ReaderOf(a_, "k");
  for (int i = 0; i < 100; ++i) a_.Put(std::to_string(i), std::string(1000, 'v'), kWithoutSync).Check();
  const uint64_t bytes = db_.Statistics()->active_memtables.bytes;
  EXPECT_EQ(Told().evidence_bytes, 0u);
  db_.Flush().Check();
  EXPECT_EQ(Told().evidence_bytes, bytes);
  EXPECT_EQ(db_.Statistics()->views.pinned_memtables_bytes, bytes);
  is_open.Rollback();
  EXPECT_EQ(Told().evidence_bytes, 0u);
}

}  // namespace
}  // namespace logwood
