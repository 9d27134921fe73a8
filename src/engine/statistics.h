#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/latency_recorder.h"
#include "base/memory_budget.h"
#include "block/block_cache.h"
#include "engine/job_output.h"
#include "engine/read_state.h"
#include "engine/root.h"
#include "engine/view_census.h"
#include "logwood/result.h"
#include "logwood/statistics.h"
#include "logwood/store.h"

namespace logwood {

// The parts of what Engine::Statistics() tells, each of one source.

// Those of `infos` that `state` has.
[[nodiscard]] std::vector<CollectionStatistics> StatisticsOfCollections(const std::vector<CollectionInfo>& infos,
                                                                        const ReadState& state);
// The active memtables and the sealed ones.
[[nodiscard]] std::pair<MemtableStatistics, MemtableStatistics> StatisticsOfMemtables(const ReadState& state);
// Asks the store for every file there is. `strangers`: names that are not the database's. Errors: kIo.
[[nodiscard]] Result<StoredStatistics> StatisticsOfStore(Store& store, const std::vector<std::string>& strangers);
[[nodiscard]] MemoryStatistics StatisticsOf(const MemoryBudget& budget);
[[nodiscard]] CacheStatistics StatisticsOf(const BlockCache& cache);
[[nodiscard]] SequenceStatistics StatisticsOf(Sequence sequence);
[[nodiscard]] JobStatistics StatisticsOf(const JobCounters& counters);
[[nodiscard]] ViewStatistics StatisticsOf(const ViewCensus::Summary& summary);
[[nodiscard]] LatencyStatistics StatisticsOf(const LatencyRecorder& recorder);

}  // namespace logwood
