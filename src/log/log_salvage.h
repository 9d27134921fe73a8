#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "log/log_recovery.h"
#include "logwood/result.h"
#include "logwood/store.h"

namespace logwood {

// Reads what is left of damaged logs, where RecoverLogs() finds that something durable is missing:
//
//   1. Of each log all records are read that validate, those behind damage too; of a known one up to its end.
//   2. Of these, a commit counts if all its records stand there, one behind the other. Behind damage nothing counts
//      before the end of a commit, or a mark, has shown where the next commit begins; the header of a record whose body
//      is damaged may show it too. So what counts is whole.
//   3. Commits count in the order of their sequences, each once, those behind a gap too.
//   4. Each stretch that is damaged, each gap in the sequences, each log that is missing, and what was synced behind
//   the
//      last commit is reported. That the newest commits or logs are missing shows only by a mark in what is left.
//
// So what comes of it is not a prefix of commit order: commits that are lost are lost, and those behind them are there.

// What is wrong with a log.
struct LogDamage {
  FileNumber log{};
  uint64_t offset = 0;
  uint64_t bytes = 0;  // That could not be used; 0: none, or not known.
  std::string what{};  // Begins with file and offset.
  bool loses_commits = true;
};

struct LogSalvageInput {
  DatabaseId database{};
  std::vector<LogEnd> known{};  // As in LogRecoveryInput, like the next.
  uint32_t epoch = 0;           // Logs of later ones count as well: the manifest may be an older one.
  FileNumber first_log{};       // Those with lower numbers that are not known are flushed.
  Sequence flushed{};
  std::vector<FileNumber> candidates{};  // All logs that there are.
};

struct LogSalvage {
  std::vector<LogEnd> logs{};  // That were read, with their ends, in the order of their sequences.
  Sequence last{};             // Of the last operation that was read; as passed in where there was none.
  std::vector<FileNumber> strangers{};
};

// Calls `apply` for each commit in order. Reads only; twice the same gives the same. Errors: kIo, kUnsupported, what
// `apply` returns.
[[nodiscard]] Result<LogSalvage> SalvageLogs(Store& store, const LogSalvageInput& input,
                                             const std::function<Status(const LogCommit&)>& apply,
                                             const std::function<void(const LogDamage&)>& on_damage);

}  // namespace logwood
