#include "log/log_record.h"

#include <algorithm>

#include "base/hash.h"
#include "codec/batch_encoder.h"
#include "codec/byte_writer.h"
#include "logwood/options.h"

namespace logwood {

namespace {

constexpr size_t kBodyLengthOffset = sizeof(uint32_t);
constexpr size_t kBodyChecksumOffset = kBodyLengthOffset + sizeof(uint32_t);
constexpr size_t kSequenceOffset = kBodyChecksumOffset + sizeof(uint64_t);
constexpr size_t kMarkOffset = kSequenceOffset + sizeof(uint64_t);
constexpr size_t kCountOffset = kMarkOffset + sizeof(uint64_t);
constexpr size_t kTypeOffset = kCountOffset + sizeof(uint16_t);
constexpr size_t kFlagsOffset = kTypeOffset + sizeof(uint8_t);
static_assert(kFlagsOffset + sizeof(uint8_t) == kLogRecordHeaderSize);

constexpr size_t kLargeBodySizeMax = 16 + kKeySizeMax + kValueSizeMax;

// The odd factor spreads offsets over the whole seed, so that {id, offset} pairs do not meet by being near each other.
uint32_t Checksum(Bytes header, FileId file, uint64_t offset) noexcept {
  const uint64_t seed = file.value() + offset * 0x9e3779b97f4a7c15u;
  return static_cast<uint32_t>(Hash64(header.First(kLogRecordHeaderSize).From(kBodyLengthOffset), seed));
}

struct TypeRule {
  uint32_t body_length_min;
  uint32_t body_length_max;
  uint16_t count_min;
  uint16_t count_max;
  bool always_ends;  // Must bear the end flag.
};

TypeRule RuleOf(LogRecordType type) {
  switch (type) {
    case LogRecordType::kOperations: return {4, kLogBodySizeMax, 1, UINT16_MAX, false};
    case LogRecordType::kLargeOperation: return {kLogBodySizeMax + 1, kLargeBodySizeMax, 1, 1, false};
    case LogRecordType::kMark: return {0, 0, 0, 0, true};
    case LogRecordType::kEdit: break;
  }
  return {0, kLogBodySizeMax, 1, 1, false};
}

}  // namespace

std::array<std::byte, kLogRecordHeaderSize> EncodeLogRecordHeader(const LogRecordHeader& header, FileId file,
                                                                  uint64_t offset) {
  std::array<std::byte, kLogRecordHeaderSize> data;
  StoreFixed32(data.data() + kBodyLengthOffset, header.body_length);
  StoreFixed64(data.data() + kBodyChecksumOffset, header.body_checksum);
  StoreFixed64(data.data() + kSequenceOffset, header.sequence.value());
  StoreFixed64(data.data() + kMarkOffset, header.durable_mark.value());
  StoreFixed16(data.data() + kCountOffset, header.count);
  data[kTypeOffset] = static_cast<std::byte>(header.type);
  data[kFlagsOffset] = static_cast<std::byte>(header.flags);
  StoreFixed32(data.data(), Checksum(Bytes(data.data(), data.size()), file, offset));
  return data;
}

std::optional<LogRecordHeader> DecodeLogRecordHeader(Bytes data, FileId file, uint64_t offset) noexcept {
  if (LoadFixed32(data.data()) != Checksum(data, file, offset)) return std::nullopt;
  return LogRecordHeader{.body_length = LoadFixed32(data.data() + kBodyLengthOffset),
                         .body_checksum = LoadFixed64(data.data() + kBodyChecksumOffset),
                         .sequence = Sequence(LoadFixed64(data.data() + kSequenceOffset)),
                         .durable_mark = Sequence(LoadFixed64(data.data() + kMarkOffset)),
                         .count = LoadFixed16(data.data() + kCountOffset),
                         .type = std::to_integer<uint8_t>(data[kTypeOffset]),
                         .flags = std::to_integer<uint8_t>(data[kFlagsOffset])};
}

bool IsLogRecordType(uint8_t type) noexcept {
  return type >= static_cast<uint8_t>(LogRecordType::kOperations) && type <= static_cast<uint8_t>(LogRecordType::kEdit);
}

std::string LogRecordHeaderFault(const LogRecordHeader& header) {
  if (!IsLogRecordType(header.type)) return "type " + std::to_string(header.type) + " is unknown";
  const TypeRule rule = RuleOf(LogRecordType{header.type});
  const auto of_type = [&] { return " in a record of type " + std::to_string(header.type); };
  if (header.body_length < rule.body_length_min || header.body_length > rule.body_length_max) {
    return "a body of " + std::to_string(header.body_length) + " bytes" + of_type();
  }
  if (header.count < rule.count_min || header.count > rule.count_max) {
    return "a count of " + std::to_string(header.count) + of_type();
  }
  if (header.flags > kLogRecordFlagEnd || (rule.always_ends && header.flags != kLogRecordFlagEnd)) {
    return "flags " + std::to_string(header.flags) + of_type();
  }
  if (header.sequence.counter() == 0 || header.sequence.counter() + header.count > Sequence::kCounterMax) {
    return "sequence " + ToString(header.sequence) + " with a count of " + std::to_string(header.count);
  }
  if (header.durable_mark >= header.sequence) {
    return "durable mark " + ToString(header.durable_mark) + " at sequence " + ToString(header.sequence);
  }
  return {};
}

size_t FindLogRecordCandidate(Bytes data, size_t from) noexcept {
  for (size_t at = from; at + kLogRecordHeaderSize <= data.size();) {
    const auto type = std::to_integer<uint8_t>(data[at + kTypeOffset]);
    const auto flags = std::to_integer<uint8_t>(data[at + kFlagsOffset]);
    if (IsLogRecordType(type) && flags <= kLogRecordFlagEnd) return at;
    constexpr size_t kStride = sizeof(uint64_t);
    const bool zeros_follow =
        at + kTypeOffset + kStride <= data.size() && LoadFixed64(data.data() + at + kTypeOffset) == 0;
    at += zeros_follow ? kStride : 1;
  }
  return std::max(from, data.size() - std::min(data.size(), kLogRecordHeaderSize - 1));
}

LogRecordHeader HeaderOf(const LogRecord& record) noexcept {
  return {.body_length = static_cast<uint32_t>(record.body.size()),
          .body_checksum = record.checksum,
          .sequence = record.sequence,
          .durable_mark = record.durable_mark,
          .count = record.count,
          .type = static_cast<uint8_t>(record.type),
          .flags = record.end ? kLogRecordFlagEnd : uint8_t{0}};
}

}  // namespace logwood
