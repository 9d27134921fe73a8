#include "base/latency_histogram.h"

#include <cmath>
#include <numeric>

namespace logwood {

void LatencyHistogram::Merge(const LatencyHistogram& other) noexcept {
  for (size_t i = 0; i < kBucketCount; ++i) counts_[i] += other.counts_[i];
  max_ = std::max(max_, other.max_);
}

uint64_t LatencyHistogram::count() const noexcept {
  return std::accumulate(counts_.begin(), counts_.end(), uint64_t{0});
}

uint64_t LatencyHistogram::Quantile(double share) const noexcept {
  const auto rank = std::max(uint64_t{1}, static_cast<uint64_t>(std::ceil(share * static_cast<double>(count()))));
  uint64_t below = 0;
  for (size_t bucket = 0; bucket < kBucketCount; ++bucket) {
    below += counts_[bucket];
    if (below >= rank) return std::min(DurationOf(bucket), max_);
  }
  return max_;
}

std::vector<std::pair<uint64_t, uint64_t>> LatencyHistogram::buckets() const {
  std::vector<std::pair<uint64_t, uint64_t>> buckets;
  for (size_t bucket = 0; bucket < kBucketCount; ++bucket) {
    if (counts_[bucket] > 0) buckets.emplace_back(DurationOf(bucket), counts_[bucket]);
  }
  return buckets;
}

uint64_t LatencyHistogram::DurationOf(size_t bucket) noexcept {
  constexpr size_t kExact = size_t{2} << kPrecisionBits;
  if (bucket < kExact) return bucket;
  const size_t shift = (bucket >> kPrecisionBits) - 1;
  const uint64_t leading = bucket - (shift << kPrecisionBits);
  return (leading << shift) + (uint64_t{1} << shift) / 2;
}

}  // namespace logwood
