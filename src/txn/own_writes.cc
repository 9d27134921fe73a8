#include "txn/own_writes.h"

#include <algorithm>
#include <utility>

#include "base/hash.h"

namespace logwood {

OwnWrites::OwnWrites(MemoryBudget* budget) : charge_(budget, MemoryUse::kTransactionWrites) {}

void OwnWrites::Add(const Operation& operation) {
  batch_.Add(operation.type, operation.collection, operation.key, operation.value);
  if (std::ranges::find(collections_, operation.collection) == collections_.end()) {
    collections_.push_back(operation.collection);
  }
  keys_.set(BitOf(operation.key));
  has_ranges_ = has_ranges_ || operation.type == EntryType::kRangeTombstone;
  if (generation_ != nullptr) AddToGeneration(operation, last());
  Charge();
}

size_t OwnWrites::BitOf(Bytes key) noexcept { return Hash64(key) % decltype(keys_)().size(); }

bool OwnWrites::MayHave(Bytes key) const noexcept { return count() > 0 && (has_ranges_ || keys_.test(BitOf(key))); }

const std::shared_ptr<Generation>& OwnWrites::generation() {
  if (generation_ != nullptr || count() == 0) return generation_;
  generation_ = std::make_shared<Generation>();
  uint64_t number = 0;
  VisitOperations(batch_, [&](const Operation& operation) {
    AddToGeneration(operation, Sequence::Of(0, ++number));
    return true;
  });
  Charge();
  return generation_;
}

void OwnWrites::AddToGeneration(const Operation& operation, Sequence number) {
  generation_->FindOrCreate(operation.collection)
      .Add(number, {.type = operation.type, .key = operation.key, .value = operation.value, .address = {}});
}

void OwnWrites::Charge() noexcept {
  charge_.Follow(batch_.size_bytes() + (generation_ == nullptr ? 0 : generation_->bytes()));
}

void OwnWrites::TruncateTo(uint64_t count) {
  if (count >= batch_.operation_count()) return;
  batch_.Seal();
  const BatchEncoder before = std::exchange(batch_, {});
  collections_.clear();
  generation_ = nullptr;
  keys_.reset();
  has_ranges_ = false;
  charge_.Set(0);
  VisitOperations(before, [&](const Operation& operation) {
    if (batch_.operation_count() == count) return false;
    Add(operation);
    return true;
  });
}

void OwnWrites::AddWrittenTo(ReadSet& set) {
  batch_.Seal();
  VisitOperations(batch_, [&set](const Operation& operation) {
    if (operation.type == EntryType::kRangeTombstone) {
      set.AddRange(operation.collection, {.begin = operation.key, .end = operation.value});
    } else {
      set.AddKey(operation.collection, operation.key);
    }
    return true;
  });
}

}  // namespace logwood
