#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/ids.h"
#include "codec/batch_encoder.h"
#include "log/log_format.h"
#include "log/log_writer.h"
#include "tests/log/byte_store.h"

namespace logwood::testing {

inline constexpr DatabaseId kDatabase(0xdadadadadadadada);

inline FileId IdOf(uint64_t number) { return FileId(0x1d00000000000000 + number); }

// Writes a log file the way the engine does, with sequences that run on. Thread-compatible.
class LogBuilder {
 public:
  // A log of epoch `epoch` without a predecessor, whose first sequence is {epoch, 1}.
  LogBuilder(ByteStore& store, uint64_t number, uint32_t epoch)
      : LogBuilder(store, HeaderOf(number, epoch), Sequence::Of(epoch, 1)) {}
  LogBuilder(ByteStore& store, const LogFileHeader& header, Sequence first)
      : writer_(LogWriter::Create(store, header, 0).value()), next_(first) {}

  // The log that follows `before` in the same epoch.
  static LogBuilder After(ByteStore& store, const LogBuilder& before, uint64_t number) {
    return {store, HeaderAfter(before, number, before.writer_->header().epoch), before.next_};
  }
  // The log that follows `before` in the next epoch.
  static LogBuilder AfterInEpoch(ByteStore& store, const LogBuilder& before, uint64_t number, uint32_t epoch) {
    return {store, HeaderAfter(before, number, epoch), Sequence::Of(epoch, 1)};
  }

  static LogFileHeader HeaderOf(uint64_t number, uint32_t epoch) {
    LogFileHeader header;
    header.file = {.type = FileType::kLog, .number = FileNumber(number), .id = IdOf(number), .database = kDatabase};
    header.epoch = epoch;
    return header;
  }
  static LogFileHeader HeaderAfter(const LogBuilder& before, uint64_t number, uint32_t epoch) {
    LogFileHeader header = HeaderOf(number, epoch);
    header.predecessor = before.writer_->header().file.number;
    header.predecessor_id = before.writer_->header().file.id;
    header.predecessor_end = before.end();
    return header;
  }

  // Commits one put a key and value, all at once.
  LogBuilder& Commit(const std::vector<std::pair<std::string, std::string>>& puts) {
    BatchEncoder batch;
    for (const auto& [key, value] : puts) batch.Add(EntryType::kPut, CollectionId(1), key, value);
    return Commit(batch);
  }
  LogBuilder& Commit(BatchEncoder& batch) {
    std::vector<LogRecord> records = RecordsOf(batch);
    writer_->Append(records, mark_).Check();
    return *this;
  }
  // From here on records bear everything so far as durable.
  LogBuilder& Sync() {
    mark_ = Sequence(next_.value() - 1);
    return *this;
  }
  LogBuilder& MarkAt(Sequence mark) {
    mark_ = mark;
    return *this;
  }
  LogBuilder& Mark() {
    LogRecord record{.type = LogRecordType::kMark, .sequence = next_};
    writer_->Append({&record, 1}, mark_).Check();
    return *this;
  }
  // The records that Commit() would append, their sequences taken. They point into `batch`.
  std::vector<LogRecord> RecordsOf(BatchEncoder& batch) {
    batch.Seal();
    std::vector<LogRecord> records;
    for (const BatchFragment& fragment : batch.fragments()) {
      records.push_back(
          {.type = fragment.table_length > 0 ? LogRecordType::kLargeOperation : LogRecordType::kOperations,
           .end = false,
           .sequence = next_,
           .count = static_cast<uint16_t>(fragment.count),
           .body = batch.body(fragment),
           .checksum_table = batch.table(fragment),
           .checksum = fragment.checksum});
      next_ = next_.Plus(fragment.count);
    }
    records.back().end = true;
    return records;
  }

  [[nodiscard]] LogWriter& writer() { return *writer_; }
  [[nodiscard]] uint64_t end() const { return writer_->size(); }
  [[nodiscard]] Sequence next() const { return next_; }
  [[nodiscard]] FileNumber number() const { return writer_->header().file.number; }
  [[nodiscard]] std::string name() const { return FileName(number(), FileType::kLog); }

 private:
  std::unique_ptr<LogWriter> writer_;
  Sequence next_;
  Sequence mark_;
};

}  // namespace logwood::testing
