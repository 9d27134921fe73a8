#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "log/log_format.h"
#include "log/log_record.h"
#include "logwood/result.h"
#include "logwood/store.h"

namespace logwood {

// Reads the records of one log file in order, verifying each. Thread-compatible.
class LogReader {
 public:
  // Errors: kNotFound, kIo; kCorruption or kUnsupported of the header, which must bear `number` and `type`.
  // `store` may go before the reader.
  [[nodiscard]] static Result<std::unique_ptr<LogReader>> Open(Store& store, FileNumber number, FileType type);

  // The same of a file whose header may be damaged: header_damage() then says how, of header() only number and type are
  // to be relied on, and records validate where the id is right as it stands.
  // Errors: kNotFound, kIo, kUnsupported; kCorruption (a whole header, of another file).
  [[nodiscard]] static Result<std::unique_ptr<LogReader>> OpenDamaged(Store& store, FileNumber number, FileType type);

  // The next record; nullopt where the file ends or the bytes are not a valid record of this file, in which case
  // stop_reason() says what is wrong with them. The record's bytes live until the next call.
  // Errors: kIo; kUnsupported (a valid record of a type that this version does not know).
  [[nodiscard]] Result<std::optional<LogRecord>> Next();
  // The end of the last record that Next() returned (the start of the first before that).
  [[nodiscard]] uint64_t good_end() const noexcept { return good_end_; }
  // Empty where the file just ends, or zeros follow: nothing was there to be read.
  [[nodiscard]] const std::string& stop_reason() const noexcept { return stop_reason_; }

  // After Next() gave nullopt: goes on with the next record whose header validates, behind what is damaged; nullopt
  // where none follows. Cost: as HighestMarkBeyond(). Errors: kIo.
  struct Skipped {
    uint64_t bytes = 0;
    // Whether that was the body of one record, whose header says that it was the last of its commit.
    bool is_end_of_commit = false;
  };
  [[nodiscard]] Result<std::optional<Skipped>> SkipDamage();
  // The highest durable mark of any record that begins at good_end() or further on in the file; 0 without one. A valid
  // header is enough: what it says was true when it was written, whatever became of the body.
  // Cost: looks at every offset that does not hold zeros. Errors: kIo.
  [[nodiscard]] Result<Sequence> HighestMarkBeyond();

  [[nodiscard]] const LogFileHeader& header() const noexcept { return header_; }
  // Not OK only after OpenDamaged().
  [[nodiscard]] const Status& header_damage() const noexcept { return header_damage_; }
  // Bytes of the file, prepared space included.
  [[nodiscard]] uint64_t file_size() const { return file_->size(); }
  // To make durable what was read.
  Status Sync() { return file_->Sync(); }

 private:
  struct FoundHeader {
    uint64_t offset;
    LogRecordHeader header;
  };

  LogReader(const LogFileHeader& header, std::unique_ptr<ReadableFile> file);

  // The first header that validates, at `offset` or behind it.
  Result<std::optional<FoundHeader>> FindHeader(uint64_t offset);

  // At least `size` bytes from `offset` on, fewer only where the file ends. They live until the next call.
  Result<Bytes> BytesAt(uint64_t offset, size_t size);
  Result<std::optional<LogRecord>> ReadBody(const LogRecordHeader& header);
  // Bytes of the table behind the large operation in `body`. Errors: kCorruption.
  static Result<size_t> TableSize(Bytes body);
  // Ends reading: Next() gives nullopt from here on.
  std::optional<LogRecord> Stop(std::string reason);
  // "log file 7 offset 4096".
  [[nodiscard]] std::string Where() const;

  LogFileHeader header_;
  Status header_damage_;
  std::unique_ptr<ReadableFile> file_;
  uint64_t good_end_ = kLogDataStart;
  bool stopped_ = false;
  std::string stop_reason_;
  std::vector<std::byte> window_;
  uint64_t window_begin_ = 0;  // In the file.
  size_t window_size_ = 0;     // Of what was read into it.
};

}  // namespace logwood
