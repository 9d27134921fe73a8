#include "engine/job_failures.h"

#include <algorithm>
#include <utility>

namespace logwood {

std::chrono::nanoseconds JobFailures::Add(const Status& failure) {
  if (count_++ == 0) first_ = failure.WithOutcome(Outcome::kNotApplied);
  return std::exchange(delay_, std::min(delay_ * 2, kDelayMax));
}

}  // namespace logwood
