#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/ids.h"
#include "log/log_format.h"
#include "logwood/result.h"
#include "logwood/store.h"

namespace logwood {

// Appends records to one log file. After an error every later call returns that same error (I11).
// Confined to the writer. Cost of an append without sync: one copy of the records, one append of the store for all of
// them together, or for each MiB of them. A large operation is not copied: it costs three appends of its own.
class LogWriter {
 public:
  // Creates the file and appends its header. Nothing is durable yet. `store` must outlive the writer.
  // `size_expected`: bytes at which the caller means to go on in a next file.
  [[nodiscard]] static Result<std::unique_ptr<LogWriter>> Create(Store& store, const LogFileHeader& header,
                                                                 uint64_t size_expected);
  // The same with a file that was created before, and is empty.
  [[nodiscard]] static Result<std::unique_ptr<LogWriter>> Begin(std::unique_ptr<AppendFile> file,
                                                                const LogFileHeader& header);

  // Appends `records` in order, each bearing `durable_mark`, and fills in their body_offset.
  // Errors: kIo, kNoSpace; the outcome is unknown then.
  Status Append(std::span<LogRecord> records, Sequence durable_mark);
  // The same for one record that bears its durable mark, but it may stay in memory until more have come, or Finish().
  Status Gather(LogRecord& record);
  // Makes everything appended durable.
  Status Sync();
  // Ends the file; Sync() may still be called.
  Status Finish();

  [[nodiscard]] const LogFileHeader& header() const noexcept { return header_; }
  // Bytes so far: the good end of the file once it is finished.
  [[nodiscard]] uint64_t size() const noexcept { return size_; }
  // See AppendFile::bytes_prepared().
  [[nodiscard]] uint64_t bytes_prepared() const { return file_->bytes_prepared(); }

 private:
  LogWriter(const LogFileHeader& header, std::unique_ptr<AppendFile> file);

  Status AppendRecord(LogRecord& record);
  // Hands the buffer to the store.
  Status Flush();
  // Remembers the first error for good.
  Status Keep(const Status& status);

  LogFileHeader header_;
  std::unique_ptr<AppendFile> file_;
  uint64_t size_ = 0;
  std::string buffer_;
  Status poison_;
};

}  // namespace logwood
