#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/ids.h"
#include "log/log_format.h"
#include "log/log_recovery.h"
#include "log/log_settler.h"
#include "log/log_writer.h"
#include "logwood/result.h"
#include "logwood/store.h"

namespace logwood {

// The log as it is written: one file after the other, each naming the one before and its end. Nothing in a file is
// acknowledged as synced before its predecessor is. A file is synced in the background once the next has begun, and
// before the one after that begins. After an error every later call returns it (I11). Confined to the writer.
class LogChain {
 public:
  // A chain that goes on behind `predecessor`, of which everything is durable, and behind sequence `last`.
  // `store` and `settler`, which must have nothing else to do, must outlive it.
  LogChain(Store& store, LogSettler& settler, DatabaseId database, std::optional<LogEnd> predecessor, Sequence last);

  // Begins file `number`. The file that is open, if any, ends, and goes to the settler.
  struct NextFile {
    FileNumber number;
    FileId id;
    uint32_t epoch = 0;
    uint64_t size_expected = 0;
    std::unique_ptr<AppendFile> file = nullptr;  // Of that number, empty; null: it is made here.
  };
  Status Begin(NextFile next);
  // Appends the records of whole commits, the last of which ends at sequence `last`. Requires: a file was begun.
  Status Append(std::span<LogRecord> records, Sequence last);
  // Makes all that was appended durable.
  Status Sync();
  // Appends a mark that says that all is durable, syncs, and ends the file.
  Status Close();

  // Bytes in the file that is open.
  [[nodiscard]] uint64_t size() const noexcept { return writer_ == nullptr ? 0 : writer_->size(); }
  // Bytes written in all files so far to prepare space for appends.
  [[nodiscard]] uint64_t bytes_prepared() const {
    return prepared_before_ + (writer_ == nullptr ? 0 : writer_->bytes_prepared());
  }
  // The file that is open, with its end so far. Requires: a file was begun.
  [[nodiscard]] LogEnd current() const noexcept;

 private:
  Status NoteSettled();

  Store& store_;
  LogSettler& settler_;
  DatabaseId database_;
  std::optional<LogEnd> predecessor_;
  Sequence last_;                     // Appended.
  Sequence durable_;                  // Synced: what records bear as their durable mark.
  std::optional<Sequence> settling_;  // Where the file ends that the settler has, as far as is known here.
  uint64_t prepared_before_ = 0;      // In the files before the one that is open.
  std::unique_ptr<LogWriter> writer_;
};

}  // namespace logwood
