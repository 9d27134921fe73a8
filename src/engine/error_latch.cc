#include "engine/error_latch.h"

namespace logwood {

void ErrorLatch::Keep(const Status& status) {
  if (status.ok()) return;
  {
    const MutexLock lock(mutex_);
    if (!first_.ok()) return;
    first_ = status.WithOutcome(Outcome::kNotApplied);
  }
  on_first_(status);
}

void ErrorLatch::Clear() {
  const MutexLock lock(mutex_);
  first_ = Status::Ok();
}

Status ErrorLatch::status() const {
  const MutexLock lock(mutex_);
  return first_;
}

}  // namespace logwood
