#pragma once

#include <map>
#include <memory>
#include <set>
#include <vector>

#include "base/ids.h"
#include "engine/job_output.h"
#include "engine/root.h"
#include "log/log_recovery.h"
#include "memtable/generation.h"

namespace logwood {

// Log files at which a generation is sealed however small it is: recovery opens each of them.
inline constexpr size_t kLogFilesMax = 16;

// A generation that takes no more entries, with the log files that hold the same.
struct SealedGeneration {
  std::shared_ptr<const Generation> generation;
  std::vector<LogEnd> logs;  // Synced to their ends, unless they were replayed.
  FileNumber next_log;       // The first of the generation after it.
};

// What the engine demands before a log file lives on as data (I15).
struct StayPolicy {
  bool possible = false;  // The store is fit for it.
  uint64_t bytes_min = uint64_t{8} << 20;
};

// Brings a sealed generation into trees: one new file for each kind, one manifest record. Returns the logs that nobody
// needs any more in `obsolete_logs`. Errors: kIo, kNoSpace, kCorruption; what was written is then a leftover.
Status FlushGeneration(const NewFileOutput::Context& context, const SealedGeneration& sealed, const StayPolicy& policy,
                       std::vector<FileNumber>& obsolete_logs);

// Merges as a kind chooses it, once, and installs what comes of each plan. Returns false where there was nothing to do.
Result<bool> MergeCollection(const NewFileOutput::Context& context, CollectionId collection, MergeEffort effort);

}  // namespace logwood
