#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "logwood/options.h"

namespace logwood {

// What Database::Statistics() tells, in plain numbers: sizes in bytes, durations in nanoseconds. Each is right by
// itself; while others read and write, numbers of different parts may be of slightly different moments. Members called
// counters count from the open of this handle on and never fall: opening a database again begins with zeros.
// docs/statistics.md has them all with their names in JSON. Later versions add members.
//
// Cost of counting: a get, a seek and a write each raise plain numbers of the thread, or of whoever works alone at that
// moment: some nanoseconds. One in 64 of a thread's calls reads the clock twice: less than 2 % of the shortest get.

// What of a partition was merged equally often on its way to the oldest run. Estimates where it was divided since.
struct TierStatistics {
  uint64_t runs = 0;
  uint64_t entries = 0;  // Tombstones included.
  uint64_t tombstones = 0;
  uint64_t bytes = 0;  // Of keys and values.
};

// A range of a collection's keys that is merged by itself.
struct PartitionStatistics {
  std::string start;                  // The smallest key that may be in it; it goes up to the start of the next.
  std::vector<TierStatistics> tiers;  // By how often they were merged: never, once, twice or more.
};

// The trees of one collection.
struct TreeStatistics {
  uint64_t runs = 0;              // That a get may have to look into, one after the other: of the deepest partition.
  uint64_t entries = 0;           // Tombstones included; a key counts once for each run that has it.
  uint64_t tombstones = 0;        // Of the entries.
  uint64_t range_tombstones = 0;  // Deleted ranges, beside the entries; once for each tree that has one.
  uint64_t range_tombstones_bytes = 0;               // That those take in memory for as long as the trees are open.
  uint64_t bytes = 0;                                // Of blocks in files.
  std::vector<PartitionStatistics> partitions = {};  // In key order; none where the kind does not have them.
};

struct CollectionStatistics {
  std::string name;
  CollectionKind kind = CollectionKind::kLsm;
  TreeStatistics trees;
  uint64_t memtable_entries = 0;  // Puts and deletes in memory, overwritten ones included.
};

// Memtables of one state, all collections together.
struct MemtableStatistics {
  uint64_t generations = 0;  // That are flushed one by one.
  uint64_t entries = 0;      // Puts and deletes, overwritten ones included; of collections that still exist.
  uint64_t bytes = 0;        // Taken from the system for them.
};

struct FileStatistics {
  uint64_t files = 0;
  uint64_t bytes = 0;
};

// What lies in the database's place, as the store tells it. A file that was dropped counts until it is removed, which a
// view that still reads it delays.
struct StoredStatistics {
  FileStatistics manifests;
  FileStatistics logs;
  FileStatistics trees;
  FileStatistics reserves;   // Of space: given up when the store is full.
  FileStatistics strangers;  // That were there at the open and are none of the database's own.
};

// What of Options::memory_budget_bytes is used, by what for.
struct MemoryStatistics {
  uint64_t budget_bytes = 0;
  uint64_t memtables_bytes = 0;     // Active, sealed, and those that only views still hold.
  uint64_t spare_bytes = 0;         // Kept for the next memtables.
  uint64_t blocks_bytes = 0;        // In the cache, and those that only cursors and values still hold.
  uint64_t cache_tables_bytes = 0;  // With which blocks are found and evicted.
  uint64_t indexes_bytes = 0;       // Of trees; evicted where memory is short, like filters.
  uint64_t filters_bytes = 0;
  uint64_t jobs_bytes = 0;          // Buffers of flushes, merges and ingests.
  uint64_t transactions_bytes = 0;  // What open transactions have written and keep of what they have read.
};

// The cache of blocks. A block that only cursors and values still hold is in use, but not of the cache.
struct CacheStatistics {
  uint64_t capacity_bytes = 0;  // What others leave of the memory budget at this moment.
  uint64_t used_bytes = 0;
  uint64_t hits = 0;          // Counter: blocks found.
  uint64_t misses = 0;        // Counter: blocks read from the store; merges go through the cache, too.
  uint64_t misses_bytes = 0;  // Counter: of those blocks, as they are in memory.
};

// Counters of what was read through the API; not what flushes, merges and ingests read.
struct ReadStatistics {
  uint64_t gets = 0;        // Of collections and views.
  uint64_t gets_found = 0;  // Of them, those that found an entry.
  uint64_t seeks = 0;  // Moves of cursors other than Next() and Prev(). To make a cursor is one: it seeks the first.
};

// Counters of what filters of trees said when gets asked whether a key may be there.
struct FilterStatistics {
  uint64_t asked = 0;
  uint64_t ruled_out = 0;        // The key is not there: the tree was not read.
  uint64_t false_positives = 0;  // The key might have been there, and was not.
};

// The place of a write in the order of all. Every open for writing begins an epoch, in which writes count 1, 2, 3, ...
struct SequenceStatistics {
  uint64_t epoch = 0;
  uint64_t counter = 0;
};

// The views that the program holds; a cursor holds one of its own. A get does not count.
struct ViewStatistics {
  uint64_t views = 0;
  uint64_t oldest_nanoseconds = 0;  // Since the oldest was taken; 0 without any.
  SequenceStatistics oldest;        // The last write that it sees; zeros without any.
  // Flushed, and in memory only because views, cursors, values or open transactions still need them.
  uint64_t pinned_memtables_bytes = 0;
  FileStatistics pinned_files;  // Dropped, and in the store only because views and cursors still need them.
  uint64_t spilled_views = 0;   // Whose memtables were written to scratch files, to keep the budget.
  uint64_t scratch_bytes = 0;   // Of those files.
};

// Counters of commits; those that were refused or failed do not count.
struct CommitStatistics {
  uint64_t commits = 0;         // Batches; a put or a delete is a batch of one.
  uint64_t synced_commits = 0;  // Of them, those that asked for a sync.
  uint64_t operations = 0;      // Writes in them: the sum of the next three.
  uint64_t puts = 0;
  uint64_t deletes = 0;
  uint64_t range_deletes = 0;
  uint64_t user_bytes = 0;  // Of keys and values in them; of a range delete, its start and its limit.
  uint64_t groups = 0;      // Commits that went to the log together make one group.
  uint64_t syncs = 0;       // Of the log, because a commit asked for it: at most one a group.
  uint64_t log_bytes = 0;   // Appended to the log by them, with the log's own framing.
  // Written by the store to prepare space in log files, as far as it tells: they may reach the device beside log_bytes.
  uint64_t log_bytes_prepared = 0;
};

// Counters of how often a transaction was told kConflict, by why.
struct ConflictStatistics {
  uint64_t keys = 0;                 // Another had written a key that it had read; under kSnapshot: written.
  uint64_t ranges = 0;               // The same of a key in a range.
  uint64_t dropped_collections = 0;  // That it had read.
  uint64_t too_old = 0;              // Too little was kept to tell.

  [[nodiscard]] uint64_t total() const noexcept { return keys + ranges + dropped_collections + too_old; }
};

// Transactions. Those that are neither open nor committed were rolled back or refused.
struct TransactionStatistics {
  uint64_t open = 0;       // At this moment.
  uint64_t begun = 0;      // Counters up to lock_timeouts. Each attempt of Transact() is one.
  uint64_t committed = 0;  // With and without writes.
  ConflictStatistics conflicts;
  uint64_t deadlocks = 0;       // That GetForUpdate() told of.
  uint64_t lock_timeouts = 0;   // The same.
  uint64_t writes_bytes = 0;    // Memory for what the open ones have written; less than 4 KiB of one do not count.
  uint64_t reads_bytes = 0;     // The same for what they have read, to find conflicts.
  uint64_t evidence_bytes = 0;  // Of memtables that are kept, once flushed, to find conflicts of the open ones.
};

// Counters of times that writes were made to wait, so that background work keeps up.
struct DelayStatistics {
  uint64_t count = 0;
  uint64_t nanoseconds = 0;      // All together.
  uint64_t nanoseconds_max = 0;  // The longest.
};

// How writes are paced. Delays grow smoothly with the work that waits; one is 30 ms at most, but where memory is full
// because a flush is stuck.
struct PacingStatistics {
  DelayStatistics for_flushes;          // Because memory was filling up.
  DelayStatistics for_merges;           // Because runs were piling up.
  uint64_t runs_max = 0;                // The most that any collection had since the open.
  uint64_t debt_bytes = 0;              // That merges would have to read now, as trees are.
  bool is_paced = false;                // Whether there is a limit at this moment, if only one far away.
  uint64_t write_bytes_per_second = 0;  // The limit, where there is one.
  uint64_t flush_bytes_per_second = 0;  // As measured lately; a guess before anything was flushed or merged.
  uint64_t merge_bytes_per_second = 0;
};

// Counters of a kind of background work that was carried through.
struct JobStatistics {
  uint64_t jobs = 0;
  uint64_t bytes_in = 0;   // Flush: of memtables, as MemtableStatistics::bytes. Merge: of the trees that were replaced.
                           // Ingest: as bytes_out.
  uint64_t bytes_out = 0;  // Of the files that were written.
};

// Counters of bytes handed to the store, by what for. Jobs count once they were carried through.
struct WrittenStatistics {
  uint64_t user_bytes = 0;          // What there was to write: CommitStatistics::user_bytes and ingest_bytes.
  uint64_t log_bytes = 0;           // Commits in the log, and the headers of its files.
  uint64_t log_prepared_bytes = 0;  // CommitStatistics::log_bytes_prepared.
  uint64_t flush_bytes = 0;
  uint64_t merge_bytes = 0;
  uint64_t ingest_bytes = 0;
  uint64_t manifest_bytes = 0;
  uint64_t recovery_bytes = 0;  // Logs that the open wrote anew, since nothing proved them to be synced.

  [[nodiscard]] uint64_t total_bytes() const noexcept {
    return log_bytes + log_prepared_bytes + flush_bytes + merge_bytes + ingest_bytes + manifest_bytes + recovery_bytes;
  }
  // total_bytes() for each byte there was to write; 0 where there was none.
  [[nodiscard]] double amplification() const noexcept {
    return user_bytes == 0 ? 0 : static_cast<double>(total_bytes()) / static_cast<double>(user_bytes);
  }
};

struct LatencyBucket {
  uint64_t nanoseconds = 0;  // In the middle of those that it counts, which differ from it by 1/128 at most.
  uint64_t count = 0;
};

// Counters of how long something took.
struct LatencyStatistics {
  uint64_t count = 0;            // Measured.
  uint64_t p50_nanoseconds = 0;  // What half of them did not exceed; zeros where nothing was measured.
  uint64_t p99_nanoseconds = 0;
  uint64_t p999_nanoseconds = 0;
  uint64_t max_nanoseconds = 0;
  std::vector<LatencyBucket> buckets = {};  // Those that count any, in the order of time.
};

// Of gets, seeks and commits the first and every 64th that a thread makes are measured, of the others all.
struct LatenciesStatistics {
  LatencyStatistics get;
  LatencyStatistics seek;
  LatencyStatistics commit;  // As its caller saw it: with waits for its turn, its sync and for pacing.
  LatencyStatistics sync;    // Of the log, because a commit asked for it.
  LatencyStatistics flush;
  LatencyStatistics merge;
};

struct DatabaseStatistics {
  std::vector<CollectionStatistics> collections;  // In the order of their creation.
  MemtableStatistics active_memtables;            // That take what is written now.
  MemtableStatistics sealed_memtables;            // That wait for their flush.
  StoredStatistics stored;
  MemoryStatistics memory;
  CacheStatistics cache;
  ReadStatistics reads;
  FilterStatistics filters;
  ViewStatistics views;
  SequenceStatistics published;  // The last write that readers see.
  SequenceStatistics flushed;    // The last write that is in trees: all after it is in log and memory.
  CommitStatistics commits;
  TransactionStatistics transactions;
  JobStatistics flushes;
  JobStatistics merges;
  JobStatistics ingests;
  PacingStatistics pacing;
  WrittenStatistics written;
  LatenciesStatistics latencies;
  uint64_t recovered_log_bytes = 0;  // Of logs that the open read and replayed.
};

}  // namespace logwood
