#include "tools/command_line/statistics_page.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <string_view>
#include <utility>
#include <vector>

#include "tools/command_line/escape.h"
#include "tools/command_line/quantity.h"

namespace logwood::command_line {
namespace {

// Names stand last: how wide they are on a terminal is hard to tell.
std::string TableOf(const std::vector<CollectionStatistics>& collections) {
  constexpr const char* kColumns = "{:<5} {:>5} {:>10} {:>12} {:>12} {:>8} {:>10} {:>10}  {}\n";
  std::string table = fmt::format(kColumns, "KIND", "RUNS", "PARTITIONS", "ENTRIES", "TOMBSTONES", "RANGES", "SIZE",
                                  "IN MEMORY", "COLLECTION");
  for (const CollectionStatistics& collection : collections) {
    const TreeStatistics& trees = collection.trees;
    table += fmt::format(kColumns, NameOf(collection.kind), trees.runs, trees.partitions.size(), trees.entries,
                         trees.tombstones, trees.range_tombstones, BytesAsText(trees.bytes),
                         collection.memtable_entries, Escape(collection.name));
  }
  return table;
}

std::string Line(std::string_view name, const std::string& figures) {
  return fmt::format("{:<19} {}\n", name, figures);
}

// The tiers of all partitions together; nothing of a collection without trees.
std::string TiersOf(const CollectionStatistics& collection) {
  constexpr std::array kNames = {"as flushed", "merged once", "merged again"};
  std::array<TierStatistics, kNames.size()> sums;
  for (const PartitionStatistics& partition : collection.trees.partitions) {
    for (size_t i = 0; i < partition.tiers.size(); ++i) {
      TierStatistics& sum = sums[std::min(i, sums.size() - 1)];
      sum.runs += partition.tiers[i].runs;
      sum.bytes += partition.tiers[i].bytes;
    }
  }
  std::string text;
  for (size_t i = 0; i < sums.size(); ++i) {
    if (sums[i].runs == 0) continue;
    if (!text.empty()) text += ", ";
    text += fmt::format("{}: {} of {}", kNames[i], CountAsText(sums[i].runs, "run"), BytesAsText(sums[i].bytes));
  }
  return text.empty() ? text : Line("tiers", text + "  " + Escape(collection.name));
}

std::string Text(const MemtableStatistics& of) {
  return fmt::format("{} entries, {} in {}", of.entries, BytesAsText(of.bytes),
                     CountAsText(of.generations, "generation"));
}

std::string Text(const FileStatistics& of) {
  return fmt::format("{}, {}", CountAsText(of.files, "file"), BytesAsText(of.bytes));
}

std::string Text(const MemoryStatistics& of) {
  return fmt::format(
      "budget {}; memtables {}, spare {}, blocks {}, their tables {}, indexes {}, filters {}, jobs {}, "
      "transactions {}",
      BytesAsText(of.budget_bytes), BytesAsText(of.memtables_bytes), BytesAsText(of.spare_bytes),
      BytesAsText(of.blocks_bytes), BytesAsText(of.cache_tables_bytes), BytesAsText(of.indexes_bytes),
      BytesAsText(of.filters_bytes), BytesAsText(of.jobs_bytes), BytesAsText(of.transactions_bytes));
}

std::string Text(const CacheStatistics& of) {
  return fmt::format("{} of {}, {} hits, {} misses of {}", BytesAsText(of.used_bytes), BytesAsText(of.capacity_bytes),
                     of.hits, of.misses, BytesAsText(of.misses_bytes));
}

std::string Text(const SequenceStatistics& of) { return fmt::format("{}:{}", of.epoch, of.counter); }

std::string Text(const JobStatistics& of) {
  return fmt::format("{}, {} in, {} out", of.jobs, BytesAsText(of.bytes_in), BytesAsText(of.bytes_out));
}

std::string Text(const DelayStatistics& of) {
  return fmt::format("{}, {} together, {} the longest", of.count, DurationAsText(of.nanoseconds),
                     DurationAsText(of.nanoseconds_max));
}

std::string Text(const CommitStatistics& of) {
  return fmt::format("{}, {} with sync; {}, {}, {} of {}; {} with {}", of.commits, of.synced_commits,
                     CountAsText(of.puts, "put"), CountAsText(of.deletes, "delete"),
                     CountAsText(of.range_deletes, "range delete"), BytesAsText(of.user_bytes),
                     CountAsText(of.groups, "group"), CountAsText(of.syncs, "sync"));
}

std::string Text(const WrittenStatistics& of) {
  const std::string amplification = of.user_bytes == 0 ? "" : fmt::format(", {:.2f} times", of.amplification());
  return fmt::format("{}{}: log {}, prepared {}, flushes {}, merges {}, ingests {}, manifest {}, recovery {}",
                     BytesAsText(of.total_bytes()), amplification, BytesAsText(of.log_bytes),
                     BytesAsText(of.log_prepared_bytes), BytesAsText(of.flush_bytes), BytesAsText(of.merge_bytes),
                     BytesAsText(of.ingest_bytes), BytesAsText(of.manifest_bytes), BytesAsText(of.recovery_bytes));
}

std::string TextOfViews(const ViewStatistics& of) {
  if (of.views + of.pinned_memtables_bytes + of.pinned_files.files == 0) return {};
  return Line("views", fmt::format("{}, the oldest {} old at {}; pinned are {} of memtables and {}; {} spilled to {}",
                                   of.views, DurationAsText(of.oldest_nanoseconds), Text(of.oldest),
                                   BytesAsText(of.pinned_memtables_bytes), Text(of.pinned_files), of.spilled_views,
                                   BytesAsText(of.scratch_bytes)));
}

std::string TextOfReading(const DatabaseStatistics& statistics) {
  const ReadStatistics& reads = statistics.reads;
  if (reads.gets + reads.seeks == 0) return {};
  const FilterStatistics& filters = statistics.filters;
  return Line("reads", fmt::format("{}, {} found; {}", CountAsText(reads.gets, "get"), reads.gets_found,
                                   CountAsText(reads.seeks, "seek"))) +
         Line("filters", fmt::format("asked {} times, {} ruled out, {}", filters.asked, filters.ruled_out,
                                     CountAsText(filters.false_positives, "false positive")));
}

std::string Text(const TransactionStatistics& of) {
  const ConflictStatistics& conflicts = of.conflicts;
  return fmt::format(
      "{} begun, {} open, {} committed; {} (keys {}, ranges {}, dropped collections {}, too old {}), {}, "
      "{}; {} written, {} read, {} kept to compare with",
      of.begun, of.open, of.committed, CountAsText(conflicts.total(), "conflict"), conflicts.keys, conflicts.ranges,
      conflicts.dropped_collections, conflicts.too_old, CountAsText(of.deadlocks, "deadlock"),
      CountAsText(of.lock_timeouts, "timeout"), BytesAsText(of.writes_bytes), BytesAsText(of.reads_bytes),
      BytesAsText(of.evidence_bytes));
}

std::string TextOfTransactions(const TransactionStatistics& of) {
  return of.begun == 0 ? "" : Line("transactions", Text(of));
}

std::string TextOfWriting(const DatabaseStatistics& statistics) {
  const uint64_t jobs = statistics.flushes.jobs + statistics.merges.jobs + statistics.ingests.jobs;
  if (statistics.commits.commits + jobs == 0) return {};
  return Line("commits", Text(statistics.commits)) + Line("flushes", Text(statistics.flushes)) +
         Line("merges", Text(statistics.merges)) + Line("ingests", Text(statistics.ingests)) +
         Line("written", Text(statistics.written)) + Line("delays for flushes", Text(statistics.pacing.for_flushes)) +
         Line("delays for merges", Text(statistics.pacing.for_merges));
}

// Of what was measured.
std::string TableOf(const LatenciesStatistics& latencies) {
  constexpr const char* kColumns = "{:<19} {:>10} {:>9} {:>9} {:>9} {:>9}\n";
  const std::array<std::pair<const char*, const LatencyStatistics*>, 6> all = {{{"get", &latencies.get},
                                                                                {"seek", &latencies.seek},
                                                                                {"commit", &latencies.commit},
                                                                                {"sync", &latencies.sync},
                                                                                {"flush", &latencies.flush},
                                                                                {"merge", &latencies.merge}}};
  std::string rows;
  for (const auto& [name, of] : all) {
    if (of->count == 0) continue;
    rows +=
        fmt::format(kColumns, name, of->count, DurationAsText(of->p50_nanoseconds), DurationAsText(of->p99_nanoseconds),
                    DurationAsText(of->p999_nanoseconds), DurationAsText(of->max_nanoseconds));
  }
  if (rows.empty()) return rows;
  return "\n" + fmt::format(kColumns, "TIME OF", "MEASURED", "P50", "P99", "P99.9", "MAX") + rows;
}

}  // namespace

std::string NameOf(CollectionKind kind) {
  switch (kind) {
    case CollectionKind::kLsm: return "lsm";
    case CollectionKind::kBtree: return "btree";
    case CollectionKind::kList: return "list";
  }
  return fmt::format("kind-{}", static_cast<int>(kind));
}

std::string StatisticsAsText(const DatabaseStatistics& statistics) {
  const StoredStatistics& stored = statistics.stored;
  std::string page = TableOf(statistics.collections) + "\n";
  for (const CollectionStatistics& collection : statistics.collections) page += TiersOf(collection);
  page += Line("memtables, active", Text(statistics.active_memtables)) +
          Line("memtables, sealed", Text(statistics.sealed_memtables)) + Line("manifests", Text(stored.manifests)) +
          Line("logs", Text(stored.logs)) + Line("trees", Text(stored.trees)) +
          Line("reserves", Text(stored.reserves)) + Line("strangers", Text(stored.strangers)) +
          Line("memory", Text(statistics.memory)) + Line("cache", Text(statistics.cache)) +
          TextOfViews(statistics.views) + Line("published up to", Text(statistics.published)) +
          Line("flushed up to", Text(statistics.flushed));
  if (statistics.recovered_log_bytes > 0) page += Line("log replayed", BytesAsText(statistics.recovered_log_bytes));
  const std::string counters = TextOfReading(statistics) + TextOfWriting(statistics) +
                               TextOfTransactions(statistics.transactions) + TableOf(statistics.latencies);
  return counters.empty() ? page : page + "\nSINCE THE OPEN\n" + counters;
}

}  // namespace logwood::command_line
