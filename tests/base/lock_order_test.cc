#include "base/lock_order.h"

#include <gtest/gtest.h>

#include "base/mutex.h"
#include "base/thread_pool.h"

namespace logwood {
namespace {

class LockOrderDeathTest : public ::testing::Test {
 protected:
  Mutex root_{Runtime::Default(), LockRank::kRoot};
  Mutex files_{Runtime::Default(), LockRank::kFileTable};
  Mutex leaf_{Runtime::Default()};
  Mutex other_leaf_{Runtime::Default()};
};

TEST_F(LockOrderDeathTest, ALockOutOfOrderEndsTheProcessAndNamesBoth) {
  const MutexLock files(files_);
  EXPECT_DEATH(root_.Lock(), "a thread takes Root::mutex_ .4. while it holds FileTable::mutex_ .9.");
}

TEST_F(LockOrderDeathTest, ALockThatIsHeldAloneHasNoneBehindIt) {
  const MutexLock leaf(leaf_);
  EXPECT_DEATH(other_leaf_.Lock(), "takes a lock that is held alone .15. while it holds a lock that is held alone");
}

TEST_F(LockOrderDeathTest, ALockThatAThreadHasIsNotTakenAgain) {
  const MutexLock root(root_);
  EXPECT_DEATH(root_.Lock(), "takes Root::mutex_ .4. while it holds Root::mutex_");
}

TEST_F(LockOrderDeathTest, WaitingWithALockMeansHoldingNoLaterOne) {
  Condition never(Runtime::Default());
  const MutexLock root(root_);
  const MutexLock files(files_);
  EXPECT_DEATH(never.WaitFor(root_, {}), "waits with Root::mutex_ .4. while it holds FileTable::mutex_");
}

TEST_F(LockOrderDeathTest, WhatIsHeldCountsAgainAfterAWait) {
  Condition never(Runtime::Default());
  const MutexLock files(files_);
  never.WaitFor(files_, {});
  {
    const HeldSetAside aside;
    const MutexLock root(root_);
  }
  EXPECT_DEATH(root_.Lock(), "takes Root::mutex_ .4. while it holds FileTable::mutex_");
}

TEST_F(LockOrderDeathTest, APlaceThatIsNoMutexCounts) {
  const HeldPlace leads(LockRank::kCommitQueue);
  const MutexLock files(files_);
  EXPECT_DEATH(const HeldPlace again(LockRank::kCommitQueue), "takes leading the commit queue");
}

TEST_F(LockOrderDeathTest, ALockThatIsNotHeldIsNotGivenBack) {
  EXPECT_DEATH(root_.Unlock(), "gives back Root::mutex_, which it does not hold");
}

TEST(LockOrder, LocksInOrderAreGivenBackInAnyAndEachThreadHasItsOwn) {
  Mutex root(Runtime::Default(), LockRank::kRoot);
  Mutex files(Runtime::Default(), LockRank::kFileTable);
  Mutex leaf(Runtime::Default());
  for (int i = 0; i < 2; ++i) {
    root.Lock();
    files.Lock();
    root.Unlock();
    leaf.Lock();
    ThreadPool(1).Run([&root] { const MutexLock lock(root); });
    files.Unlock();
    leaf.Unlock();
  }
}

}  // namespace
}  // namespace logwood
