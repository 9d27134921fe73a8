#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "tools/command_line/json_object.h"
#include "tools/command_line/statistics_page.h"

namespace logwood::command_line {
namespace {

// One figure with the name of its member.
using Member = std::pair<const char*, uint64_t>;

JsonObject FiguresOf(std::initializer_list<Member> members) {
  JsonObject object;
  for (const auto& [name, number] : members) object.AddNumber(name, number);
  return object;
}

template <class Part>
std::vector<JsonObject> ObjectsOf(const std::vector<Part>& parts, JsonObject (*object_of)(const Part&)) {
  std::vector<JsonObject> objects;
  for (const Part& part : parts) objects.push_back(object_of(part));
  return objects;
}

JsonObject ObjectOf(const MemtableStatistics& of) {
  return FiguresOf({{"generations", of.generations}, {"entries", of.entries}, {"bytes", of.bytes}});
}

JsonObject ObjectOf(const FileStatistics& of) { return FiguresOf({{"files", of.files}, {"bytes", of.bytes}}); }

JsonObject ObjectOf(const StoredStatistics& of) {
  JsonObject object;
  object.AddObject("manifests", ObjectOf(of.manifests));
  object.AddObject("logs", ObjectOf(of.logs));
  object.AddObject("trees", ObjectOf(of.trees));
  object.AddObject("reserves", ObjectOf(of.reserves));
  object.AddObject("strangers", ObjectOf(of.strangers));
  return object;
}

JsonObject ObjectOf(const MemoryStatistics& of) {
  return FiguresOf({{"budget_bytes", of.budget_bytes},
                    {"memtables_bytes", of.memtables_bytes},
                    {"spare_bytes", of.spare_bytes},
                    {"blocks_bytes", of.blocks_bytes},
                    {"cache_tables_bytes", of.cache_tables_bytes},
                    {"indexes_bytes", of.indexes_bytes},
                    {"filters_bytes", of.filters_bytes},
                    {"jobs_bytes", of.jobs_bytes},
                    {"transactions_bytes", of.transactions_bytes}});
}

JsonObject ObjectOf(const CacheStatistics& of) {
  return FiguresOf({{"capacity_bytes", of.capacity_bytes},
                    {"used_bytes", of.used_bytes},
                    {"hits", of.hits},
                    {"misses", of.misses},
                    {"misses_bytes", of.misses_bytes}});
}

JsonObject ObjectOf(const ReadStatistics& of) {
  return FiguresOf({{"gets", of.gets}, {"gets_found", of.gets_found}, {"seeks", of.seeks}});
}

JsonObject ObjectOf(const FilterStatistics& of) {
  return FiguresOf({{"asked", of.asked}, {"ruled_out", of.ruled_out}, {"false_positives", of.false_positives}});
}

JsonObject ObjectOf(const SequenceStatistics& of) { return FiguresOf({{"epoch", of.epoch}, {"counter", of.counter}}); }

JsonObject ObjectOf(const ViewStatistics& of) {
  JsonObject object = FiguresOf({{"views", of.views}, {"oldest_nanoseconds", of.oldest_nanoseconds}});
  object.AddObject("oldest", ObjectOf(of.oldest));
  object.AddNumber("pinned_memtables_bytes", of.pinned_memtables_bytes);
  object.AddObject("pinned_files", ObjectOf(of.pinned_files));
  object.AddNumber("spilled_views", of.spilled_views);
  object.AddNumber("scratch_bytes", of.scratch_bytes);
  return object;
}

JsonObject ObjectOf(const CommitStatistics& of) {
  return FiguresOf({{"commits", of.commits},
                    {"synced_commits", of.synced_commits},
                    {"operations", of.operations},
                    {"puts", of.puts},
                    {"deletes", of.deletes},
                    {"range_deletes", of.range_deletes},
                    {"user_bytes", of.user_bytes},
                    {"groups", of.groups},
                    {"syncs", of.syncs},
                    {"log_bytes", of.log_bytes},
                    {"log_bytes_prepared", of.log_bytes_prepared}});
}

JsonObject ObjectOf(const ConflictStatistics& of) {
  return FiguresOf({{"keys", of.keys},
                    {"ranges", of.ranges},
                    {"dropped_collections", of.dropped_collections},
                    {"too_old", of.too_old}});
}

JsonObject ObjectOf(const TransactionStatistics& of) {
  JsonObject object = FiguresOf({{"open", of.open}, {"begun", of.begun}, {"committed", of.committed}});
  object.AddObject("conflicts", ObjectOf(of.conflicts));
  object.AddNumber("deadlocks", of.deadlocks);
  object.AddNumber("lock_timeouts", of.lock_timeouts);
  object.AddNumber("writes_bytes", of.writes_bytes);
  object.AddNumber("reads_bytes", of.reads_bytes);
  object.AddNumber("evidence_bytes", of.evidence_bytes);
  return object;
}

JsonObject ObjectOf(const JobStatistics& of) {
  return FiguresOf({{"jobs", of.jobs}, {"bytes_in", of.bytes_in}, {"bytes_out", of.bytes_out}});
}

JsonObject ObjectOf(const DelayStatistics& of) {
  return FiguresOf({{"count", of.count}, {"nanoseconds", of.nanoseconds}, {"nanoseconds_max", of.nanoseconds_max}});
}

JsonObject ObjectOf(const PacingStatistics& of) {
  JsonObject object;
  object.AddObject("for_flushes", ObjectOf(of.for_flushes));
  object.AddObject("for_merges", ObjectOf(of.for_merges));
  object.AddNumber("runs_max", of.runs_max);
  object.AddNumber("debt_bytes", of.debt_bytes);
  if (of.is_paced) object.AddNumber("write_bytes_per_second", of.write_bytes_per_second);
  object.AddNumber("flush_bytes_per_second", of.flush_bytes_per_second);
  object.AddNumber("merge_bytes_per_second", of.merge_bytes_per_second);
  return object;
}

JsonObject ObjectOf(const WrittenStatistics& of) {
  JsonObject object = FiguresOf({{"user_bytes", of.user_bytes},
                                 {"log_bytes", of.log_bytes},
                                 {"log_prepared_bytes", of.log_prepared_bytes},
                                 {"flush_bytes", of.flush_bytes},
                                 {"merge_bytes", of.merge_bytes},
                                 {"ingest_bytes", of.ingest_bytes},
                                 {"manifest_bytes", of.manifest_bytes},
                                 {"recovery_bytes", of.recovery_bytes},
                                 {"total_bytes", of.total_bytes()}});
  if (of.user_bytes == 0) {
    object.AddNull("amplification");
  } else {
    object.AddFraction("amplification", of.amplification());
  }
  return object;
}

JsonObject ObjectOf(const LatencyBucket& of) {
  return FiguresOf({{"nanoseconds", of.nanoseconds}, {"count", of.count}});
}

JsonObject ObjectOf(const LatencyStatistics& of) {
  JsonObject object = FiguresOf({{"count", of.count},
                                 {"p50_nanoseconds", of.p50_nanoseconds},
                                 {"p99_nanoseconds", of.p99_nanoseconds},
                                 {"p999_nanoseconds", of.p999_nanoseconds},
                                 {"max_nanoseconds", of.max_nanoseconds}});
  object.AddObjects("buckets", ObjectsOf(of.buckets, ObjectOf));
  return object;
}

JsonObject ObjectOf(const LatenciesStatistics& of) {
  JsonObject object;
  object.AddObject("get", ObjectOf(of.get));
  object.AddObject("seek", ObjectOf(of.seek));
  object.AddObject("commit", ObjectOf(of.commit));
  object.AddObject("sync", ObjectOf(of.sync));
  object.AddObject("flush", ObjectOf(of.flush));
  object.AddObject("merge", ObjectOf(of.merge));
  return object;
}

JsonObject ObjectOf(const TierStatistics& of) {
  return FiguresOf({{"runs", of.runs}, {"entries", of.entries}, {"tombstones", of.tombstones}, {"bytes", of.bytes}});
}

JsonObject ObjectOf(const PartitionStatistics& of) {
  JsonObject object;
  object.Add("start", of.start);
  object.AddObjects("tiers", ObjectsOf(of.tiers, ObjectOf));
  return object;
}

JsonObject ObjectOf(const TreeStatistics& of) {
  JsonObject object = FiguresOf({{"runs", of.runs},
                                 {"entries", of.entries},
                                 {"tombstones", of.tombstones},
                                 {"range_tombstones", of.range_tombstones},
                                 {"range_tombstones_bytes", of.range_tombstones_bytes},
                                 {"bytes", of.bytes}});
  object.AddObjects("partitions", ObjectsOf(of.partitions, ObjectOf));
  return object;
}

JsonObject ObjectOf(const CollectionStatistics& of) {
  JsonObject object;
  object.Add("name", of.name);
  object.Add("kind", NameOf(of.kind));
  object.AddObject("trees", ObjectOf(of.trees));
  object.AddNumber("memtable_entries", of.memtable_entries);
  return object;
}

}  // namespace

std::string StatisticsAsJson(const DatabaseStatistics& statistics) {
  JsonObject object;
  object.AddObjects("collections", ObjectsOf(statistics.collections, ObjectOf));
  object.AddObject("active_memtables", ObjectOf(statistics.active_memtables));
  object.AddObject("sealed_memtables", ObjectOf(statistics.sealed_memtables));
  object.AddObject("stored", ObjectOf(statistics.stored));
  object.AddObject("memory", ObjectOf(statistics.memory));
  object.AddObject("cache", ObjectOf(statistics.cache));
  object.AddObject("reads", ObjectOf(statistics.reads));
  object.AddObject("filters", ObjectOf(statistics.filters));
  object.AddObject("views", ObjectOf(statistics.views));
  object.AddObject("published", ObjectOf(statistics.published));
  object.AddObject("flushed", ObjectOf(statistics.flushed));
  object.AddObject("commits", ObjectOf(statistics.commits));
  object.AddObject("transactions", ObjectOf(statistics.transactions));
  object.AddObject("flushes", ObjectOf(statistics.flushes));
  object.AddObject("merges", ObjectOf(statistics.merges));
  object.AddObject("ingests", ObjectOf(statistics.ingests));
  object.AddObject("pacing", ObjectOf(statistics.pacing));
  object.AddObject("written", ObjectOf(statistics.written));
  object.AddObject("latencies", ObjectOf(statistics.latencies));
  object.AddNumber("recovered_log_bytes", statistics.recovered_log_bytes);
  return object.ToString();
}

}  // namespace logwood::command_line
