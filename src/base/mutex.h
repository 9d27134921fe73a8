#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>

#include "base/lock_order.h"
#include "base/thread_annotations.h"
#include "logwood/runtime.h"

namespace logwood {

// A mutex that waits through its runtime: a plain one in production, a scheduling point in simulation. Thread-safe.
class CAPABILITY("mutex") Mutex {
 public:
  // `runtime` must outlive the mutex.
  explicit Mutex(Runtime& runtime, LockRank rank = LockRank::kLeaf) : scheduler_(runtime.scheduler()), order_(rank) {}
  Mutex(const Mutex&) = delete;  // Waiters know its address.
  Mutex& operator=(const Mutex&) = delete;

  void Lock() ACQUIRE();
  void Unlock() RELEASE();

 private:
  friend class Condition;

  Scheduler* const scheduler_;
  [[no_unique_address]] const LockOrder order_;
  std::mutex mutex_;
};

class SCOPED_CAPABILITY MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) ACQUIRE(mutex) : mutex_(mutex) { mutex_.Lock(); }
  MutexLock(const MutexLock&) = delete;  // One release for one acquisition.
  MutexLock& operator=(const MutexLock&) = delete;
  ~MutexLock() RELEASE() { mutex_.Unlock(); }

 private:
  Mutex& mutex_;
};

// A condition variable that waits through its runtime. Waits may end early: call them in a loop. Thread-safe.
class Condition {
 public:
  // `runtime` must outlive the condition.
  explicit Condition(Runtime& runtime) : scheduler_(runtime.scheduler()) {}
  Condition(const Condition&) = delete;  // Waiters know its address.
  Condition& operator=(const Condition&) = delete;

  void Wait(Mutex& mutex) REQUIRES(mutex);
  // Returns false when `timeout` has passed.
  bool WaitFor(Mutex& mutex, std::chrono::nanoseconds timeout) REQUIRES(mutex);
  void NotifyOne();
  void NotifyAll();

 private:
  Scheduler* const scheduler_;
  std::condition_variable condition_;
};

}  // namespace logwood
