#include "logwood/batch.h"

#include <string>

#include "api/batch_state.h"
#include "api/cursor_factory.h"

namespace logwood {

Batch::Batch() : state_(std::make_unique<State>()) {}
Batch::Batch(Batch&&) noexcept = default;
Batch& Batch::operator=(Batch&&) noexcept = default;
Batch::~Batch() = default;

void Batch::Put(const Collection& collection, Bytes key, Bytes value) {
  state_->Add(collection.engine_,
              {.type = EntryType::kPut, .collection = CollectionId(collection.id_), .key = key, .value = value});
}

void Batch::Delete(const Collection& collection, Bytes key) {
  state_->Add(collection.engine_,
              {.type = EntryType::kTombstone, .collection = CollectionId(collection.id_), .key = key, .value = {}});
}

void Batch::DeleteRange(const Collection& collection, Bytes start, Bytes limit) {
  state_->DeleteRange(collection.engine_, CollectionId(collection.id_),
                      {.start = start.ToString(), .limit = limit.ToString()});
}

void Batch::DeleteFrom(const Collection& collection, Bytes start) {
  state_->DeleteRange(collection.engine_, CollectionId(collection.id_),
                      {.start = start.ToString(), .limit = std::nullopt});
}

void Batch::DeletePrefix(const Collection& collection, Bytes prefix) {
  state_->DeleteRange(collection.engine_, CollectionId(collection.id_), PrefixRange(prefix));
}

void Batch::Clear() {
  state_->encoder.Clear();
  state_->collections.clear();
  state_->engine.reset();
  state_->status = Status::Ok();
}

uint64_t Batch::count() const noexcept { return state_->encoder.operation_count(); }
size_t Batch::size_bytes() const noexcept { return state_->encoder.size_bytes(); }
const Status& Batch::status() const noexcept { return state_->status; }

void Batch::State::Add(const std::shared_ptr<Engine>& of, const Operation& operation) {
  if (!status.ok()) return;
  status = BelongsTo(of) ? CheckFits(operation, encoder.size_bytes())
                         : Status::InvalidArgument("batch: its collections belong to different databases");
  if (!status.ok()) return;
  if (collections.empty()) engine = of;
  if (std::ranges::find(collections, operation.collection) == collections.end()) {
    collections.push_back(operation.collection);
  }
  encoder.Add(operation.type, operation.collection, operation.key, operation.value);
}

void Batch::State::DeleteRange(const std::shared_ptr<Engine>& of, CollectionId collection, const KeyRange& range) {
  if (!status.ok()) return;
  const Result<Operation> deletion = DeletionOf(collection, range);
  status = deletion.status();
  if (status.ok()) Add(of, *deletion);
}

bool Batch::State::BelongsTo(const std::shared_ptr<Engine>& of) const {
  return collections.empty() || (!engine.owner_before(of) && !of.owner_before(engine));
}

Status CheckFits(const Operation& operation, size_t size_bytes) {
  if (operation.key.size() > kKeySizeMax) {
    return Status::InvalidArgument("key of " + std::to_string(operation.key.size()) + " bytes; it may have at most " +
                                   std::to_string(kKeySizeMax));
  }
  const bool is_range = operation.type == EntryType::kRangeTombstone;
  const size_t value_size_max = is_range ? kKeySizeMax : kValueSizeMax;
  if (operation.value.size() > value_size_max) {
    return Status::InvalidArgument((is_range ? "limit of " : "value of ") + std::to_string(operation.value.size()) +
                                   " bytes; it may have at most " + std::to_string(value_size_max));
  }
  if (!FitsInBatch(size_bytes, operation.key.size(), operation.value.size())) {
    return Status::InvalidArgument("batch of more than " + std::to_string(kBatchSizeMax) +
                                   " bytes: commit it in parts");
  }
  return Status::Ok();
}

// A limit is never empty here, so that an empty one can say in the log that there is none.
Result<Operation> DeletionOf(CollectionId collection, const KeyRange& range) {
  const Bytes start = *range.start;
  if (range.limit && Bytes(*range.limit) <= start) {
    return Status::InvalidArgument("delete range: its limit, a key of " + std::to_string(range.limit->size()) +
                                   " bytes, is not above its start of " + std::to_string(start.size()) +
                                   ": it would delete nothing");
  }
  return Operation{.type = EntryType::kRangeTombstone,
                   .collection = collection,
                   .key = start,
                   .value = range.limit ? Bytes(*range.limit) : Bytes()};
}

bool FitsInBatch(size_t size_bytes, size_t key_size, size_t value_size) {
  constexpr size_t kLengthsSizeMax = 1 + 3 * 5;  // Type, collection and two lengths, as the log holds them.
  const size_t needed = kLengthsSizeMax + key_size + value_size + ValueChecksumTableSize(value_size);
  return size_bytes <= kBatchSizeMax && needed <= kBatchSizeMax - size_bytes;
}

}  // namespace logwood
