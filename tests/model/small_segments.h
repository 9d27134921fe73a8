#pragma once

#include "lsm/lsm_choice.h"

namespace logwood::testing {

// Under memtables of 512 bytes and more: collections get many partitions, which divide, join and begin.
inline constexpr LsmTuning kSmallSegments{.segment_size_bytes = 1536, .tombstones_min = 8};

}  // namespace logwood::testing
