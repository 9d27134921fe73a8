#include "engine/error_latch.h"

namespace logwood {

void ErrorLatch::Keep(const Status& status) {
  const MutexLock lock(mutex_);
  if (first_.ok()) first_ = status.WithOutcome(Outcome::kNotApplied);
}

Status ErrorLatch::status() const {
  const MutexLock lock(mutex_);
  return first_;
}

}  // namespace logwood
