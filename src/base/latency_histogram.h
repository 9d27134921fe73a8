#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace logwood {

// Counts of durations, in buckets that grow with them: 64 to each power of two, so that what is told differs from what
// was added by 1/128 at most. Durations below 128 ns are kept exactly, those above 2^42 ns (73 minutes) as that. Adding
// costs a few instructions and no allocation. Thread-compatible; LatencyRecorder takes them from many threads.
class LatencyHistogram {
 public:
  LatencyHistogram() : counts_(kBucketCount) {}

  void Add(uint64_t nanoseconds) noexcept {
    nanoseconds = std::min(nanoseconds, kNanosecondsMax);
    ++counts_[BucketOf(nanoseconds)];
    max_ = std::max(max_, nanoseconds);
  }
  void Merge(const LatencyHistogram& other) noexcept;

  // Durations added.
  [[nodiscard]] uint64_t count() const noexcept;
  // The longest, exactly; 0 without any.
  [[nodiscard]] uint64_t max() const noexcept { return max_; }
  // The duration that `share` (0 to 1) of all do not exceed, in nanoseconds; 0 without any.
  [[nodiscard]] uint64_t Quantile(double share) const noexcept;
  // Durations in the middle of the buckets that are not empty, with how many each has; in the order of time.
  [[nodiscard]] std::vector<std::pair<uint64_t, uint64_t>> buckets() const;

 private:
  friend class LatencyRecorder;

  static constexpr int kPrecisionBits = 6;
  static constexpr int kDurationBits = 42;
  static constexpr uint64_t kNanosecondsMax = (uint64_t{1} << kDurationBits) - 1;
  static constexpr size_t kBucketCount = (size_t{kDurationBits - kPrecisionBits} + 1) << kPrecisionBits;

  // The leading seven bits, and by how much the rest was shifted out.
  static size_t BucketOf(uint64_t nanoseconds) noexcept {
    const int shift = std::max(0, static_cast<int>(std::bit_width(nanoseconds)) - kPrecisionBits - 1);
    return (static_cast<size_t>(shift) << kPrecisionBits) + (nanoseconds >> shift);
  }
  // The middle of a bucket.
  static uint64_t DurationOf(size_t bucket) noexcept;

  std::vector<uint64_t> counts_;
  uint64_t max_ = 0;
};

}  // namespace logwood
