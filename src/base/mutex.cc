#include "base/mutex.h"

#include <algorithm>

namespace logwood {
namespace {

// The standard library adds a timeout to the clock without a check, so that the largest ones lie in the past.
constexpr std::chrono::nanoseconds kTimeoutMax = std::chrono::hours(24 * 365);

}  // namespace

void Mutex::Lock() NO_THREAD_SAFETY_ANALYSIS {
  order_.OnTake();
  if (scheduler_ != nullptr) {
    scheduler_->LockMutex(this);
  } else {
    mutex_.lock();
  }
}

void Mutex::Unlock() NO_THREAD_SAFETY_ANALYSIS {
  order_.OnGiveBack();
  if (scheduler_ != nullptr) {
    scheduler_->UnlockMutex(this);
  } else {
    mutex_.unlock();
  }
}

void Condition::Wait(Mutex& mutex) {
  mutex.order_.OnWait();
  const HeldSetAside aside;
  if (scheduler_ != nullptr) {
    scheduler_->Wait(this, &mutex, std::nullopt);
    return;
  }
  std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
  condition_.wait(lock);
  lock.release();
}

bool Condition::WaitFor(Mutex& mutex, std::chrono::nanoseconds timeout) {
  mutex.order_.OnWait();
  const HeldSetAside aside;
  if (scheduler_ != nullptr) return scheduler_->Wait(this, &mutex, timeout);
  std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
  const std::cv_status status = condition_.wait_for(lock, std::min(timeout, kTimeoutMax));
  lock.release();
  return status == std::cv_status::no_timeout || timeout > kTimeoutMax;
}

void Condition::NotifyOne() {
  if (scheduler_ != nullptr) {
    scheduler_->NotifyOne(this);
  } else {
    condition_.notify_one();
  }
}

void Condition::NotifyAll() {
  if (scheduler_ != nullptr) {
    scheduler_->NotifyAll(this);
  } else {
    condition_.notify_all();
  }
}

}  // namespace logwood
