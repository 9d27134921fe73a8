#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

#include "base/memory_budget.h"
#include "base/pages.h"
#include "logwood/bytes.h"

namespace logwood {

// A piece of memory that an arena took from the system, aligned to a cache line.
struct ArenaChunkDeleter {
  void operator()(std::byte* chunk) const noexcept { FreeBytes(chunk, size); }
  size_t size = 0;
};
using ArenaChunk = std::unique_ptr<std::byte[], ArenaChunkDeleter>;

// Keeps chunks of arenas that have ended for those to come: a page of the system's costs more at its first touch than
// most of what an arena is used for. Thread-safe.
class ArenaPool {
 public:
  // Keeps up to `capacity_bytes`; what comes beyond that goes back to the system. `budget` is charged for what it keeps
  // and for what its arenas take; it may be null.
  explicit ArenaPool(size_t capacity_bytes, std::shared_ptr<MemoryBudget> budget = nullptr)
      : capacity_bytes_(capacity_bytes), budget_(std::move(budget)) {}
  ArenaPool(const ArenaPool&) = delete;  // Arenas refer to it.
  ArenaPool& operator=(const ArenaPool&) = delete;
  ~ArenaPool();

  // Bytes of memory that it keeps.
  [[nodiscard]] size_t bytes() const;

 private:
  friend class Arena;

  // A chunk of Arena::kChunkSizeMax; null if there is none.
  [[nodiscard]] ArenaChunk Take();
  void Give(ArenaChunk chunk);

  const size_t capacity_bytes_;
  const std::shared_ptr<MemoryBudget> budget_;  // Or null.
  mutable std::mutex mutex_;        // Held for a moment and never while waiting, so no simulator needs to know.
  std::vector<ArenaChunk> chunks_;  // Guarded by mutex_.
};

// Memory that is handed out piece by piece and given back all at once, but for what is kept. One thread allocates; any
// thread may read bytes(), keep what was allocated and published to it, and read it.
class Arena {
 public:
  // With a pool it takes its large chunks from there first, and leaves them there.
  explicit Arena(std::shared_ptr<ArenaPool> pool = nullptr);
  Arena(const Arena&) = delete;  // Pieces point into it.
  Arena& operator=(const Arena&) = delete;
  ~Arena();

  // `size` bytes, aligned to `alignment` (a power of two up to 64), not initialised. They live as long as the arena.
  std::byte* Allocate(size_t size, size_t alignment = 8);
  // A copy of `data` in the arena.
  Bytes Copy(Bytes data);
  // Keeps a piece, or a part of one, in memory for as long as what is returned is held, even when the arena has gone;
  // of what lies around it only the rest of its pages then. Null where `piece` is empty or not of this arena.
  [[nodiscard]] std::shared_ptr<const void> Keep(Bytes piece);
  // Bytes taken from the system or the pool.
  [[nodiscard]] size_t bytes() const noexcept { return bytes_.load(std::memory_order_relaxed); }

 private:
  friend class ArenaPool;

  static constexpr size_t kChunkSizeMin = 4096;
  static constexpr size_t kChunkSizeMax = size_t{1} << 20;

  class Chunk;

  std::byte* NewChunk(size_t size);

  std::shared_ptr<ArenaPool> pool_;
  std::mutex mutex_;  // Held for a moment and never while waiting, so no simulator needs to know.
  std::vector<std::shared_ptr<Chunk>> chunks_;  // Guarded by mutex_.
  std::byte* next_ = nullptr;
  size_t left_ = 0;
  size_t chunk_size_ = kChunkSizeMin;
  std::atomic<size_t> bytes_ = 0;  // Relaxed: a figure, nothing is published by it.
};

}  // namespace logwood
