#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "codec/batch_encoder.h"
#include "codec/byte_writer.h"
#include "log/log_format.h"
#include "log/log_record.h"

namespace logwood::fuzz {

inline std::byte* At(std::string& data, size_t offset) { return reinterpret_cast<std::byte*>(data.data()) + offset; }

// Makes the bytes of an input a log file whose checksums fit, so that a reader looks at everything else. A field that
// is zero where zero is never right is given the value that is. Thread-compatible.
class LogMender {
 public:
  LogMender(std::string& file, const LogFileHeader& header) : file_(file), header_(header) {}

  // Returns the header that the file then has.
  LogFileHeader Mend(Sequence first) {
    file_.resize(std::max(file_.size(), kLogDataStart));
    header_.file.id = FileId(LoadFixed64(At(file_, 24)));
    const auto start = EncodeLogFileHeader(header_);
    file_.replace(0, kLogDataStart, Bytes(start).string_view());
    next_ = first;
    for (offset_ = kLogDataStart; offset_ + kLogRecordHeaderSize <= file_.size();) MendRecord();
    return header_;
  }
  // Behind the last record that was mended.
  [[nodiscard]] uint64_t end() const { return offset_; }
  // Where the sequences have got to.
  [[nodiscard]] Sequence next() const { return next_; }

 private:
  void MendRecord() {
    const Bytes raw = Bytes(file_).From(offset_);
    LogRecordHeader header{.body_length = LoadFixed32(raw.data() + 4),
                           .body_checksum = 0,
                           .sequence = Sequence(LoadFixed64(raw.data() + 16)),
                           .durable_mark = Sequence(LoadFixed64(raw.data() + 24)),
                           .count = LoadFixed16(raw.data() + 32),
                           .type = std::to_integer<uint8_t>(raw[34]),
                           .flags = std::to_integer<uint8_t>(raw[35])};
    const size_t rest = raw.size() - kLogRecordHeaderSize;
    header.body_length = static_cast<uint32_t>(std::min<size_t>(header.body_length, rest));
    if (header.type == static_cast<uint8_t>(LogRecordType::kMark)) header.body_length = 0;
    if (header.type == static_cast<uint8_t>(LogRecordType::kLargeOperation)) StretchBody(header);

    const Bytes body = Bytes(file_).From(offset_ + kLogRecordHeaderSize).First(header.body_length);
    const std::string table = TableOf(header, body);
    header.flags &= static_cast<uint8_t>(~kDamagesTable);
    header.body_checksum = FragmentChecksum(body, table);
    if (header.sequence == Sequence()) header.sequence = next_;
    if (header.count == 0) header.count = CountOf(header, body);
    next_ = header.sequence.Plus(header.count);
    const auto encoded = EncodeLogRecordHeader(header, header_.file.id, offset_);
    file_.replace(offset_, kLogRecordHeaderSize, Bytes(encoded).string_view());
    offset_ += kLogRecordHeaderSize + header.body_length;
    file_.insert(offset_, table);
    offset_ += table.size();
  }

  // The body becomes the key of a put with a value of one to three chunks.
  void StretchBody(LogRecordHeader& header) {
    const size_t begin = offset_ + kLogRecordHeaderSize;
    header.body_length %= 100;
    BatchEncoder batch;
    const std::string value(kLogBodySizeMax + 2000u * header.body_length, 'v');
    batch.Add(EntryType::kPut, CollectionId(1), Bytes(file_).From(begin).First(header.body_length), value);
    batch.Seal();
    const Bytes body = batch.body(batch.fragments()[0]);
    file_.replace(begin, header.body_length, body.string_view());
    header.body_length = static_cast<uint32_t>(body.size());
  }

  static std::string TableOf(const LogRecordHeader& header, Bytes body) {
    if (header.type != static_cast<uint8_t>(LogRecordType::kLargeOperation)) return {};
    OperationReader reader(body);
    const size_t value_size = reader.Next().value()->value.size();  // As StretchBody() made it.
    std::string table = ValueChecksumTable(body.First(reader.value_offset() + value_size), reader.value_offset());
    if ((header.flags & kDamagesTable) != 0) table.back() ^= 1;
    return table;
  }

  static uint16_t CountOf(const LogRecordHeader& header, Bytes body) {
    if (header.type == static_cast<uint8_t>(LogRecordType::kMark)) return 0;
    if (header.type != static_cast<uint8_t>(LogRecordType::kOperations)) return 1;
    OperationReader reader(body);
    uint16_t count = 0;
    for (auto next = reader.Next(); next.ok() && next->has_value(); next = reader.Next()) ++count;
    return count;
  }

  static constexpr uint8_t kDamagesTable = 0x80;

  std::string& file_;
  LogFileHeader header_;
  Sequence next_;
  size_t offset_ = 0;
};

}  // namespace logwood::fuzz
