#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "logwood/options.h"

namespace logwood {

// What Database::Statistics() tells, in plain numbers. Each is right by itself; while others write, numbers of
// different parts may be of slightly different moments. Counters count from the open of this handle on and never fall.
// Later versions add members.

// The trees of one collection.
struct TreeStatistics {
  uint64_t runs = 0;        // That a get may have to look into, one after the other.
  uint64_t entries = 0;     // Tombstones included; a key counts once for each run that has it.
  uint64_t tombstones = 0;  // Of the entries.
  uint64_t bytes = 0;       // Of blocks in files.
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
  uint64_t jobs_bytes = 0;  // Buffers of flushes, merges and ingests.

  uint64_t view_memtables_bytes = 0;  // Of memtables_bytes: held by views and cursors alone.
  // Views and cursors whose memtables were written to scratch files instead, and the bytes of those files.
  uint64_t spilled_views = 0;
  uint64_t scratch_bytes = 0;
};

// The cache of blocks. A block that only cursors and values still hold is in use, but not of the cache.
struct CacheStatistics {
  uint64_t capacity_bytes = 0;  // What others leave of the memory budget at this moment.
  uint64_t used_bytes = 0;
  uint64_t hits = 0;    // Counter: blocks found.
  uint64_t misses = 0;  // Counter: blocks read from the store, merges and Verify() included.
};

// The place of a write in the order of all. Every open for writing begins an epoch, in which writes count 1, 2, 3, ...
struct SequenceStatistics {
  uint64_t epoch = 0;
  uint64_t counter = 0;
};

// Counters of commits; those that were refused or failed do not count.
struct CommitStatistics {
  uint64_t commits = 0;     // Batches; a put or a delete is a batch of one.
  uint64_t operations = 0;  // Puts and deletes in them.
  uint64_t groups = 0;      // Commits that went to the log together make one group.
  uint64_t syncs = 0;       // Of the log, because a commit asked for it: at most one a group.
  uint64_t log_bytes = 0;   // Appended to the log by them, with the log's own framing.
  // Written by the store to prepare space in log files, as far as it tells: they may reach the device beside log_bytes.
  uint64_t log_bytes_prepared = 0;
};

// Counters of times that writes were made to wait, so that background work keeps up.
struct DelayStatistics {
  uint64_t count = 0;
  uint64_t nanoseconds = 0;      // All together.
  uint64_t nanoseconds_max = 0;  // The longest.
};

// How writes are paced. Delays grow smoothly with the work that waits; one is 50 ms at most, but where memory is full
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
  uint64_t bytes_out = 0;  // Of the files that were written.
};

struct DatabaseStatistics {
  std::vector<CollectionStatistics> collections;  // In the order of their creation.
  MemtableStatistics active_memtables;            // That take what is written now.
  MemtableStatistics sealed_memtables;            // That wait for their flush.
  StoredStatistics stored;
  MemoryStatistics memory;
  CacheStatistics cache;
  SequenceStatistics published;  // The last write that readers see.
  SequenceStatistics flushed;    // The last write that is in trees: all after it is in log and memory.
  CommitStatistics commits;
  JobStatistics flushes;
  JobStatistics merges;
  PacingStatistics pacing;
};

}  // namespace logwood
