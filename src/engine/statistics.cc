#include "engine/statistics.h"

#include <algorithm>
#include <memory>
#include <optional>

#include "base/status_macros.h"
#include "codec/file_header.h"
#include "memtable/generation.h"

namespace logwood {
namespace {

uint64_t EntriesOf(const Generation& generation, CollectionId collection) {
  const Memtable* const memtable = generation.Find(collection);
  return memtable == nullptr ? 0 : memtable->entry_count();
}

// Collections are looked up one by one, since the active generation lists its own to the writer alone.
void AddTo(MemtableStatistics& sum, const Generation& generation, const ReadState& state) {
  ++sum.generations;
  sum.bytes += generation.bytes();
  for (const auto& [id, trees] : state.trees) sum.entries += EntriesOf(generation, id);
}

// Null for a name that is neither of our form nor a stranger's.
FileStatistics* PlaceOf(const std::string& name, const std::vector<std::string>& strangers, StoredStatistics& stored) {
  if (std::ranges::find(strangers, name) != strangers.end()) return &stored.strangers;
  const std::optional<FileNameParts> parts = ParseFileName(name);
  if (!parts) return nullptr;
  switch (parts->type) {
    case FileType::kManifest: return &stored.manifests;
    case FileType::kLog: return &stored.logs;
    case FileType::kTree: return &stored.trees;
    case FileType::kReserve: return &stored.reserves;
  }
  return nullptr;
}

}  // namespace

std::vector<CollectionStatistics> StatisticsOfCollections(const std::vector<CollectionInfo>& infos,
                                                          const ReadState& state) {
  std::vector<CollectionStatistics> collections;
  for (const CollectionInfo& info : infos) {
    const auto trees = state.trees.find(info.id);
    if (trees == state.trees.end()) continue;
    CollectionStatistics& collection = collections.emplace_back();
    collection.name = info.name;
    collection.kind = info.kind;
    collection.trees = trees->second->Statistics();
    for (const auto& generation : state.generations) collection.memtable_entries += EntriesOf(*generation, info.id);
  }
  return collections;
}

std::pair<MemtableStatistics, MemtableStatistics> StatisticsOfMemtables(const ReadState& state) {
  MemtableStatistics active;
  MemtableStatistics sealed;
  for (const auto& generation : state.generations) {
    AddTo(generation == state.generations.front() ? active : sealed, *generation, state);
  }
  return {active, sealed};
}

Result<StoredStatistics> StatisticsOfStore(Store& store, const std::vector<std::string>& strangers) {
  StoredStatistics stored;
  LOGWOOD_ASSIGN_OR_RETURN(const std::vector<std::string> names, store.List());
  for (const std::string& name : names) {
    FileStatistics* const place = PlaceOf(name, strangers, stored);
    if (place == nullptr) continue;
    const Result<std::unique_ptr<ReadableFile>> file = store.Open(name);
    if (file.status().code() == StatusCode::kNotFound) continue;  // Removed since it was listed.
    if (!file.ok()) return file.status();
    ++place->files;
    place->bytes += (*file)->size();
  }
  return stored;
}

MemoryStatistics StatisticsOf(const MemoryBudget& budget) {
  return {
      .memtables_bytes = budget.bytes(MemoryUse::kMemtables),
      .spare_bytes = budget.bytes(MemoryUse::kSpareArenas),
      .blocks_bytes = budget.bytes(MemoryUse::kBlocks),
      .cache_tables_bytes = budget.bytes(MemoryUse::kCacheTables),
      .indexes_bytes = budget.bytes(MemoryUse::kIndexes),
      .filters_bytes = budget.bytes(MemoryUse::kFilters),
      .jobs_bytes = budget.bytes(MemoryUse::kJobs),
      .transactions_bytes = budget.bytes(MemoryUse::kTransactionWrites) + budget.bytes(MemoryUse::kTransactionReads)};
}

CacheStatistics StatisticsOf(const BlockCache& cache) {
  const BlockCache::Statistics figures = cache.statistics();
  return {.capacity_bytes = cache.capacity_bytes(),
          .used_bytes = figures.bytes,
          .hits = figures.hits,
          .misses = figures.misses,
          .misses_bytes = figures.misses_bytes};
}

SequenceStatistics StatisticsOf(Sequence sequence) {
  return {.epoch = sequence.epoch(), .counter = sequence.counter()};
}

JobStatistics StatisticsOf(const JobCounters& counters) {
  return {
      .jobs = counters.jobs.value(), .bytes_in = counters.bytes_in.value(), .bytes_out = counters.bytes_out.value()};
}

ViewStatistics StatisticsOf(const ViewCensus::Summary& summary) {
  return {.views = summary.count,
          .oldest_nanoseconds = static_cast<uint64_t>(summary.age_max.count()),
          .oldest = StatisticsOf(summary.oldest),
          .pinned_memtables_bytes = 0,
          .pinned_files = {}};
}

LatencyStatistics StatisticsOf(const LatencyRecorder& recorder) {
  const LatencyHistogram histogram = recorder.histogram();
  LatencyStatistics statistics{.count = histogram.count(),
                               .p50_nanoseconds = histogram.Quantile(0.5),
                               .p99_nanoseconds = histogram.Quantile(0.99),
                               .p999_nanoseconds = histogram.Quantile(0.999),
                               .max_nanoseconds = histogram.max()};
  for (const auto& [nanoseconds, count] : histogram.buckets()) statistics.buckets.push_back({nanoseconds, count});
  return statistics;
}

}  // namespace logwood
