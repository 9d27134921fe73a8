#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/arena.h"
#include "base/ids.h"
#include "memtable/memtable.h"

namespace logwood {

// What is sealed and flushed together: the memtables of all collections, in one arena, and the log files that hold the
// same entries. One writer adds; readers look memtables up at any time, without a lock.
class Generation {
 public:
  // With a pool its memory comes from there and goes back there.
  explicit Generation(std::shared_ptr<ArenaPool> pool = nullptr);
  Generation(const Generation&) = delete;  // Memtables point into its arena.
  Generation& operator=(const Generation&) = delete;
  ~Generation();

  // The memtable of a collection; null where nothing was added to it yet. Any thread.
  [[nodiscard]] const Memtable* Find(CollectionId collection) const;
  // The same for the writer, who makes one where there is none.
  Memtable& FindOrCreate(CollectionId collection);
  // Collections that have a memtable, in order of id. Any thread; the writer, and anyone once sealed, sees all.
  [[nodiscard]] std::vector<CollectionId> collections() const;

  // Tombstones of single keys in all memtables. Any thread; cost: a look at each memtable.
  [[nodiscard]] uint64_t tombstone_count() const;
  // How many tombstones cursors, of which it was the newest generation, had to step over in long stretches. Any thread
  // adds.
  [[nodiscard]] std::atomic<uint64_t>& tombstones_passed() const noexcept { return tombstones_passed_; }

  // See Arena::Keep(). Any thread; what is kept does not count as use of the generation.
  [[nodiscard]] std::shared_ptr<const void> Keep(Bytes piece) const { return arena_.Keep(piece); }

  // Bytes of memory taken.
  [[nodiscard]] size_t bytes() const noexcept { return arena_.bytes(); }

  // The last sequence added; set by the writer after each commit, and before that is published. Any thread reads.
  [[nodiscard]] Sequence last() const noexcept { return last_.load(std::memory_order_relaxed); }
  void set_last(Sequence last) noexcept { last_.store(last, std::memory_order_relaxed); }

 private:
  struct Member;
  struct Directory;

  [[nodiscard]] Directory* NewDirectory(size_t capacity);
  void Grow();

  // Holds the memtables and every directory there ever was, since readers may still look into an old one. What is
  // kept of it changes nothing that can be seen.
  mutable Arena arena_;
  std::atomic<Directory*> directory_;
  std::atomic<Sequence> last_{};  // Relaxed: who has seen a sequence published sees it here, too.
  mutable std::atomic<uint64_t> tombstones_passed_ = 0;  // Relaxed: a figure, nothing is published by it.
};

}  // namespace logwood
