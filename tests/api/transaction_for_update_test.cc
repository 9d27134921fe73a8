#include <chrono>
#include <gtest/gtest.h>
#include <optional>
#include <thread>

#include "logwood/logwood.h"
#include "tests/api/transaction_fixture.h"

namespace logwood::testing {
namespace {

TEST_F(TransactionTest, ForUpdateMovesOnWhereNothingElseHasChanged) {
  a_.Put("k", "1", kNoSync).Check();
  Transaction transaction = Begin();
  EXPECT_EQ(ValueOf(transaction.Get(a_, "other")), "none");
  a_.Put("k", "2", kNoSync).Check();
  EXPECT_EQ(ValueOf(transaction.GetForUpdate(a_, "k")), "2");
  transaction.Put(a_, "k", "3").Check();
  EXPECT_TRUE(Commit(transaction).ok());
  EXPECT_EQ(ValueOf(a_.Get("k")), "3");
}

TEST_F(TransactionTest, ForUpdateConflictsWhereWhatWasReadHasChanged) {
  Transaction transaction = Begin();
  EXPECT_EQ(ValueOf(transaction.Get(a_, "read")), "none");
  a_.Put("k", "2", kNoSync).Check();
  a_.Put("read", "2", kNoSync).Check();
  EXPECT_EQ(transaction.GetForUpdate(a_, "k").status().code(), StatusCode::kConflict);
  Transaction snapshot = Begin(kSnapshotIsolation);
  EXPECT_EQ(ValueOf(snapshot.Get(a_, "read")), "2");
  a_.Put("k", "3", kNoSync).Check();
  EXPECT_EQ(snapshot.GetForUpdate(a_, "k").status().code(), StatusCode::kConflict);
}

TEST_F(TransactionTest, ForUpdateWaitsUntilTheOtherHasEnded) {
  Transaction first = Begin();
  EXPECT_EQ(ValueOf(first.GetForUpdate(a_, "k")), "none");
  std::thread other([this] {
    Transaction second = Begin({.lock_timeout = std::chrono::seconds(60)});
    EXPECT_EQ(ValueOf(second.GetForUpdate(a_, "k")), "1");
    second.Put(a_, "k", "2").Check();
    EXPECT_TRUE(Commit(second).ok());
  });
  first.Put(a_, "k", "1").Check();
  EXPECT_TRUE(Commit(first).ok());
  other.join();
  EXPECT_EQ(ValueOf(a_.Get("k")), "2");
}

TEST_F(TransactionTest, ForUpdateTimesOut) {
  Transaction first = Begin();
  EXPECT_EQ(ValueOf(first.GetForUpdate(a_, "k")), "none");
  Transaction second = Begin({.lock_timeout = std::chrono::milliseconds(5)});
  EXPECT_EQ(second.GetForUpdate(a_, "k").status().code(), StatusCode::kTimeout);
  EXPECT_EQ(ValueOf(second.GetForUpdate(b_, "k")), "none");
  first.Rollback();
  EXPECT_EQ(ValueOf(second.GetForUpdate(a_, "k")), "none");
}

TEST_F(TransactionTest, ADeadlockIsToldToTheOneThatWouldCloseTheCycle) {
  Transaction first = Begin({.lock_timeout = std::chrono::seconds(60)});
  Transaction second = Begin({.lock_timeout = std::chrono::seconds(60)});
  EXPECT_EQ(ValueOf(first.GetForUpdate(a_, "x")), "none");
  EXPECT_EQ(ValueOf(second.GetForUpdate(a_, "y")), "none");
  const auto wants = [this](Transaction& transaction, const char* key) {
    const Status status = transaction.GetForUpdate(a_, key).status();
    transaction.Rollback();
    return status.code();
  };
  StatusCode of_second = StatusCode::kOk;
  std::thread other([&] { of_second = wants(second, "x"); });
  const StatusCode of_first = wants(first, "y");
  other.join();
  EXPECT_TRUE((of_first == StatusCode::kDeadlock) != (of_second == StatusCode::kDeadlock));
  EXPECT_TRUE(of_first == StatusCode::kOk || of_second == StatusCode::kOk);
}

TEST_F(TransactionTest, GivesBackItsKeysWhenItGoesThoughACursorRemains) {
  std::optional<Transaction> first = Begin();
  EXPECT_EQ(ValueOf(first->GetForUpdate(a_, "k")), "none");
  const Cursor cursor = first->Scan(a_);
  first.reset();
  EXPECT_EQ(db_.Statistics()->transactions.open, 0u);
  Transaction second = Begin({.lock_timeout = std::chrono::milliseconds(0)});
  EXPECT_EQ(ValueOf(second.GetForUpdate(a_, "k")), "none");
}

}  // namespace
}  // namespace logwood::testing
