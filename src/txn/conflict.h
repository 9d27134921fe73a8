#pragma once

#include <cstddef>
#include <cstdint>
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

enum class ConflictCause : uint8_t {
  kKeyWritten = 0,    // A key that it has read was written since.
  kRangeWritten = 1,  // A key in a range that it has read was.
  kDropped = 2,       // A collection that it has read was dropped since.
  kTooOld = 3,        // What was written since it began was forgotten in part.
};
inline constexpr size_t kConflictCauses = 4;

// Why a transaction cannot be applied.
struct Conflict {
  ConflictCause cause = ConflictCause::kKeyWritten;
  CollectionId collection = {};  // None of a transaction that is too old.
  std::string key = {};          // That was written.
  Sequence sequence = {};        // Of the write, as far as it is known; kTooOld: of the last one that was forgotten.
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
