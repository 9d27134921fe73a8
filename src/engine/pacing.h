#pragma once

#include <cstdint>
#include <limits>

namespace logwood {

// How fast writes may come in while background work lags behind: a pure function.
//
// Of each bound there is room left, in bytes, and work that has to be done before there is more, which takes work /
// speed seconds. Writing at room x speed / work bytes a second uses the room up in just that time. As room gets less
// the rate falls with it, so that a bound is approached ever more slowly and, but for what kDelayMax lets through,
// never passed; and the rate at which writes come in for long is the one that the work keeps up with.
//
//   bound         room                                          work
//   memory        kGenerationsMax memtables, less what is held  what waits for its flush
//   runs          kRunsMax memtables, less runs and what is     what merges have to read
//                 held, for each generation becomes a run

inline constexpr uint64_t kGenerationsMax = 3;  // In memory while flushes work: one that is written, two that wait.
inline constexpr uint64_t kRunsMax = 12;        // That a get may have to look into; eight while merging keeps up.

enum class PacingCause : uint8_t {
  kNone = 0,
  kFlushes = 1,
  kMerges = 2,
};

struct WriteLoad {
  uint64_t memtable_size_bytes = 0;
  uint64_t active_bytes = 0;  // Of the memtables that take what is written.
  uint64_t sealed_bytes = 0;  // Of those that wait for their flush, or are being flushed.
  uint64_t flush_bytes = 0;   // What of sealed_bytes is still to be done.
  double flush_bytes_per_second = 0;
  uint64_t runs = 0;
  uint64_t merge_bytes = 0;
  double merge_bytes_per_second = 0;
};

struct WriteRate {
  double bytes_per_second = std::numeric_limits<double>::infinity();
  PacingCause cause = PacingCause::kNone;  // The bound that sets the rate.
};

[[nodiscard]] WriteRate PacedRate(const WriteLoad& load);

}  // namespace logwood
