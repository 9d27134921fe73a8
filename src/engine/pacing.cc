#include "engine/pacing.h"

#include <algorithm>

namespace logwood {
namespace {

double RateWithin(uint64_t bound, uint64_t used, uint64_t work, double speed) {
  if (work == 0) return std::numeric_limits<double>::infinity();
  const uint64_t room = bound - std::min(bound, used);
  return static_cast<double>(room) * speed / static_cast<double>(work);
}

}  // namespace

WriteRate PacedRate(const WriteLoad& load) {
  const uint64_t size = load.memtable_size_bytes;
  const uint64_t held = load.active_bytes + load.sealed_bytes;
  const double for_flushes = RateWithin(kGenerationsMax * size, held, load.flush_bytes, load.flush_bytes_per_second);
  const double for_merges = RateWithin(kRunsMax * size, std::min(load.runs, kRunsMax) * size + held, load.merge_bytes,
                                       load.merge_bytes_per_second);
  WriteRate rate;
  if (for_flushes < rate.bytes_per_second) rate = {for_flushes, PacingCause::kFlushes};
  if (for_merges < rate.bytes_per_second) rate = {for_merges, PacingCause::kMerges};
  return rate;
}

}  // namespace logwood
