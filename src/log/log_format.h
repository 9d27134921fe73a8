#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/ids.h"
#include "codec/file_header.h"
#include "logwood/bytes.h"
#include "logwood/result.h"

namespace logwood {

// A log file: log and manifest have the same form; docs/format/log.md.
//
//   file    = file header (48 bytes) | preface (40 bytes) | record*
//   preface = predecessor's number u64 | predecessor's id u64 | predecessor's good end u64 | epoch u32 | zero u32 |
//             checksum u64 of the 32 bytes before it, seeded with the file's id
//   record  = header (36 bytes) | body | checksum table (large operations)
//   header  = header checksum u32 | body length u32 | body checksum u64 | sequence u64 | durable mark u64 |
//             count u16 | type u8 | flags u8
//
// The header's checksum is seeded with {file id, offset of the record} and covers the rest of the header, the body's
// checksum included: bytes that stand at another place or in another file never validate (I10).
// Sequences run on without a gap: a record begins where the one before it ended. A commit is one or more records, of
// which the last bears kEnd; without it nothing of the commit counts.

inline constexpr size_t kLogPrefaceSize = 40;
inline constexpr size_t kLogDataStart = kFileHeaderSize + kLogPrefaceSize;
inline constexpr size_t kLogRecordHeaderSize = 36;

enum class LogRecordType : uint8_t {
  kOperations = 1,      // Body: operations (codec/batch_encoder.h).
  kLargeOperation = 2,  // Body: one operation; a checksum table stands behind it.
  kMark = 3,            // No body, no sequences: there for its durable mark.
  kEdit = 4,            // Manifest: a piece of an edit. Each record counts for one sequence.
};

struct LogFileHeader {
  FileHeader file{};         // Type kLog or kManifest.
  FileNumber predecessor{};  // None: the first of its chain.
  FileId predecessor_id{};
  uint64_t predecessor_end = 0;
  uint32_t epoch = 0;  // Of the sequences in the file.
  friend bool operator==(const LogFileHeader&, const LogFileHeader&) = default;
};

struct LogRecord {
  LogRecordType type = LogRecordType::kOperations;
  bool end = true;
  Sequence sequence{};      // Of the first operation. A mark bears the next one to be given.
  uint16_t count = 0;       // Sequences that the record takes.
  Sequence durable_mark{};  // Reading only: writers pass it to Append().
  Bytes body{};
  Bytes checksum_table{};
  uint64_t checksum = 0;     // FragmentChecksum(body, checksum_table).
  uint64_t body_offset = 0;  // In the file; filled in by Append() and Next().
};

[[nodiscard]] std::array<std::byte, kLogDataStart> EncodeLogFileHeader(const LogFileHeader& header);
// Errors as DecodeFileHeader().
[[nodiscard]] Result<LogFileHeader> DecodeLogFileHeader(Bytes data, std::string_view name);

// Bytes that a record takes in the file.
[[nodiscard]] inline size_t LogRecordSize(const LogRecord& record) noexcept {
  return kLogRecordHeaderSize + record.body.size() + record.checksum_table.size();
}

}  // namespace logwood
