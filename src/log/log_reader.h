#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/ids.h"
#include "log/log_format.h"
#include "logwood/result.h"
#include "logwood/store.h"

namespace logwood {

// Reads the records of one log file in order, verifying each. Thread-compatible.
class LogReader {
 public:
  // Errors: kNotFound, kIo; kCorruption or kUnsupported of the header, which must bear `number` and `type`.
  [[nodiscard]] static Result<std::unique_ptr<LogReader>> Open(Store& store, FileNumber number, FileType type);

  // The next record; nullopt where the file ends or the bytes are not a valid record of this file, in which case
  // stop_reason() says what is wrong with them. The record's bytes live until the next call.
  // Errors: kIo; kUnsupported (a valid record of a type that this version does not know).
  [[nodiscard]] Result<std::optional<LogRecord>> Next();
  // The end of the last record that Next() returned (the start of the first before that).
  [[nodiscard]] uint64_t good_end() const noexcept { return good_end_; }
  // Empty where the file just ends, or zeros follow: nothing was there to be read.
  [[nodiscard]] const std::string& stop_reason() const noexcept { return stop_reason_; }

  // After Next() returned nullopt: the highest durable mark of any valid record further on in the file; 0 without one.
  // Cost: looks at every offset that does not hold zeros.
  [[nodiscard]] Result<Sequence> HighestMarkBeyond();

  [[nodiscard]] const LogFileHeader& header() const noexcept { return header_; }
  // To make durable what was read.
  Status Sync() { return file_->Sync(); }

 private:
  LogReader(const LogFileHeader& header, std::unique_ptr<ReadableFile> file);

  LogFileHeader header_;
  std::unique_ptr<ReadableFile> file_;
  uint64_t good_end_ = 0;
  std::string stop_reason_;
};

}  // namespace logwood
