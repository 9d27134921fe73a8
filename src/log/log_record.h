#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "base/ids.h"
#include "log/log_format.h"
#include "logwood/bytes.h"

namespace logwood {

// The header of a record as it stands in the file; log_format.h has its layout.
struct LogRecordHeader {
  uint32_t body_length = 0;
  uint64_t body_checksum = 0;
  Sequence sequence{};
  Sequence durable_mark{};
  uint16_t count = 0;
  uint8_t type = 0;
  uint8_t flags = 0;
  friend bool operator==(const LogRecordHeader&, const LogRecordHeader&) = default;
};

inline constexpr uint8_t kLogRecordFlagEnd = 1;  // The only flag there is.

// `offset`: of the record in the file `file`.
[[nodiscard]] std::array<std::byte, kLogRecordHeaderSize> EncodeLogRecordHeader(const LogRecordHeader& header,
                                                                                FileId file, uint64_t offset);
// Nullopt where the checksum does not match. The fields are as they stand: see LogRecordHeaderFault().
// Requires: data.size() >= kLogRecordHeaderSize.
[[nodiscard]] std::optional<LogRecordHeader> DecodeLogRecordHeader(Bytes data, FileId file, uint64_t offset) noexcept;

[[nodiscard]] bool IsLogRecordType(uint8_t type) noexcept;
// What in the header breaks the rules of its type; empty where nothing does. Knows nothing of the file's length.
[[nodiscard]] std::string LogRecordHeaderFault(const LogRecordHeader& header);

// The first offset, `from` or behind it, where a whole header stands in `data` whose type and flags are legal; without
// one the first offset where no whole header fits. Zeros are passed over quickly. Requires: from <= data.size().
[[nodiscard]] size_t FindLogRecordCandidate(Bytes data, size_t from) noexcept;

// The header that `record` must have.
[[nodiscard]] LogRecordHeader HeaderOf(const LogRecord& record) noexcept;

}  // namespace logwood
