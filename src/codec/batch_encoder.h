#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "codec/entry_type.h"
#include "logwood/bytes.h"
#include "logwood/result.h"

namespace logwood {

// A batch as the log holds it: bodies of records of up to 16 KiB, cut between operations; an operation that is larger
// has a record of its own, with checksums behind it. Encoded once; the log writer adds headers only.
//
//   operation: type u8 | collection varint32 | key length varint32 | value length varint32 | key | value
//
// A tombstone's value length is 0. A range tombstone's key is the first it covers, and its value the first behind it,
// or empty where there is none. The body of a large record is one operation; behind it stands a table of 8-byte
// checksums: one of the bytes before the value, then one for each 64 KiB of the value. The record's own checksum then
// covers the table, so that a value can later be read and verified in parts.

inline constexpr size_t kLogBodySizeMax = 16 * 1024;
inline constexpr size_t kValueChunkSize = 64 * 1024;

struct Operation {
  EntryType type = EntryType::kPut;
  CollectionId collection{};
  Bytes key{};
  Bytes value{};
};

// A record body within an encoded batch.
struct BatchFragment {
  size_t begin = 0;   // In the encoder's buffer.
  size_t length = 0;  // Of the body, without its table.
  size_t table_length = 0;
  uint32_t count = 0;  // Of operations: 1 where there is a table.
  uint64_t checksum = 0;
};

// What is in a batch, by type.
struct OperationCounts {
  uint64_t puts = 0;
  uint64_t deletes = 0;
  uint64_t range_deletes = 0;
  uint64_t user_bytes = 0;  // Of keys and values.

  [[nodiscard]] uint64_t operations() const noexcept { return puts + deletes + range_deletes; }
  void Add(EntryType type, size_t bytes) noexcept {
    (type == EntryType::kPut ? puts : type == EntryType::kTombstone ? deletes : range_deletes) += 1;
    user_bytes += bytes;
  }
};

// Collects operations. Thread-compatible.
class BatchEncoder {
 public:
  // Requires: the sizes were checked against options.h; `type` is kPut, or kTombstone and `value` is empty, or
  // kRangeTombstone and `value` is a key above `key`, or empty.
  void Add(EntryType type, CollectionId collection, Bytes key, Bytes value);
  // Ends the last fragment and computes checksums that are still missing. Idempotent; Add() may follow.
  void Seal();
  void Clear();

  [[nodiscard]] size_t size_bytes() const noexcept { return buffer_.size(); }
  [[nodiscard]] uint64_t operation_count() const noexcept { return counts_.operations(); }
  [[nodiscard]] const OperationCounts& counts() const noexcept { return counts_; }
  // As of the last Seal(). In order; valid until the next Add() or Clear().
  [[nodiscard]] const std::vector<BatchFragment>& fragments() const noexcept { return fragments_; }
  [[nodiscard]] Bytes body(const BatchFragment& fragment) const noexcept;
  [[nodiscard]] Bytes table(const BatchFragment& fragment) const noexcept;

 private:
  // The fragment that takes an operation of `size` bytes: the open one, or a new one.
  BatchFragment& FragmentFor(size_t size);

  std::string buffer_;
  std::vector<BatchFragment> fragments_;
  OperationCounts counts_;
  size_t sealed_count_ = 0;  // Fragments that have their checksum.
};

// Takes operations off a record's body.
class OperationReader {
 public:
  // `body` must outlive what Next() returns.
  explicit OperationReader(Bytes body) noexcept : body_(body) {}

  // The next operation; nullopt at the end of the body. Errors: kCorruption (a length, a type, a limit of options.h, a
  // range without keys). Messages give the offset in the body.
  [[nodiscard]] Result<std::optional<Operation>> Next();
  // Where in the body the value of the operation that Next() returned last begins.
  [[nodiscard]] size_t value_offset() const noexcept { return value_offset_; }

 private:
  Bytes body_;
  size_t offset_ = 0;
  size_t value_offset_ = 0;
};

// Calls `visit` with each operation of `batch`, sealed or not, in order, until it returns false.
void VisitOperations(const BatchEncoder& batch, const std::function<bool(const Operation&)>& visit);

// The checksum that a record's header must bear: that of `table` where there is one (the table then covers the body, so
// that nothing is hashed twice), else that of `body`; 0 for an empty body.
[[nodiscard]] uint64_t FragmentChecksum(Bytes body, Bytes table) noexcept;
// Bytes of the table of a large operation whose value has `value_size` bytes.
[[nodiscard]] size_t ValueChecksumTableSize(size_t value_size) noexcept;
// The table of a large operation that begins with `prefix_size` bytes before its value.
[[nodiscard]] std::string ValueChecksumTable(Bytes operation, size_t prefix_size);
// Whether `table` is what ValueChecksumTable() gives for the one operation in `body`.
[[nodiscard]] bool ChecksumTableMatches(Bytes body, Bytes table);

}  // namespace logwood
