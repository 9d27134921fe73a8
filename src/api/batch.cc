#include "logwood/batch.h"

#include <string>

#include "api/batch_state.h"

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
  status = Check(of, operation);
  if (!status.ok()) return;
  if (collections.empty()) engine = of;
  if (std::ranges::find(collections, operation.collection) == collections.end()) {
    collections.push_back(operation.collection);
  }
  encoder.Add(operation.type, operation.collection, operation.key, operation.value);
}

bool Batch::State::BelongsTo(const std::shared_ptr<Engine>& of) const {
  return collections.empty() || (!engine.owner_before(of) && !of.owner_before(engine));
}

Status Batch::State::Check(const std::shared_ptr<Engine>& of, const Operation& operation) const {
  if (!BelongsTo(of)) {
    return Status::InvalidArgument("batch: its collections belong to different databases");
  }
  if (operation.key.size() > kKeySizeMax) {
    return Status::InvalidArgument("key of " + std::to_string(operation.key.size()) + " bytes; it may have at most " +
                                   std::to_string(kKeySizeMax));
  }
  if (operation.value.size() > kValueSizeMax) {
    return Status::InvalidArgument("value of " + std::to_string(operation.value.size()) +
                                   " bytes; it may have at most " + std::to_string(kValueSizeMax));
  }
  if (!FitsInBatch(encoder.size_bytes(), operation.key.size(), operation.value.size())) {
    return Status::InvalidArgument("batch of more than " + std::to_string(kBatchSizeMax) +
                                   " bytes: commit it in parts");
  }
  return Status::Ok();
}

bool FitsInBatch(size_t size_bytes, size_t key_size, size_t value_size) {
  constexpr size_t kLengthsSizeMax = 1 + 3 * 5;  // Type, collection and two lengths, as the log holds them.
  const size_t needed = kLengthsSizeMax + key_size + value_size + ValueChecksumTableSize(value_size);
  return size_bytes <= kBatchSizeMax && needed <= kBatchSizeMax - size_bytes;
}

}  // namespace logwood
