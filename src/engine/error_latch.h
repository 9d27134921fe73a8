#pragma once

#include <functional>
#include <utility>

#include "base/mutex.h"
#include "logwood/runtime.h"
#include "logwood/status.h"

namespace logwood {

// Keeps the first error of many: what stopped writing. Thread-safe.
class ErrorLatch {
 public:
  using OnFirst = std::function<void(const Status&)>;

  // `runtime` must outlive the latch. `on_first` is told each first error; it must take no lock that stands before the
  // latch's.
  explicit ErrorLatch(
      Runtime& runtime, OnFirst on_first = [](const Status&) {})
      : on_first_(std::move(on_first)), mutex_(runtime, LockRank::kErrorLatch) {}

  // Keeps `status` if it is the first that is not OK. Whoever is told it later did nothing: its outcome is kNotApplied.
  void Keep(const Status& status);
  // Forgets it: what it spoke of was mended.
  void Clear();
  // OK, or the first error.
  [[nodiscard]] Status status() const;

 private:
  const OnFirst on_first_;
  mutable Mutex mutex_;
  Status first_ GUARDED_BY(mutex_);
};

}  // namespace logwood
