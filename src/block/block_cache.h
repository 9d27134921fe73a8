#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/memory_budget.h"
#include "base/page_pool.h"
#include "base/pages.h"
#include "block/block.h"
#include "block/block_file.h"
#include "block/block_frame.h"
#include "block/resident_clock.h"
#include "logwood/result.h"
#include "logwood/runtime.h"

namespace logwood {

// Blocks of one database in memory, within its budget: sharded, evicted by CLOCK. Whoever may want a block again keeps
// a slot for it (BlockSlots) and finds it there without a lock or a search. A block that someone has pinned is not
// evicted. No lock is held while a block is read from the store; two threads that miss the same block at once both
// read it, and one copy is kept. Thread-safe.
//
// Its blocks take what the memory budget leaves them, and give back what others take: with the next blocks that are
// read, and in MakeRoom(). They take more only where they are pinned, if only for the moment of a read, or where one
// block is larger. Indexes and filters of trees are evicted in MakeRoom() too, and when others come (residents()).
class BlockCache {
 public:
  // `runtime` must outlive the cache.
  BlockCache(Runtime& runtime, std::shared_ptr<MemoryBudget> budget);
  // With a budget of its own, for blocks alone. `capacity_bytes` may be 0: then nothing is kept.
  BlockCache(Runtime& runtime, size_t capacity_bytes);
  BlockCache(const BlockCache&) = delete;  // Slots refer to it.
  BlockCache& operator=(const BlockCache&) = delete;
  // Requires: no slots are left. Pins may be: each keeps its block.
  ~BlockCache();

  // The block, from `slot`, or read and kept there. A slot is for one block. Errors as BlockFile::ReadBlock(); an error
  // is not kept. Cost of a hit: the frame's line in memory, two atomic steps on it.
  [[nodiscard]] Result<BlockPin> Read(const BlockFile& file, BlockReference reference, BlockKind kind, BlockSlot& slot);
  // Keeps a copy of a block that was read already, as Read() does. An empty pin where it is damaged.
  [[nodiscard]] BlockPin Keep(Bytes stored, const BlockIdentity& identity, BlockSlot& slot);
  // The block if it is in memory; else an empty pin.
  [[nodiscard]] static BlockPin Find(BlockSlot& slot) noexcept;
  // Whether blocks of so many bytes could come without another having to go.
  [[nodiscard]] bool HasRoomFor(size_t bytes) const noexcept;

  struct Statistics {
    uint64_t hits = 0;
    uint64_t misses = 0;
    uint64_t misses_bytes = 0;  // Of the blocks that were read.
    size_t bytes = 0;           // Of blocks kept, those included that are kept by pins alone.
  };
  // Each number is right by itself; together they may be of slightly different moments. Cost: looks at every frame.
  [[nodiscard]] Statistics statistics() const;
  // What blocks may take now.
  [[nodiscard]] size_t capacity_bytes() const noexcept { return budget_->blocks_bytes_room(); }
  // Gives back what others have taken since. Cost: looks at every frame if blocks are pinned beyond their budget.
  void MakeRoom();

  [[nodiscard]] MemoryBudget& budget() noexcept { return *budget_; }
  // For blocks that are read past the cache: charged like those in it.
  [[nodiscard]] PagePool& pool() noexcept { return *pool_; }
  [[nodiscard]] ResidentClock& residents() noexcept { return residents_; }

 private:
  friend class BlockSlots;
  class Evicted;
  class Shard;

  [[nodiscard]] BlockPin Insert(Block block, BlockSlot& slot);
  [[nodiscard]] Shard& ShardOf(const BlockSlot& slot) const;
  // Empties a slot that goes.
  void Forget(BlockSlot& slot);

  // Bytes by which blocks exceed their budget.
  [[nodiscard]] size_t Excess() const noexcept;

  const std::shared_ptr<MemoryBudget> budget_;
  const std::shared_ptr<PagePool> pool_;
  std::vector<std::unique_ptr<Shard>> shards_;  // A power of two of them; none where nothing is kept.
  ResidentClock residents_;                     // Its objects have slots.
  std::atomic<uint64_t> misses_uncached_ = 0;   // Where there are no shards. Relaxed: a figure, as is the next.
  std::atomic<uint64_t> misses_uncached_bytes_ = 0;
};

// The slots of the blocks of one file that belong together. Thread-safe.
class BlockSlots {
 public:
  // `cache` must outlive the slots.
  BlockSlots(BlockCache& cache, size_t count) : cache_(cache), slots_(count) {}
  BlockSlots(const BlockSlots&) = delete;  // The cache refers to them.
  BlockSlots& operator=(const BlockSlots&) = delete;
  // Its blocks leave the cache; those that somebody has pinned, when room is needed after that.
  ~BlockSlots();

  // Requires: index < count.
  [[nodiscard]] BlockSlot& operator[](size_t index) noexcept { return slots_[index]; }
  // Bytes of memory.
  [[nodiscard]] size_t bytes() const noexcept { return slots_.size() * sizeof(BlockSlot); }

 private:
  BlockCache& cache_;
  std::vector<BlockSlot, PageAllocator<BlockSlot>> slots_;
};

}  // namespace logwood
