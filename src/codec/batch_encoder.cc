#include "codec/batch_encoder.h"

#include <algorithm>
#include <array>

#include "base/assert.h"
#include "base/hash.h"
#include "codec/byte_reader.h"
#include "codec/byte_writer.h"
#include "logwood/options.h"

// Cost of an operation: its bytes are copied once, and hashed once while they are warm; nothing is allocated once the
// buffer has grown.

namespace logwood {

namespace {

constexpr size_t kOperationHeaderSizeMax = 1 + 3 * 5;  // The type and three varint32.
static_assert(kLogBodySizeMax / 4 <= UINT16_MAX);      // An operation has 4 bytes at least, a record's count 16 bits.

// A large operation is told from others by its size alone, so that each batch has one encoding.
bool IsLarge(size_t operation_size) { return operation_size > kLogBodySizeMax; }

size_t StoreOperationHeader(std::byte* at, EntryType type, CollectionId collection, size_t key_size,
                            size_t value_size) {
  at[0] = static_cast<std::byte>(type);
  if ((collection.value() | key_size | value_size) < 0x80) {
    at[1] = static_cast<std::byte>(collection.value());
    at[2] = static_cast<std::byte>(key_size);
    at[3] = static_cast<std::byte>(value_size);
    return 4;
  }
  size_t size = 1;
  size += StoreVarint(at + size, collection.value());
  size += StoreVarint(at + size, key_size);
  size += StoreVarint(at + size, value_size);
  return size;
}

}  // namespace

void BatchEncoder::Add(EntryType type, CollectionId collection, Bytes key, Bytes value) {
  LOGWOOD_ASSERT(type != EntryType::kValueLink);
  if (type == EntryType::kTombstone) LOGWOOD_ASSERT(value.empty());
  if (type == EntryType::kRangeTombstone) LOGWOOD_ASSERT(value.empty() || key < value);
  LOGWOOD_ASSERT(key.size() <= kKeySizeMax && value.size() <= kValueSizeMax);
  std::array<std::byte, kOperationHeaderSizeMax> header;
  const size_t header_size = StoreOperationHeader(header.data(), type, collection, key.size(), value.size());
  const size_t size = header_size + key.size() + value.size();
  if (buffer_.capacity() - buffer_.size() < size) buffer_.reserve(std::max(buffer_.size() + size, 2 * buffer_.size()));

  BatchFragment& fragment = FragmentFor(size);
  AppendBytes(buffer_, Bytes(header.data(), header_size));
  AppendBytes(buffer_, key);
  AppendBytes(buffer_, value);
  fragment.length += size;
  ++fragment.count;
  counts_.Add(type, key.size() + value.size());
  if (!IsLarge(size)) return;
  const std::string checksums = ValueChecksumTable(body(fragment), header_size + key.size());
  fragment.table_length = checksums.size();
  buffer_.append(checksums);
}

BatchFragment& BatchEncoder::FragmentFor(size_t size) {
  if (fragments_.size() > sealed_count_) {
    BatchFragment& open = fragments_.back();
    if (open.length + size <= kLogBodySizeMax) return open;  // Never so behind a large operation.
  }
  return fragments_.emplace_back(BatchFragment{.begin = buffer_.size()});
}

void BatchEncoder::Seal() {
  for (; sealed_count_ < fragments_.size(); ++sealed_count_) {
    BatchFragment& fragment = fragments_[sealed_count_];
    fragment.checksum = FragmentChecksum(body(fragment), table(fragment));
  }
}

void BatchEncoder::Clear() {
  buffer_.clear();
  fragments_.clear();
  counts_ = {};
  sealed_count_ = 0;
}

Bytes BatchEncoder::body(const BatchFragment& fragment) const noexcept {
  return Bytes(buffer_).From(fragment.begin).First(fragment.length);
}

Bytes BatchEncoder::table(const BatchFragment& fragment) const noexcept {
  return Bytes(buffer_).From(fragment.begin + fragment.length).First(fragment.table_length);
}

void VisitOperations(const BatchEncoder& batch, const std::function<bool(const Operation&)>& visit) {
  for (const BatchFragment& fragment : batch.fragments()) {
    OperationReader operations(batch.body(fragment));
    for (;;) {
      const Result<std::optional<Operation>> next = operations.Next();
      LOGWOOD_ASSERT(next.ok());  // This process encoded it.
      if (!next->has_value()) break;
      if (!visit(**next)) return;
    }
  }
}

uint64_t FragmentChecksum(Bytes body, Bytes table) noexcept {
  if (body.empty()) return 0;
  return Hash64(table.empty() ? body : table);
}

size_t ValueChecksumTableSize(size_t value_size) noexcept {
  return sizeof(uint64_t) * (1 + (value_size + kValueChunkSize - 1) / kValueChunkSize);
}

std::string ValueChecksumTable(Bytes operation, size_t prefix_size) {
  std::string table;
  table.reserve(ValueChecksumTableSize(operation.size() - prefix_size));
  AppendFixed64(table, Hash64(operation.First(prefix_size)));
  for (Bytes value = operation.From(prefix_size); !value.empty();) {
    const size_t chunk_size = std::min(value.size(), kValueChunkSize);
    AppendFixed64(table, Hash64(value.First(chunk_size)));
    value = value.From(chunk_size);
  }
  return table;
}

bool ChecksumTableMatches(Bytes body, Bytes table) {
  OperationReader reader(body);
  const Result<std::optional<Operation>> operation = reader.Next();
  if (!operation.ok() || !operation->has_value()) return false;
  const size_t value_size = (*operation)->value.size();
  const size_t prefix_size = reader.value_offset();
  if (prefix_size + value_size != body.size()) return false;  // Something follows the operation.
  if (table.size() != ValueChecksumTableSize(value_size)) return false;
  return table == Bytes(ValueChecksumTable(body, prefix_size));
}

}  // namespace logwood
