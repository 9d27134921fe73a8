#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "log/log_recovery.h"

namespace logwood {

// The records of a commit until its end has come. Thread-compatible.
class PendingCommit {
 public:
  void Add(const LogRecord& record) {
    records_.push_back(record);
    size_bytes_ += record.body.size() + record.checksum_table.size();
    if (record.end) return;
    // More is to come, for which the reader will reuse its memory.
    LogRecord& kept = records_.back();
    kept.body = copies_.emplace_back(record.body.ToString());
    kept.checksum_table = copies_.emplace_back(record.checksum_table.ToString());
  }
  void Clear() {
    records_.clear();
    copies_.clear();
    size_bytes_ = 0;
  }
  [[nodiscard]] bool empty() const noexcept { return records_.empty(); }
  [[nodiscard]] uint64_t size_bytes() const noexcept { return size_bytes_; }
  // Requires: !empty().
  [[nodiscard]] LogCommit View(FileNumber log) const {
    const LogRecord& last = records_.back();
    return {.log = log,
            .first = records_.front().sequence,
            .last = last.sequence.Plus(uint64_t{last.count} - 1),
            .records = records_};
  }

 private:
  std::vector<LogRecord> records_;
  std::deque<std::string> copies_;  // Strings that do not move.
  uint64_t size_bytes_ = 0;
};

}  // namespace logwood
