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

// Reads a chain of log files from end to end and decides where it ends (I9):
//
//   1. Known logs are read up to exactly the end that an earlier open found. Anything missing there is corruption.
//   2. The candidates' headers are read. A header that a crash tore counts as not there.
//   3. The candidates are followed, each naming its predecessor {number, id, end}, until a file stops early (an invalid
//      record, a step in the sequences, a commit without its end), or does not end where its successor says, or
//      nobody names it. There the chain ends, behind the last whole commit.
//   4. What lies beyond, in that file and in all candidates that the chain did not reach, is searched for durable
//      marks. One at or above the first sequence that is missing says that something was lost that had been synced:
//      corruption. Else what lies beyond was never promised: it is cut, and the files are leftovers.
//
// Sequences run on by one within an epoch and begin at {epoch, 1} in each.

// A log file that an earlier open has read to its end: it must be there, whole up to exactly `end`; what stands behind
// was cut then and stays cut.
struct LogEnd {
  FileNumber number{};
  FileId id{};
  uint64_t end = 0;
  friend bool operator==(const LogEnd&, const LogEnd&) = default;
};

// A commit as the log holds it: all its records, the last bearing `end`. Lives during the call it is passed to.
struct LogCommit {
  FileNumber log{};
  Sequence first{};
  Sequence last{};
  std::span<const LogRecord> records{};
};

struct LogRecovery {
  // The logs that were read, in order, with their ends; records up to there belong to whole commits.
  std::vector<LogEnd> logs{};
  // Of the last operation that was read; as passed in where there was none.
  Sequence last{};
  // The highest durable mark that any record bears: all up to it was synced by who wrote it.
  Sequence mark{};
  // Candidates of which nothing is used because they follow a cut, belong to no chain, or have a torn header:
  // leftovers. Files of another database are not among them.
  std::vector<FileNumber> leftovers{};
};

struct LogRecoveryInput {
  DatabaseId database{};
  // Logs of earlier epochs that are still needed, in order.
  std::vector<LogEnd> known{};
  // The epoch of the last process that wrote, and the logs that bear it and are still needed, in any order. The chain
  // begins with the one whose predecessor is the last known log, and each next one names its predecessor. Where no log
  // is known it begins with the lowest number: its predecessor, if it names one, was flushed and may be gone, and its
  // first sequence tells whether anything is missing.
  uint32_t epoch = 0;
  std::vector<FileNumber> candidates{};
  // The last sequence that the trees hold: what the logs say begins behind it. Commits at or below it are read but not
  // applied.
  Sequence flushed{};
};

// Calls `apply` for each commit in order and returns where the chain ends. Does not sync what it read.
// Errors: kCorruption where something at or below the highest durable mark is missing, where a known log is not whole,
// or where a candidate's header is damaged as no crash does it: the message names file and offset; kIo; kUnsupported;
// what `apply` returns. What was applied before an error is to be dropped.
[[nodiscard]] Result<LogRecovery> RecoverLogs(Store& store, const LogRecoveryInput& input,
                                              const std::function<Status(const LogCommit&)>& apply);

}  // namespace logwood
