#include "txn/conflict.h"

#include <algorithm>

#include "base/hash.h"

namespace logwood {
namespace {

KeySpan SpanOf(const Operation& range_tombstone) {
  return {.begin = range_tombstone.key, .end = range_tombstone.value};
}

}  // namespace

std::optional<Conflict> FindConflict(const ReadSet& reads, Sequence since,
                                     std::span<const std::shared_ptr<const Generation>> generations) {
  std::optional<Conflict> found;
  for (const std::shared_ptr<const Generation>& generation : generations) {
    if (generation->last() <= since) continue;
    reads.VisitKeys([&](CollectionId collection, Bytes key) {
      const Memtable* const memtable = generation->Find(collection);
      if (memtable == nullptr) return true;
      const std::optional<Memtable::Hit> hit = memtable->Get(key, Sequence::Max());
      if (!hit || hit->sequence <= since) return true;
      found = Conflict{.collection = collection, .key = key.ToString(), .sequence = hit->sequence};
      return false;
    });
    if (found) return found;
    for (const ReadSet::Range& range : reads.ranges()) {
      const Memtable* const memtable = generation->Find(range.collection);
      if (memtable == nullptr) continue;
      if (const auto change = memtable->FindChange(range.span(), since)) {
        return Conflict{.cause = ConflictCause::kRangeWritten,
                        .collection = range.collection,
                        .key = change->key.ToString(),
                        .sequence = change->sequence};
      }
    }
  }
  return std::nullopt;
}

void GroupWrites::Add(const BatchEncoder& batch) { batches_.push_back(&batch); }

std::optional<Conflict> GroupWrites::Find(const ReadSet& reads) {
  for (; indexed_ < batches_.size(); ++indexed_) Index(*batches_[indexed_]);
  std::optional<Conflict> found;
  reads.VisitKeys([&](CollectionId collection, Bytes key) {
    if (FindKey(collection, key) == nullptr) return true;
    found = Conflict{.collection = collection, .key = key.ToString()};
    return false;
  });
  for (size_t i = 0; i < reads.ranges().size() && !found; ++i) found = FindIn(reads.ranges()[i]);
  return found;
}

void GroupWrites::Clear() {
  batches_.clear();
  indexed_ = 0;
  keys_.clear();
  ranges_.clear();
}

void GroupWrites::Index(const BatchEncoder& batch) {
  VisitOperations(batch, [this](const Operation& operation) {
    if (operation.type == EntryType::kRangeTombstone) {
      ranges_.push_back(operation);
    } else {
      keys_.emplace(Hash64(operation.key), operation);
    }
    return true;
  });
}

const Operation* GroupWrites::FindKey(CollectionId collection, Bytes key) const {
  const auto [begin, end] = keys_.equal_range(Hash64(key));
  for (auto each = begin; each != end; ++each) {
    if (each->second.collection == collection && each->second.key == key) return &each->second;
  }
  for (const Operation& range : ranges_) {
    if (range.collection == collection && SpanOf(range).Contains(key)) return &range;
  }
  return nullptr;
}

std::optional<Conflict> GroupWrites::FindIn(const ReadSet::Range& range) const {
  const auto conflict_at = [&range](Bytes key) {
    return Conflict{.cause = ConflictCause::kRangeWritten, .collection = range.collection, .key = key.ToString()};
  };
  for (const auto& [hash, write] : keys_) {
    if (write.collection == range.collection && range.span().Contains(write.key)) return conflict_at(write.key);
  }
  for (const Operation& deleted : ranges_) {
    if (deleted.collection != range.collection || !range.span().Overlaps(SpanOf(deleted))) continue;
    return conflict_at(std::max(deleted.key, Bytes(range.begin)));
  }
  return std::nullopt;
}

}  // namespace logwood
