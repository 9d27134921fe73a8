#include "base/latency_recorder.h"

#include <algorithm>

namespace logwood {

void LatencyRecorder::Add(std::chrono::nanoseconds duration) noexcept {
  const auto count = static_cast<uint64_t>(std::max<int64_t>(duration.count(), 0));
  const uint64_t nanoseconds = std::min(count, LatencyHistogram::kNanosecondsMax);
  counts_[LatencyHistogram::BucketOf(nanoseconds)].fetch_add(1, std::memory_order_relaxed);
  uint64_t max = max_.load(std::memory_order_relaxed);
  while (max < nanoseconds && !max_.compare_exchange_weak(max, nanoseconds, std::memory_order_relaxed)) {
  }
}

// The longest last: none of those counted is longer.
LatencyHistogram LatencyRecorder::histogram() const {
  LatencyHistogram histogram;
  for (size_t i = 0; i < counts_.size(); ++i) histogram.counts_[i] = counts_[i].load(std::memory_order_relaxed);
  histogram.max_ = max_.load(std::memory_order_relaxed);
  return histogram;
}

}  // namespace logwood
