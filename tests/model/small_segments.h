#pragma once

#include "api/database_factory.h"

namespace logwood::testing {

// Under memtables of 512 bytes and more: collections get many partitions, which divide, join and begin; and a log of a
// few KiB is replayed by several jobs into several generations.
inline constexpr DatabaseTuning kSmallSegments{
    .lsm = {.segment_size_bytes = 1536, .tombstones_min = 8},
    .replay = {.generation_bytes = 2048, .chunk_bytes = 500, .waiting_bytes_max = 1200}};

}  // namespace logwood::testing
