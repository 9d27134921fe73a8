#include "engine/delayed_job.h"

#include <utility>

namespace logwood {

std::shared_ptr<DelayedJob> DelayedJob::New(Runtime& runtime, std::function<void()> job) {
  return std::shared_ptr<DelayedJob>(new DelayedJob(runtime, std::move(job)));
}

DelayedJob::DelayedJob(Runtime& runtime, std::function<void()> job)
    : runtime_(runtime), job_(std::move(job)), mutex_(runtime, LockRank::kRestWatch) {}

void DelayedJob::StartAfter(std::chrono::nanoseconds delay) {
  runtime_.ExecuteAfter(delay, [delayed = weak_from_this()] {
    if (const std::shared_ptr<DelayedJob> self = delayed.lock()) self->Run();
  });
}

void DelayedJob::Run() {
  const MutexLock lock(mutex_);
  if (!stopped_) job_();
}

void DelayedJob::Stop() {
  const MutexLock lock(mutex_);
  stopped_ = true;
}

}  // namespace logwood
