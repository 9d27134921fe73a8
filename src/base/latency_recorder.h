#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>

#include "base/latency_histogram.h"
#include "logwood/runtime.h"

namespace logwood {

// A LatencyHistogram that many threads add to. Thread-safe; relaxed throughout: figures, nothing is published by them.
// Cost of adding: an atomic step on a counter that threads share, so who is called often adds one of many.
// Takes 19 KB.
class LatencyRecorder {
 public:
  LatencyRecorder() = default;
  LatencyRecorder(const LatencyRecorder&) = delete;  // Timers refer to it.
  LatencyRecorder& operator=(const LatencyRecorder&) = delete;

  // A negative duration counts as none.
  void Add(std::chrono::nanoseconds duration) noexcept;
  // What was added so far.
  [[nodiscard]] LatencyHistogram histogram() const;

 private:
  std::array<std::atomic<uint64_t>, LatencyHistogram::kBucketCount> counts_{};
  std::atomic<uint64_t> max_ = 0;
};

// Adds the time from its making to its end to a recorder.
class LatencyTimer {
 public:
  // Measures nothing.
  LatencyTimer() = default;
  // The same, and asks no clock, where `recorder` is null. Both must outlive the timer.
  LatencyTimer(Runtime& runtime, LatencyRecorder* recorder) : runtime_(&runtime), recorder_(recorder) {
    if (recorder_ != nullptr) begun_ = runtime_->Now();
  }
  LatencyTimer(const LatencyTimer&) = delete;  // Adds once.
  LatencyTimer& operator=(const LatencyTimer&) = delete;
  ~LatencyTimer() {
    if (recorder_ != nullptr) recorder_->Add(runtime_->Now() - begun_);
  }

 private:
  Runtime* const runtime_ = nullptr;
  LatencyRecorder* const recorder_ = nullptr;
  std::chrono::nanoseconds begun_{};
};

}  // namespace logwood
