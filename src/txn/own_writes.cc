#include "txn/own_writes.h"

#include <algorithm>
#include <utility>

namespace logwood {

OwnWrites::OwnWrites(MemoryBudget* budget) : charge_(budget, MemoryUse::kTransactions) {}

void OwnWrites::Add(const Operation& operation) {
  batch_.Add(operation.type, operation.collection, operation.key, operation.value);
  if (std::ranges::find(collections_, operation.collection) == collections_.end()) {
    collections_.push_back(operation.collection);
  }
  if (generation_ == nullptr) generation_ = std::make_shared<Generation>();
  generation_->FindOrCreate(operation.collection)
      .Add(last(), {.type = operation.type, .key = operation.key, .value = operation.value, .address = {}});
  charge_.Set(generation_->bytes() + batch_.size_bytes());
}

void OwnWrites::TruncateTo(uint64_t count) {
  if (count >= batch_.operation_count()) return;
  batch_.Seal();
  const BatchEncoder before = std::exchange(batch_, {});
  collections_.clear();
  generation_ = nullptr;
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
