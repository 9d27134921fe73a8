#include "engine/error_latch.h"

namespace logwood {

void ErrorLatch::Keep(const Status& status) {
  const MutexLock lock(mutex_);
  if (first_.ok()) first_ = status.WithOutcome(Outcome::kNotApplied);
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
