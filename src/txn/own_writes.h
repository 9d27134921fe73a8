#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/ids.h"
#include "base/memory_budget.h"
#include "codec/batch_encoder.h"
#include "codec/entry_type.h"
#include "logwood/bytes.h"
#include "memtable/generation.h"
#include "txn/read_set.h"

namespace logwood {

// What a transaction is going to write: a batch for the log and, once it reads what it has written, memtables to look
// into; a short one seldom does. Each write has a number, counted from one. Thread-compatible.
class OwnWrites {
 public:
  // What is taken is charged to `budget`, which must outlive it; or null.
  explicit OwnWrites(MemoryBudget* budget);

  // Requires: as BatchEncoder::Add().
  void Add(const Operation& operation);
  // Forgets the writes after the first `count`. Cost: adds those anew.
  void TruncateTo(uint64_t count);

  [[nodiscard]] uint64_t count() const noexcept { return batch_.operation_count(); }
  [[nodiscard]] BatchEncoder& batch() noexcept { return batch_; }
  [[nodiscard]] const BatchEncoder& batch() const noexcept { return batch_; }
  [[nodiscard]] std::span<const CollectionId> collections() const noexcept { return collections_; }
  // False where none of the writes is about the key. Seldom true where that is so.
  [[nodiscard]] bool MayHave(Bytes key) const noexcept;
  // The writes, with their numbers as sequences of epoch 0; null while there are none. It is added to by further writes
  // and left as it is by TruncateTo(). Cost: of the first call, all writes so far.
  [[nodiscard]] const std::shared_ptr<Generation>& generation();
  // The sequence of the last write; as of which to read `generation()`.
  [[nodiscard]] Sequence last() const { return Sequence::Of(0, count()); }
  // Adds the keys and ranges written. Seals the batch.
  void AddWrittenTo(ReadSet& set);

 private:
  void AddToGeneration(const Operation& operation, Sequence number);
  [[nodiscard]] static size_t BitOf(Bytes key) noexcept;
  void Charge() noexcept;

  BatchEncoder batch_;
  std::vector<CollectionId> collections_;
  std::shared_ptr<Generation> generation_;  // Null until somebody asks for it.
  std::bitset<256> keys_;                   // A bit for each key put or deleted.
  bool has_ranges_ = false;
  MemoryCharge charge_;
};

}  // namespace logwood
