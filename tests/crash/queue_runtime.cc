#include "tests/crash/queue_runtime.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"

namespace logwood::testing {

std::chrono::nanoseconds QueueRuntime::Now() { return std::chrono::nanoseconds(now_ns_ += 1000); }

void QueueRuntime::ExecuteAfter(std::chrono::nanoseconds delay, std::function<void()> job) {
  later_.emplace(now_ns_ + delay.count(), std::move(job));
}

void QueueRuntime::RunOneJob() {
  if (jobs_.empty() && !later_.empty()) {
    const auto next = later_.begin();
    now_ns_ = std::max(now_ns_, next->first);
    jobs_.push_back(std::move(next->second));
    later_.erase(next);
  }
  if (jobs_.empty()) return;
  const std::function<void()> job = std::move(jobs_.front());
  jobs_.pop_front();
  job();
}

void QueueRuntime::LockMutex(const void* mutex) {
  LOGWOOD_ASSERT(std::ranges::find(held_, mutex) == held_.end());
  held_.push_back(mutex);
}

void QueueRuntime::UnlockMutex(const void* mutex) {
  const auto held = std::ranges::find(held_, mutex);
  LOGWOOD_ASSERT(held != held_.end());
  held_.erase(held);
}

bool QueueRuntime::Wait(const void* /*condition*/, const void* mutex, std::optional<std::chrono::nanoseconds> timeout) {
  if (jobs_.empty() && timeout) return false;
  LOGWOOD_ASSERT(!jobs_.empty() || !later_.empty());
  UnlockMutex(mutex);
  RunOneJob();
  LockMutex(mutex);
  return true;
}

}  // namespace logwood::testing
