#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "base/mutex.h"
#include "engine/pacing.h"
#include "kind/kind.h"
#include "logwood/runtime.h"
#include "logwood/statistics.h"

namespace logwood {

// Delays writes so that flushes and merges keep up: knows what they have to do, measures how fast they are, and lets
// the leader of each group wait accordingly. Thread-safe.
//
// Cost of a group: one load while there is nothing to do in the background; else a lock, a look at the clock and the
// function of pacing.h for each kStepBytes of log.
class Pacer {
 public:
  // A group waits at least so long, once that much has come together, for a wait costs more than itself ...
  static constexpr std::chrono::nanoseconds kDelayMin = std::chrono::milliseconds(4);
  // ... and never longer, whatever the load: writes are slowed down, not stopped. A commit may have to wait for the
  // group before its own, too: the sum stays well below a tenth of a second.
  static constexpr std::chrono::nanoseconds kDelayMax = std::chrono::milliseconds(30);
  static constexpr uint64_t kStepBytes = 4096;

  // `runtime` must outlive the pacer.
  Pacer(Runtime& runtime, uint64_t memtable_size_bytes);

  // What background work tells of itself. Bytes are those of memtables, of what a merge has read or written.
  void OnSealed(uint64_t bytes);
  void OnFlushBegun();
  void OnFlushed(uint64_t bytes);
  void OnMerged(uint64_t bytes, std::chrono::nanoseconds took);
  // What all collections together have to merge, each time that changes.
  void set_debt(const MergeDebt& debt);

  // Called by the leader before it appends: may wait, up to kDelayMax. `log_bytes` were appended since the last call;
  // `active_bytes` is what the active memtables take now.
  void Admit(uint64_t log_bytes, uint64_t active_bytes);
  // Counts a wait of the leader's for room in memory that was not Admit()'s.
  void CountWaitForFlush(std::chrono::nanoseconds waited);

  [[nodiscard]] PacingStatistics statistics() const;

 private:
  // Work done and the time that it took, of which the past counts less and less.
  struct Speed {
    double bytes = 64e6;  // A guess, until there is a past.
    double seconds = 1;

    void Add(uint64_t done, std::chrono::nanoseconds took);
    [[nodiscard]] double bytes_per_second() const noexcept { return bytes / seconds; }
  };

  [[nodiscard]] WriteLoad LoadAt(std::chrono::nanoseconds now) const REQUIRES(mutex_);
  void LookForWork() REQUIRES(mutex_);
  void WaitUntilDue(std::chrono::nanoseconds now, WriteRate rate) REQUIRES(mutex_);
  void Count(PacingCause cause, std::chrono::nanoseconds waited) REQUIRES(mutex_);

  Runtime& runtime_;
  const uint64_t memtable_size_bytes_;
  std::atomic<bool> has_work_ = false;  // Relaxed: a group more or less that goes unpaced does not matter.
  uint64_t unpaced_bytes_ = 0;          // The leader's: appended since it last looked at the load.

  mutable Mutex mutex_;
  Condition changed_;
  uint64_t changes_ GUARDED_BY(mutex_) = 0;  // Of the work: whoever waits looks at it anew.
  uint64_t active_bytes_ GUARDED_BY(mutex_) = 0;
  uint64_t sealed_bytes_ GUARDED_BY(mutex_) = 0;
  std::chrono::nanoseconds flush_begun_ GUARDED_BY(mutex_){0};
  MergeDebt debt_ GUARDED_BY(mutex_);
  Speed flushing_ GUARDED_BY(mutex_);
  Speed merging_ GUARDED_BY(mutex_);
  std::chrono::nanoseconds due_ GUARDED_BY(mutex_){0};  // When what was admitted so far is worked off.
  DelayStatistics for_flushes_ GUARDED_BY(mutex_);
  DelayStatistics for_merges_ GUARDED_BY(mutex_);
  uint64_t runs_max_ GUARDED_BY(mutex_) = 0;
};

}  // namespace logwood
