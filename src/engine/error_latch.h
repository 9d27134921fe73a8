#pragma once

#include "base/mutex.h"
#include "logwood/runtime.h"
#include "logwood/status.h"

namespace logwood {

// Keeps the first error of many: what stopped writing. Thread-safe.
class ErrorLatch {
 public:
  // `runtime` must outlive the latch.
  explicit ErrorLatch(Runtime& runtime) : mutex_(runtime, LockRank::kErrorLatch) {}

  // Keeps `status` if it is the first that is not OK. Whoever is told it later did nothing: its outcome is kNotApplied.
  void Keep(const Status& status);
  // Forgets it: what it spoke of was mended.
  void Clear();
  // OK, or the first error.
  [[nodiscard]] Status status() const;

 private:
  mutable Mutex mutex_;
  Status first_ GUARDED_BY(mutex_);
};

}  // namespace logwood
