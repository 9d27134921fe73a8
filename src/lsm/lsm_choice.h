#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

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
//   6. At rest, where a partition is more than three runs deep, its newest become one, so that three are left; then all
//      becomes the oldest. Both as far as that is cheap: a merge may write so many bytes anew for each that is not in
//      the largest of its pieces. The longer the rest, the more (rest_watch.h); above the oldest run a few more.
//
// A partition is thus at most eight runs deep if merging keeps up with writing. An entry is written once by the flush,
// about 1.2 times by 1, and by 2 once for each time that the oldest run grows by half, or for each 24 flushes.

struct LsmTuning {
  uint64_t segment_size_bytes = uint64_t{48} << 20;  // What segments of the oldest run aim at.
  uint64_t tombstones_min = 1024;                    // In a partition; fewer cost no scan much.
  uint64_t rest_bytes_min = uint64_t{256} << 10;     // What pieces count for at least where 6 asks what is cheap.
};

// The most urgent merge, if any is. With all effort the first from `request.from` on: what all of them leave is one run
// without tombstones.
[[nodiscard]] std::optional<LsmPlan> ChooseLsmMerge(const LsmState& state, const MergeRequest& request,
                                                    const LsmTuning& tuning);
// Index of the first partition behind those of a plan that was chosen for `state`.
[[nodiscard]] size_t LsmPartitionBehind(const LsmState& state, const LsmPlan& plan);

// The deepest partition, and what the merges that partitions want while writing would read.
[[nodiscard]] MergeDebt LsmDebt(const LsmState& state, const LsmTuning& tuning);

// How large to make each segment when merging so many bytes into the oldest run: the last is then not much smaller than
// the others, and however few bytes there are said to be, segments do not get tiny.
[[nodiscard]] uint64_t LsmSegmentSize(uint64_t bytes, const LsmTuning& tuning);
// Whether a flush of so many bytes is large enough to be a partition without any merging.
[[nodiscard]] bool IsLsmPartitionSize(uint64_t bytes, const LsmTuning& tuning);

}  // namespace logwood
