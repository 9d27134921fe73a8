#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "base/mutex.h"
#include "logwood/runtime.h"

namespace logwood {

// A job that is asked for from time to time, each time to run once a while has passed, until it is stopped. Nobody
// waits for one whose time has not come. Thread-safe.
class DelayedJob : public std::enable_shared_from_this<DelayedJob> {
 public:
  // `runtime` must outlive it; `job` refers to what lives until Stop() has returned. Called by one thread at a time.
  static std::shared_ptr<DelayedJob> New(Runtime& runtime, std::function<void()> job);

  // Takes no lock of its own.
  void StartAfter(std::chrono::nanoseconds delay);
  // Waits for the job where it runs. It does not run any more then.
  void Stop();

 private:
  DelayedJob(Runtime& runtime, std::function<void()> job);
  void Run();

  Runtime& runtime_;
  const std::function<void()> job_;
  Mutex mutex_;  // Held while the job runs.
  bool stopped_ GUARDED_BY(mutex_) = false;
};

}  // namespace logwood
