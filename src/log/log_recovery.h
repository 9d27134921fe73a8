#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "base/ids.h"
#include "log/log_format.h"
#include "logwood/result.h"
#include "logwood/store.h"

namespace logwood {

// Reads a chain of log files from end to end and decides where it ends (I9).

// A log file that an earlier open has read to its end: it must be there, whole up to exactly `end`; what stands behind
// was cut then and stays cut.
struct LogEnd {
  FileNumber number;
  FileId id;
  uint64_t end = 0;
  friend bool operator==(const LogEnd&, const LogEnd&) = default;
};

// A commit as the log holds it: all its records, the last bearing `end`. Lives during the call it is passed to.
struct LogCommit {
  FileNumber log;
  Sequence first;
  Sequence last;
  std::span<const LogRecord> records;
};

struct LogRecovery {
  // The logs that were read, in order, with their ends; records up to there belong to whole commits.
  std::vector<LogEnd> logs;
  // Of the last operation that was read; as passed in where there was none.
  Sequence last;
  // Log files of which nothing is used because they follow a cut or belong to no chain: leftovers.
  std::vector<FileNumber> leftovers;
};

struct LogRecoveryInput {
  DatabaseId database;
  // Logs of earlier epochs that are still needed, in order.
  std::vector<LogEnd> known;
  // The epoch of the last process that wrote, and the logs that bear it, in any order: its chain begins with one whose
  // predecessor is the last known log (or none, where none is known), and each next one names its predecessor.
  uint32_t epoch = 0;
  std::vector<FileNumber> candidates;
  // The last sequence that the trees hold: what the logs say begins behind it.
  Sequence flushed;
};

// Calls `apply` for each commit in order and returns where the chain ends. The chain ends at the first gap: an invalid
// record, a commit without its end, a file that begins where its predecessor does not end, a file that is not there.
// Errors: kCorruption where something at or below the highest durable mark that any valid record bears, beyond the
// gap included, is missing, or where a known log is not whole: the message names file and offset; kIo; kUnsupported;
// what `apply` returns.
[[nodiscard]] Result<LogRecovery> RecoverLogs(Store& store, const LogRecoveryInput& input,
                                              const std::function<Status(const LogCommit&)>& apply);

}  // namespace logwood
