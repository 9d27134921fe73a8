#include "log/log_reader.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/status_macros.h"
#include "codec/batch_encoder.h"
#include "codec/hex.h"

namespace logwood {

namespace {

// Bytes asked of the store at a time: large enough that a call costs little beside the checksums of what it brings.
constexpr size_t kWindowSize = 256 * 1024;

std::string FileDescription(FileNumber number, FileType type) {
  return std::string(ToString(type)) + " file " + std::to_string(number.value());
}

bool IsZero(Bytes data) {
  return std::ranges::all_of(data, [](std::byte byte) { return byte == std::byte{0}; });
}

// Whether `body` holds `count` legal operations and nothing else.
Status CheckOperations(Bytes body, uint16_t count) {
  OperationReader reader(body);
  uint32_t found = 0;
  for (;;) {
    LOGWOOD_ASSIGN_OR_RETURN(const std::optional<Operation> operation, reader.Next());
    if (!operation) break;
    ++found;
  }
  if (found == count) return Status::Ok();
  return Status::Corruption(std::to_string(found) + " operations where the header says " + std::to_string(count));
}

}  // namespace

LogReader::LogReader(const LogFileHeader& header, std::unique_ptr<ReadableFile> file)
    : header_(header), file_(std::move(file)) {}

Result<std::unique_ptr<LogReader>> LogReader::Open(Store& store, FileNumber number, FileType type) {
  const std::string description = FileDescription(number, type);
  auto file = store.Open(FileName(number, type));
  if (!file.ok()) return file.status().WithContext(description);
  std::array<std::byte, kLogDataStart> start;
  const Result<size_t> size = (*file)->Read(0, start);
  if (!size.ok()) return size.status().WithContext(description);
  LOGWOOD_ASSIGN_OR_RETURN(const LogFileHeader header, DecodeLogFileHeader(Bytes(start.data(), *size), description));
  if (header.file.number != number || header.file.type != type) {
    return Status::Corruption(description + " offset 0: the header is that of " +
                              FileDescription(header.file.number, header.file.type));
  }
  return std::unique_ptr<LogReader>(new LogReader(header, *std::move(file)));
}

Result<std::unique_ptr<LogReader>> LogReader::OpenDamaged(Store& store, FileNumber number, FileType type) {
  Result<std::unique_ptr<LogReader>> whole = Open(store, number, type);
  if (whole.status().code() != StatusCode::kCorruption) return whole;
  const std::string description = FileDescription(number, type);
  auto file = store.Open(FileName(number, type));
  if (!file.ok()) return file.status().WithContext(description);
  std::array<std::byte, kLogDataStart> start{};
  const Result<size_t> size = (*file)->Read(0, start);
  if (!size.ok()) return size.status().WithContext(description);
  const Bytes begin(start.data(), start.size());
  if (DecodeLogFileHeader(begin, description).ok()) return whole;  // That of another file.
  LogFileHeader header{.file = FileHeaderAsItStands(begin)};
  header.file.number = number;
  header.file.type = type;
  std::unique_ptr<LogReader> reader(new LogReader(header, *std::move(file)));
  reader->header_damage_ = whole.status();
  return reader;
}

Result<std::optional<LogRecord>> LogReader::Next() {
  if (stopped_) return std::optional<LogRecord>();
  LOGWOOD_ASSIGN_OR_RETURN(const Bytes data, BytesAt(good_end_, kLogRecordHeaderSize));
  if (IsZero(data.First(std::min(data.size(), kLogRecordHeaderSize)))) return Stop({});
  if (data.size() < kLogRecordHeaderSize)
    return Stop("a record header ends after " + std::to_string(data.size()) + " bytes");
  const std::optional<LogRecordHeader> header = DecodeLogRecordHeader(data, header_.file.id, good_end_);
  if (!header) return Stop("the checksum of the record header does not match");
  if (!IsLogRecordType(header->type)) {
    return Status::Unsupported(Where() + ": a record of type " + std::to_string(header->type) +
                               ", which this Logwood does not read: open it with a newer one");
  }
  if (std::string fault = LogRecordHeaderFault(*header); !fault.empty()) return Stop(std::move(fault));
  return ReadBody(*header);
}

Result<std::optional<LogRecord>> LogReader::ReadBody(const LogRecordHeader& header) {
  const uint64_t body_offset = good_end_ + kLogRecordHeaderSize;
  const auto type = LogRecordType{header.type};
  // Before memory is made ready for it.
  const bool fits = header.body_length <= file_->size() - std::min(body_offset, file_->size());
  LOGWOOD_ASSIGN_OR_RETURN(Bytes data, BytesAt(body_offset, fits ? header.body_length : 0));
  if (!fits || data.size() < header.body_length) {
    return Stop("a body of " + std::to_string(header.body_length) + " bytes runs past the end of the file");
  }
  size_t table_size = 0;
  if (type == LogRecordType::kLargeOperation) {
    const Result<size_t> found = TableSize(data.First(header.body_length));
    if (!found.ok()) return Stop(std::string(found.status().message()));
    table_size = *found;
    LOGWOOD_ASSIGN_OR_RETURN(data, BytesAt(body_offset, header.body_length + table_size));
    if (data.size() < header.body_length + table_size) return Stop("a checksum table runs past the end of the file");
  }
  const Bytes body = data.First(header.body_length);
  const Bytes table = data.From(header.body_length).First(table_size);
  const uint64_t checksum = FragmentChecksum(body, table);
  if (checksum != header.body_checksum) {
    return Stop("body checksum " + HexNumber(checksum) + ", expected " + HexNumber(header.body_checksum));
  }
  if (!table.empty() && !ChecksumTableMatches(body, table)) return Stop("the checksum table does not match the value");
  if (type == LogRecordType::kOperations) {
    const Status status = CheckOperations(body, header.count);
    if (!status.ok()) return Stop(std::string(status.message()));
  }
  good_end_ = body_offset + header.body_length + table_size;
  return std::optional<LogRecord>(LogRecord{.type = type,
                                            .end = header.flags == kLogRecordFlagEnd,
                                            .sequence = header.sequence,
                                            .count = header.count,
                                            .durable_mark = header.durable_mark,
                                            .body = body,
                                            .checksum_table = table,
                                            .checksum = checksum,
                                            .body_offset = body_offset});
}

Result<size_t> LogReader::TableSize(Bytes body) {
  OperationReader reader(body);
  LOGWOOD_ASSIGN_OR_RETURN(const std::optional<Operation> operation, reader.Next());
  // A body of no bytes broke the rules of its type before.
  return ValueChecksumTableSize(operation.value_or(Operation()).value.size());
}

Result<Sequence> LogReader::HighestMarkBeyond() {
  Sequence highest;
  for (uint64_t offset = good_end_;;) {
    LOGWOOD_ASSIGN_OR_RETURN(const std::optional<FoundHeader> found, FindHeader(offset));
    if (!found) return highest;
    highest = std::max(highest, found->header.durable_mark);
    // Lengths are covered: what is inside is no record.
    offset = found->offset + kLogRecordHeaderSize + found->header.body_length;
  }
}

Result<std::optional<LogReader::Skipped>> LogReader::SkipDamage() {
  LOGWOOD_ASSIGN_OR_RETURN(std::optional<FoundHeader> found, FindHeader(good_end_));
  Skipped skipped;
  // A header that validates, of a body that does not.
  if (found && found->offset == good_end_) {
    const LogRecordHeader header = found->header;
    const uint64_t end = good_end_ + kLogRecordHeaderSize + header.body_length;
    LOGWOOD_ASSIGN_OR_RETURN(found, FindHeader(end));
    skipped.is_end_of_commit = found && found->offset == end && header.flags == kLogRecordFlagEnd;
  }
  if (!found) return std::optional<Skipped>();
  skipped.bytes = found->offset - good_end_;
  good_end_ = found->offset;
  stopped_ = false;
  stop_reason_.clear();
  return std::optional(skipped);
}

Result<std::optional<LogReader::FoundHeader>> LogReader::FindHeader(uint64_t offset) {
  for (;;) {
    LOGWOOD_ASSIGN_OR_RETURN(const Bytes data, BytesAt(offset, kLogRecordHeaderSize));
    if (data.size() < kLogRecordHeaderSize) return std::optional<FoundHeader>();
    const size_t at = FindLogRecordCandidate(data, 0);
    offset += at;
    if (data.size() - at < kLogRecordHeaderSize) continue;
    const std::optional<LogRecordHeader> header = DecodeLogRecordHeader(data.From(at), header_.file.id, offset);
    if (header && LogRecordHeaderFault(*header).empty()) return std::optional(FoundHeader{offset, *header});
    ++offset;
  }
}

Result<Bytes> LogReader::BytesAt(uint64_t offset, size_t size) {
  const bool inside = offset >= window_begin_ && offset - window_begin_ <= window_size_ &&
                      size <= window_size_ - (offset - window_begin_);
  if (!inside) {
    const uint64_t rest = file_->size() - std::min(offset, file_->size());
    window_begin_ = offset;
    window_size_ = 0;  // Nothing is there should the read fail.
    const size_t wanted = static_cast<size_t>(std::min<uint64_t>(rest, std::max(size, kWindowSize)));
    if (window_.size() < wanted) window_.resize(wanted);
    Result<size_t> read = file_->Read(offset, std::span(window_).first(wanted));
    if (!read.ok()) return read.status().WithContext(FileDescription(header_.file.number, header_.file.type));
    window_size_ = *read;
  }
  return Bytes(window_.data(), window_size_).From(static_cast<size_t>(offset - window_begin_));
}

std::optional<LogRecord> LogReader::Stop(std::string reason) {
  stopped_ = true;
  stop_reason_ = std::move(reason);
  return std::nullopt;
}

std::string LogReader::Where() const {
  return FileDescription(header_.file.number, header_.file.type) + " offset " + std::to_string(good_end_);
}

}  // namespace logwood
