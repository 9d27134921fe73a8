#pragma once

#include <cstdint>
#include <vector>

#include "kind/kind.h"
#include "lsm/lsm_edit.h"
#include "lsm/lsm_state.h"

namespace logwood {

// Which merges to do: lazy leveling in partitions (Dayan & Idreos, "Dostoevsky", SIGMOD 2018). All pure.
//
//   1. Four flushed pieces become one merged piece. With two such pieces there, all six become one merged twice.
//   2. With one of those there too, or where all above the oldest run is half as large as it, all becomes the oldest.
//   3. So it does where a quarter of a partition's entries are tombstones, or hidden by range tombstones.
//   4. A segment of which more than half was merged away is written anew, where such space is a quarter of all.
//   5. Neighbours that are small together become one partition.
//
// A partition is thus at most eight runs deep if merging keeps up with writing. An entry is written once by the flush,
// about 1.2 times by 1, and by 2 once for each time that the oldest run grows by half, or for each 24 flushes.

struct LsmTuning {
  uint64_t segment_size_bytes = uint64_t{48} << 20;  // What segments of the oldest run aim at.
  uint64_t tombstones_min = 1024;                    // In a partition; fewer cost no scan much.
};

// While writing: the most urgent merge, if any is. With all effort: merges that leave one run without tombstones, each
// for other partitions.
[[nodiscard]] std::vector<LsmPlan> ChooseLsmMerges(const LsmState& state, MergeEffort effort, const LsmTuning& tuning);

// The deepest partition, and what the merges that partitions want while writing would read.
[[nodiscard]] MergeDebt LsmDebt(const LsmState& state, const LsmTuning& tuning);

// How large to make each segment when merging so many bytes into the oldest run: the last is then not much smaller than
// the others, and however few bytes there are said to be, segments do not get tiny.
[[nodiscard]] uint64_t LsmSegmentSize(uint64_t bytes, const LsmTuning& tuning);
// Whether a flush of so many bytes is large enough to be a partition without any merging.
[[nodiscard]] bool IsLsmPartitionSize(uint64_t bytes, const LsmTuning& tuning);

}  // namespace logwood
