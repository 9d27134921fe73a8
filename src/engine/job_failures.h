#pragma once

#include <chrono>

#include "logwood/status.h"

namespace logwood {

// The failures of a job that is repeated, in a row: how long to wait before the next try, and when those who wait for
// the job are told. Thread-compatible.
class JobFailures {
 public:
  static constexpr std::chrono::nanoseconds kDelayMin = std::chrono::milliseconds(10);  // Then twice as long each time,
  static constexpr std::chrono::nanoseconds kDelayMax = std::chrono::seconds(10);       // and no longer.
  // From the eighth failure on, 1.27 seconds after the first and what the tries took, nobody waits any more.
  static constexpr int kPatience = 8;

  // Counts one, and returns after how long the job is to be repeated.
  std::chrono::nanoseconds Add(const Status& failure);
  // It has succeeded.
  void Clear() { *this = JobFailures(); }
  // The first failure, once there are so many that waiting has no sense; OK before that.
  [[nodiscard]] Status lasting() const { return count_ < kPatience ? Status::Ok() : first_; }

 private:
  int count_ = 0;
  std::chrono::nanoseconds delay_ = kDelayMin;
  Status first_;
};

}  // namespace logwood
