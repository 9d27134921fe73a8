#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/ids.h"
#include "base/key_span.h"
#include "codec/batch_encoder.h"
#include "memtable/generation.h"
#include "txn/read_set.h"

namespace logwood {

// What a transaction read and another has written since. For a range: a key in it.
struct Conflict {
  CollectionId collection;
  std::string key;
  Sequence sequence;  // Of the write.
};

// The first of `reads` that one of `generations` has something of that is newer than `since`; nullopt without one.
// Of what is not published yet it may tell or not. Cost: a lookup for each key in each generation that is not older
// than `since`; of ranges, a look at each key in them.
[[nodiscard]] std::optional<Conflict> FindConflict(const ReadSet& reads, Sequence since,
                                                   std::span<const std::shared_ptr<const Generation>> generations);

// What commits of one group write that stand before a transaction in it: not in memtables yet. Confined to the leader.
class GroupWrites {
 public:
  // `batch` must outlive it. Requires: it is sealed.
  void Add(const BatchEncoder& batch);
  // The first of `reads` that is written; nullopt without one. Its sequence is unknown yet.
  [[nodiscard]] std::optional<Conflict> Find(const ReadSet& reads);
  void Clear();

 private:
  void Index(const BatchEncoder& batch);
  [[nodiscard]] const Operation* FindKey(CollectionId collection, Bytes key) const;
  [[nodiscard]] std::optional<Conflict> FindIn(const ReadSet::Range& range) const;

  std::vector<const BatchEncoder*> batches_;
  size_t indexed_ = 0;                                 // Batches whose operations are in the next two.
  std::unordered_multimap<uint64_t, Operation> keys_;  // By hash of the key.
  std::vector<Operation> ranges_;
};

}  // namespace logwood
