#include "log/log_writer.h"

#include <array>
#include <utility>

#include "base/assert.h"
#include "base/status_macros.h"
#include "codec/batch_encoder.h"
#include "codec/byte_writer.h"
#include "log/log_record.h"

namespace logwood {

namespace {

// Bytes after which the buffer is handed to the store: a huge batch need not stand in memory twice.
constexpr size_t kBufferSizeMax = size_t{1} << 20;

}  // namespace

LogWriter::LogWriter(const LogFileHeader& header, std::unique_ptr<AppendFile> file)
    : header_(header), file_(std::move(file)) {}

Result<std::unique_ptr<LogWriter>> LogWriter::Create(Store& store, const LogFileHeader& header,
                                                     uint64_t size_expected) {
  LOGWOOD_ASSIGN_OR_RETURN(
      std::unique_ptr<AppendFile> file,
      store.Create(FileName(header.file.number, header.file.type), CreateOptions{.size_expected = size_expected}));
  return Begin(std::move(file), header);
}

Result<std::unique_ptr<LogWriter>> LogWriter::Begin(std::unique_ptr<AppendFile> file, const LogFileHeader& header) {
  LOGWOOD_ASSERT(header.file.type == FileType::kLog || header.file.type == FileType::kManifest);
  LOGWOOD_ASSERT(header.epoch <= Sequence::kEpochMax);
  const std::array<std::byte, kLogDataStart> start = EncodeLogFileHeader(header);
  LOGWOOD_RETURN_IF_ERROR(file->Append(Bytes(start)));
  std::unique_ptr<LogWriter> writer(new LogWriter(header, std::move(file)));
  writer->size_ = start.size();
  return writer;
}

Status LogWriter::Append(std::span<LogRecord> records, Sequence durable_mark) {
  LOGWOOD_RETURN_IF_ERROR(poison_);
  for (LogRecord& record : records) {
    record.durable_mark = durable_mark;
    LOGWOOD_RETURN_IF_ERROR(AppendRecord(record));
  }
  return Flush();
}

Status LogWriter::Gather(LogRecord& record) {
  LOGWOOD_RETURN_IF_ERROR(poison_);
  return AppendRecord(record);
}

Status LogWriter::AppendRecord(LogRecord& record) {
  const LogRecordHeader header = HeaderOf(record);
  LOGWOOD_ASSERT(record.body.size() == header.body_length);
  LOGWOOD_ASSERT(LogRecordHeaderFault(header).empty());
  LOGWOOD_ASSERT(record.checksum_table.empty() == (record.type != LogRecordType::kLargeOperation));
  LOGWOOD_DEBUG_ASSERT(record.checksum == FragmentChecksum(record.body, record.checksum_table));
  AppendBytes(buffer_, Bytes(EncodeLogRecordHeader(header, header_.file.id, size_)));
  record.body_offset = size_ + kLogRecordHeaderSize;
  size_ += LogRecordSize(record);
  if (record.type != LogRecordType::kLargeOperation) {
    AppendBytes(buffer_, record.body);
    return buffer_.size() < kBufferSizeMax ? Status::Ok() : Flush();
  }
  LOGWOOD_RETURN_IF_ERROR(Flush());
  LOGWOOD_RETURN_IF_ERROR(Keep(file_->Append(record.body)));
  AppendBytes(buffer_, record.checksum_table);
  return Status::Ok();
}

Status LogWriter::Flush() {
  if (buffer_.empty()) return Status::Ok();
  const Status status = Keep(file_->Append(buffer_));
  buffer_.clear();
  return status;
}

Status LogWriter::Sync() {
  LOGWOOD_RETURN_IF_ERROR(poison_);
  return Keep(file_->Sync());
}

Status LogWriter::Finish() {
  LOGWOOD_RETURN_IF_ERROR(poison_);
  LOGWOOD_RETURN_IF_ERROR(Flush());
  return Keep(file_->Finish());
}

Status LogWriter::Keep(const Status& status) {
  if (!status.ok()) {
    const std::string name = std::string(ToString(header_.file.type)) + " file ";
    poison_ = status.WithContext(name + std::to_string(header_.file.number.value())).WithOutcome(Outcome::kUnknown);
  }
  return poison_;
}

}  // namespace logwood
