#include "tools/command_line/statistics_page.h"

#include <fmt/format.h>
#include <string_view>
#include <utility>
#include <vector>

#include "tools/command_line/escape.h"
#include "tools/command_line/json_object.h"

namespace logwood::command_line {
namespace {

std::string NameOf(CollectionKind kind) {
  switch (kind) {
    case CollectionKind::kLsm: return "lsm";
    case CollectionKind::kBtree: return "btree";
    case CollectionKind::kList: return "list";
  }
  return fmt::format("kind-{}", static_cast<int>(kind));
}

// One figure with the name of its member.
using Member = std::pair<const char*, uint64_t>;

JsonObject ObjectOf(std::initializer_list<Member> members) {
  JsonObject object;
  for (const auto& [name, number] : members) object.AddNumber(name, number);
  return object;
}

JsonObject ObjectOf(const MemtableStatistics& of) {
  return ObjectOf({{"generations", of.generations}, {"entries", of.entries}, {"bytes", of.bytes}});
}

JsonObject ObjectOf(const FileStatistics& of) { return ObjectOf({{"files", of.files}, {"bytes", of.bytes}}); }

JsonObject ObjectOf(const StoredStatistics& of) {
  JsonObject object;
  object.AddObject("manifests", ObjectOf(of.manifests));
  object.AddObject("logs", ObjectOf(of.logs));
  object.AddObject("trees", ObjectOf(of.trees));
  object.AddObject("strangers", ObjectOf(of.strangers));
  return object;
}

JsonObject ObjectOf(const MemoryStatistics& of) {
  return ObjectOf({{"budget_bytes", of.budget_bytes},
                   {"memtables_bytes", of.memtables_bytes},
                   {"spare_bytes", of.spare_bytes},
                   {"blocks_bytes", of.blocks_bytes},
                   {"cache_tables_bytes", of.cache_tables_bytes},
                   {"indexes_bytes", of.indexes_bytes},
                   {"filters_bytes", of.filters_bytes},
                   {"jobs_bytes", of.jobs_bytes}});
}

JsonObject ObjectOf(const CacheStatistics& of) {
  return ObjectOf(
      {{"capacity_bytes", of.capacity_bytes}, {"used_bytes", of.used_bytes}, {"hits", of.hits}, {"misses", of.misses}});
}

JsonObject ObjectOf(const SequenceStatistics& of) { return ObjectOf({{"epoch", of.epoch}, {"counter", of.counter}}); }

JsonObject ObjectOf(const CommitStatistics& of) {
  return ObjectOf({{"commits", of.commits},
                   {"operations", of.operations},
                   {"groups", of.groups},
                   {"syncs", of.syncs},
                   {"log_bytes", of.log_bytes},
                   {"log_bytes_prepared", of.log_bytes_prepared}});
}

JsonObject ObjectOf(const JobStatistics& of) {
  return ObjectOf({{"jobs", of.jobs}, {"bytes_in", of.bytes_in}, {"bytes_out", of.bytes_out}});
}

JsonObject ObjectOf(const DelayStatistics& of) {
  return ObjectOf({{"count", of.count}, {"nanoseconds", of.nanoseconds}, {"nanoseconds_max", of.nanoseconds_max}});
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

JsonObject ObjectOf(const CollectionStatistics& of) {
  JsonObject object;
  object.Add("name", of.name);
  object.Add("kind", NameOf(of.kind));
  object.AddObject("trees", ObjectOf({{"runs", of.trees.runs},
                                      {"entries", of.trees.entries},
                                      {"tombstones", of.trees.tombstones},
                                      {"bytes", of.trees.bytes}}));
  object.AddNumber("memtable_entries", of.memtable_entries);
  return object;
}

// Names stand last: how wide they are on a terminal is hard to tell.
std::string TableOf(const std::vector<CollectionStatistics>& collections) {
  std::string table = fmt::format("{:<5} {:>5} {:>12} {:>12} {:>15} {:>12}  {}\n", "KIND", "RUNS", "ENTRIES",
                                  "TOMBSTONES", "TREE BYTES", "IN MEMORY", "COLLECTION");
  for (const CollectionStatistics& collection : collections) {
    const TreeStatistics& trees = collection.trees;
    table +=
        fmt::format("{:<5} {:>5} {:>12} {:>12} {:>15} {:>12}  {}\n", NameOf(collection.kind), trees.runs, trees.entries,
                    trees.tombstones, trees.bytes, collection.memtable_entries, Escape(collection.name));
  }
  return table;
}

std::string Line(std::string_view name, const std::string& figures) {
  return fmt::format("{:<19} {}\n", name, figures);
}

std::string Text(const MemtableStatistics& of) {
  return fmt::format("{} entries, {} bytes in {} generation{}", of.entries, of.bytes, of.generations,
                     of.generations == 1 ? "" : "s");
}

std::string Text(const FileStatistics& of) {
  return fmt::format("{} file{}, {} bytes", of.files, of.files == 1 ? "" : "s", of.bytes);
}

std::string Text(const MemoryStatistics& of) {
  return fmt::format(
      "budget {} bytes; memtables {}, spare {}, blocks {}, their tables {}, indexes {}, filters {}, jobs {}",
      of.budget_bytes, of.memtables_bytes, of.spare_bytes, of.blocks_bytes, of.cache_tables_bytes, of.indexes_bytes,
      of.filters_bytes, of.jobs_bytes);
}

std::string Text(const SequenceStatistics& of) { return fmt::format("{}:{}", of.epoch, of.counter); }

std::string Text(const JobStatistics& of) {
  return fmt::format("{}, {} bytes in, {} bytes out", of.jobs, of.bytes_in, of.bytes_out);
}

std::string Text(const DelayStatistics& of) {
  constexpr double kMillisecond = 1e6;
  return fmt::format("{}, {:.0f} ms together, {:.1f} ms the longest", of.count,
                     static_cast<double>(of.nanoseconds) / kMillisecond,
                     static_cast<double>(of.nanoseconds_max) / kMillisecond);
}

std::string TextOfWriting(const DatabaseStatistics& statistics) {
  const CommitStatistics& commits = statistics.commits;
  if (commits.commits + statistics.flushes.jobs + statistics.merges.jobs == 0) return {};
  return Line("commits",
              fmt::format("{} of {} operations, in {} groups with {} syncs, {} bytes of log, {} more prepared",
                          commits.commits, commits.operations, commits.groups, commits.syncs, commits.log_bytes,
                          commits.log_bytes_prepared)) +
         Line("flushes", Text(statistics.flushes)) + Line("merges", Text(statistics.merges)) +
         Line("delays for flushes", Text(statistics.pacing.for_flushes)) +
         Line("delays for merges", Text(statistics.pacing.for_merges));
}

}  // namespace

std::string StatisticsAsText(const DatabaseStatistics& statistics) {
  const StoredStatistics& stored = statistics.stored;
  const CacheStatistics& cache = statistics.cache;
  return TableOf(statistics.collections) + "\n" + Line("memtables, active", Text(statistics.active_memtables)) +
         Line("memtables, sealed", Text(statistics.sealed_memtables)) + Line("manifests", Text(stored.manifests)) +
         Line("logs", Text(stored.logs)) + Line("trees", Text(stored.trees)) +
         Line("strangers", Text(stored.strangers)) + Line("memory", Text(statistics.memory)) +
         Line("cache", fmt::format("{} of {} bytes, {} hits, {} misses", cache.used_bytes, cache.capacity_bytes,
                                   cache.hits, cache.misses)) +
         Line("published up to", Text(statistics.published)) + Line("flushed up to", Text(statistics.flushed)) +
         TextOfWriting(statistics);
}

std::string StatisticsAsJson(const DatabaseStatistics& statistics) {
  JsonObject object;
  std::vector<JsonObject> collections;
  for (const CollectionStatistics& collection : statistics.collections) collections.push_back(ObjectOf(collection));
  object.AddObjects("collections", collections);
  object.AddObject("active_memtables", ObjectOf(statistics.active_memtables));
  object.AddObject("sealed_memtables", ObjectOf(statistics.sealed_memtables));
  object.AddObject("stored", ObjectOf(statistics.stored));
  object.AddObject("memory", ObjectOf(statistics.memory));
  object.AddObject("cache", ObjectOf(statistics.cache));
  object.AddObject("published", ObjectOf(statistics.published));
  object.AddObject("flushed", ObjectOf(statistics.flushed));
  object.AddObject("commits", ObjectOf(statistics.commits));
  object.AddObject("flushes", ObjectOf(statistics.flushes));
  object.AddObject("merges", ObjectOf(statistics.merges));
  object.AddObject("pacing", ObjectOf(statistics.pacing));
  return object.ToString();
}

}  // namespace logwood::command_line
