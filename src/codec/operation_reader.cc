#include "base/assert.h"
#include "codec/batch_encoder.h"
#include "codec/byte_reader.h"
#include "logwood/options.h"

namespace logwood {

namespace {

Status Damaged(size_t offset, const std::string& what) {
  return Status::Corruption("operation at body offset " + std::to_string(offset) + ": " + what);
}

Status CheckType(size_t offset, uint8_t type) {
  switch (static_cast<EntryType>(type)) {
    case EntryType::kPut:
    case EntryType::kTombstone:
    case EntryType::kRangeTombstone: return Status::Ok();
    case EntryType::kValueLink: break;  // Stands in trees only.
  }
  return Damaged(offset, "type " + std::to_string(type) + " is unknown");
}

size_t ValueLengthMax(EntryType type) {
  switch (type) {
    case EntryType::kTombstone: return 0;
    case EntryType::kRangeTombstone: return kKeySizeMax;
    default: return kValueSizeMax;
  }
}

Status CheckLengths(size_t offset, EntryType type, uint32_t key_length, uint32_t value_length) {
  if (key_length > kKeySizeMax) {
    return Damaged(offset, "a key of " + std::to_string(key_length) + " bytes, at most " + std::to_string(kKeySizeMax) +
                               " are legal");
  }
  if (value_length > ValueLengthMax(type)) {
    return Damaged(offset, "a value of " + std::to_string(value_length) + " bytes, at most " +
                               std::to_string(ValueLengthMax(type)) + " are legal");
  }
  return Status::Ok();
}

}  // namespace

Result<std::optional<Operation>> OperationReader::Next() {
  if (offset_ == body_.size()) return std::optional<Operation>();
  ByteReader reader(body_.From(offset_));
  const uint8_t type = *reader.Fixed8();  // There is a byte: the body has not ended.
  if (Status status = CheckType(offset_, type); !status.ok()) return status;
  const std::optional<uint32_t> collection = reader.Varint32();
  const std::optional<uint32_t> key_length = collection ? reader.Varint32() : std::nullopt;
  const std::optional<uint32_t> value_length = key_length ? reader.Varint32() : std::nullopt;
  if (!value_length) return Damaged(offset_, "its lengths do not fit, or are not in their shortest form");
  if (Status status = CheckLengths(offset_, EntryType{type}, *key_length, *value_length); !status.ok()) return status;

  const std::optional<Bytes> key = reader.Take(*key_length);
  const size_t value_offset = offset_ + reader.offset();
  const std::optional<Bytes> value = key ? reader.Take(*value_length) : std::nullopt;
  if (!value) {
    return Damaged(offset_, "key and value of " + std::to_string(*key_length) + " and " +
                                std::to_string(*value_length) + " bytes run past the end of a body of " +
                                std::to_string(body_.size()));
  }
  if (EntryType{type} == EntryType::kRangeTombstone && !value->empty() && *value <= *key) {
    return Damaged(offset_, "a range tombstone that ends where it begins, or before");
  }
  value_offset_ = value_offset;
  offset_ += reader.offset();
  return std::optional<Operation>(
      Operation{.type = EntryType{type}, .collection = CollectionId(*collection), .key = *key, .value = *value});
}

}  // namespace logwood
