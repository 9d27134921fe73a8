#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/ids.h"
#include "engine/job_output.h"
#include "engine/root.h"
#include "log/log_recovery.h"
#include "log/log_settler.h"
#include "memtable/generation.h"

namespace logwood {

// Log files at which a generation is sealed however small it is: recovery opens each of them.
inline constexpr size_t kLogFilesMax = 16;

// A generation that takes no more entries, with the log files that hold the same.
struct SealedGeneration {
  std::shared_ptr<const Generation> generation;
  std::vector<LogEnd> logs;           // Synced to their ends once the settler has nothing to do, or as they were found.
  FileNumber next_log;                // The first of the generation after it.
  LogSettler* log_settler = nullptr;  // Must outlive it; null where nothing of the logs is on its way.
};

// What the engine demands before a log file lives on as data (I15).
struct StayPolicy {
  bool possible = false;  // The store is fit for it.
  uint64_t bytes_min = uint64_t{8} << 20;
};

// Brings a sealed generation into trees: one new file for each kind, one manifest record. Returns the logs that nobody
// needs any more in `obsolete_logs`. Errors: kIo, kNoSpace, kCorruption; what was written is discarded then, unless the
// manifest has failed: it may refer to it.
Status FlushGeneration(const NewFileOutput::Context& context, const SealedGeneration& sealed, const StayPolicy& policy,
                       std::vector<FileNumber>& obsolete_logs);

// What a kind chooses to merge next, as a plan for MergeCollection(); none for a collection that was dropped.
// Errors: kCorruption.
Result<std::optional<MergePlan>> ChooseMerge(const Root& root, CollectionId collection, const MergeRequest& request);

// What all collections have to merge: the runs of the deepest, the bytes of all. Errors: kCorruption.
Result<MergeDebt> DebtOf(const Root& root);

// Carries a plan out and installs what comes of it, unless the collection was dropped. Errors: as FlushGeneration().
// Returns the bytes that it read or wrote, whichever were more.
Result<uint64_t> MergeCollection(const NewFileOutput::Context& context, CollectionId collection,
                                 const std::string& plan);

}  // namespace logwood
