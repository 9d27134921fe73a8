#pragma once

#include <chrono>

#include "api/database_factory.h"

namespace logwood::testing {

// Under memtables of 512 bytes and more: collections get many partitions, which divide, join and begin; a log of a few
// KiB is replayed by several jobs into several generations; and a database rests wherever nobody writes for a moment.
inline constexpr DatabaseTuning kSmallSegments{
    .lsm = {.segment_size_bytes = 1536, .tombstones_min = 8},
    .replay = {.generation_bytes = 2048, .chunk_bytes = 500, .waiting_bytes_max = 1200},
    .rest = {.look = std::chrono::microseconds(100),
             .seal = std::chrono::microseconds(300),
             .end = std::chrono::microseconds(1000)}};

}  // namespace logwood::testing
