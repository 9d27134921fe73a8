#include "block/block_cache.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <functional>
#include <utility>

#include "base/mutex.h"
#include "base/status_macros.h"

namespace logwood {

namespace {

// More shards wait less for one another; smaller ones keep blocks of unlike sizes less well.
constexpr size_t kShardsMax = 16;
constexpr size_t kShardCapacityMin = size_t{512} << 10;

// Steps of SplitMix64: neighbouring slots come to lie in all shards.
uint64_t HashOf(uint64_t address) {
  uint64_t z = address * 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  return z ^ (z >> 31);
}

}  // namespace

// Blocks that left the cache, until their memory may be given back. As a rule it is one.
class BlockCache::Evicted {
 public:
  void Add(Block block) {
    if (first_.bytes() == 0) {
      first_ = std::move(block);
    } else {
      others_.push_back(std::move(block));
    }
  }

 private:
  Block first_;
  std::vector<Block> others_;
};

// CLOCK: frames stand in a circle. A hit marks its frame; the hand, looking for room, takes the mark off a frame that
// has one and the block out of one that has none. So a hit moves nothing. Thread-safe.
class BlockCache::Shard {
 public:
  Shard(Runtime& runtime, BlockCache& cache) : cache_(cache), mutex_(runtime, LockRank::kCacheShard) {}
  Shard(const Shard&) = delete;  // Owns its frames.
  Shard& operator=(const Shard&) = delete;
  ~Shard() {
    for (BlockFrame* const frame : frames_) frame->Abandon();
    cache_.budget_->Release(MemoryUse::kCacheTables, frames_.size() * kFrameCharge);
  }

  // Keeps `block` in `slot` and pins it; pins the one that is there already where somebody was faster.
  BlockPin Insert(Block block, BlockSlot& slot) {
    Evicted evicted;  // Outlives the lock: nobody waits while memory is given back.
    const MutexLock lock(mutex_);
    ++misses_;
    misses_bytes_ += block.bytes();
    if (BlockFrame* const there = slot.frame.load(std::memory_order_relaxed); there != nullptr) {
      if (there->PinFor(slot)) {
        ++pins_not_hits_;
        return BlockPin(there);
      }
      there->set_slot(nullptr);  // It has as many pins as it may.
    }
    MakeRoom(cache_.Excess(), evicted);
    BlockFrame* const frame = FreeFrame();
    bytes_ += block.bytes();
    slot.front.store(BlockFront(block), std::memory_order_relaxed);
    frame->Fill(std::move(block), &slot);
    slot.frame.store(frame, std::memory_order_release);  // Pairs with the reader's load.
    return BlockPin(frame);
  }

  void Forget(BlockSlot& slot) {
    Block forgotten;
    const MutexLock lock(mutex_);
    BlockFrame* const frame = slot.frame.exchange(nullptr, std::memory_order_relaxed);
    if (frame == nullptr) return;
    frame->set_slot(nullptr);
    if (frame->TryEmpty()) forgotten = Empty(*frame);
  }

  void MakeRoom(size_t bytes) {
    Evicted evicted;
    const MutexLock lock(mutex_);
    MakeRoom(bytes, evicted);
  }

  void AddTo(Statistics& sum) const {
    const MutexLock lock(mutex_);
    for (const BlockFrame* const frame : frames_) sum.hits += frame->hits();
    sum.hits -= pins_not_hits_;
    sum.misses += misses_;
    sum.misses_bytes += misses_bytes_;
    sum.bytes += bytes_;
  }

 private:
  static constexpr size_t kFrameCharge = sizeof(BlockFrame) + 2 * sizeof(BlockFrame*);

  // Evicts so many bytes. Goes around once, and once more for those that were marked: what is left then is pinned, or
  // was at that moment.
  void MakeRoom(size_t bytes, Evicted& evicted) REQUIRES(mutex_) {
    size_t made = 0;
    for (size_t steps = 2 * frames_.size(); steps > 0 && bytes_ > 0 && made < bytes; --steps) {
      hand_ = PlaceAhead(1);
      // The hand comes to frames that nobody has looked at for long: without this each eviction would wait for memory
      // twice, for the frame and then for its slot. (Compilers leave out calls of functions that do nothing else.)
      frames_[PlaceAhead(4)]->Prefetch();
      __builtin_prefetch(frames_[PlaceAhead(2)]->slot());
      BlockFrame& frame = *frames_[hand_];
      const bool is_second_round = steps <= frames_.size();
      if ((frame.TakeReference() && !is_second_round) || !frame.TryEmpty()) continue;
      Block block = Empty(frame);
      made += PagePool::ChargeOf(block.bytes());
      evicted.Add(std::move(block));
    }
  }

  [[nodiscard]] size_t PlaceAhead(size_t steps) const REQUIRES(mutex_) {
    const size_t place = hand_ + steps;
    return place < frames_.size() ? place : place % frames_.size();
  }
  // Requires: TryEmpty() returned true.
  Block Empty(BlockFrame& frame) REQUIRES(mutex_) {
    if (frame.slot() != nullptr) frame.slot()->frame.store(nullptr, std::memory_order_release);
    Block block = frame.TakeBlock();
    bytes_ -= block.bytes();
    free_.push_back(&frame);
    return block;
  }

  BlockFrame* FreeFrame() REQUIRES(mutex_) {
    if (free_.empty()) {
      cache_.budget_->Charge(MemoryUse::kCacheTables, kFrameCharge);
      return frames_.emplace_back(new BlockFrame);
    }
    BlockFrame* const frame = free_.back();
    free_.pop_back();
    return frame;
  }

  BlockCache& cache_;
  mutable Mutex mutex_;
  std::vector<BlockFrame*> frames_ GUARDED_BY(mutex_);  // Owned, until Abandon().
  std::vector<BlockFrame*> free_ GUARDED_BY(mutex_);    // Those without a block.
  size_t hand_ GUARDED_BY(mutex_) = 0;
  size_t bytes_ GUARDED_BY(mutex_) = 0;
  uint64_t misses_ GUARDED_BY(mutex_) = 0;
  uint64_t misses_bytes_ GUARDED_BY(mutex_) = 0;
  uint64_t pins_not_hits_ GUARDED_BY(mutex_) = 0;  // That count as misses: the block was read for nothing.
};

BlockCache::BlockCache(Runtime& runtime, std::shared_ptr<MemoryBudget> budget)
    : budget_(std::move(budget)), pool_(std::make_shared<PagePool>(budget_)), residents_(runtime, *budget_) {
  const uint64_t capacity = budget_->limits().blocks_bytes_max;
  if (capacity == 0) return;
  const size_t count = std::bit_floor(std::clamp<size_t>(capacity / kShardCapacityMin, 1, kShardsMax));
  for (size_t i = 0; i < count; ++i) shards_.push_back(std::make_unique<Shard>(runtime, *this));
}

BlockCache::BlockCache(Runtime& runtime, size_t capacity_bytes)
    : BlockCache(runtime, MemoryBudget::OfBlocks(capacity_bytes)) {}

BlockCache::~BlockCache() = default;

Result<BlockPin> BlockCache::Read(const BlockFile& file, BlockReference reference, BlockKind kind, BlockSlot& slot) {
  if (BlockPin pin = Find(slot)) return pin;
  LOGWOOD_ASSIGN_OR_RETURN(Block block, file.ReadBlock(reference, kind, pool_.get()));
  return Insert(std::move(block), slot);
}

BlockPin BlockCache::Keep(Bytes stored, const BlockIdentity& identity, BlockSlot& slot) {
  PooledBytes copy = pool_->Allocate(stored.size());
  std::memcpy(copy.get(), stored.data(), stored.size());
  Result<Block> block = Block::Parse(std::move(copy), stored.size(), identity);
  return block.ok() ? Insert(*std::move(block), slot) : BlockPin();
}

BlockPin BlockCache::Insert(Block block, BlockSlot& slot) {
  if (!shards_.empty()) return ShardOf(slot).Insert(std::move(block), slot);
  misses_uncached_.fetch_add(1, std::memory_order_relaxed);
  misses_uncached_bytes_.fetch_add(block.bytes(), std::memory_order_relaxed);
  auto* const unkept = new BlockFrame;
  unkept->Fill(std::move(block), nullptr);
  unkept->Abandon();  // It has a pin.
  return BlockPin(unkept);
}

BlockPin BlockCache::Find(BlockSlot& slot) noexcept {
  BlockFrame* const frame = slot.frame.load(std::memory_order_acquire);
  if (frame == nullptr) return {};
  frame->Prefetch();
  slot.front.load(std::memory_order_relaxed).Prefetch();
  return frame->PinFor(slot) ? BlockPin(frame) : BlockPin();
}

BlockCache::Shard& BlockCache::ShardOf(const BlockSlot& slot) const {
  return *shards_[HashOf(std::hash<const BlockSlot*>()(&slot)) & (shards_.size() - 1)];
}

void BlockCache::Forget(BlockSlot& slot) {
  if (!shards_.empty()) ShardOf(slot).Forget(slot);
}

void BlockCache::MakeRoom() {
  residents_.MakeRoom();
  const size_t excess = Excess();
  if (excess == 0) return;
  for (const std::unique_ptr<Shard>& shard : shards_) shard->MakeRoom(excess / shards_.size() + 1);
}

bool BlockCache::HasRoomFor(size_t bytes) const noexcept {
  return budget_->bytes(MemoryUse::kBlocks) + bytes <= budget_->blocks_bytes_room();
}

size_t BlockCache::Excess() const noexcept {
  const uint64_t room = budget_->blocks_bytes_room();
  return std::max(budget_->bytes(MemoryUse::kBlocks), room) - room;
}

BlockCache::Statistics BlockCache::statistics() const {
  Statistics sum{.misses = misses_uncached_.load(std::memory_order_relaxed),
                 .misses_bytes = misses_uncached_bytes_.load(std::memory_order_relaxed)};
  for (const std::unique_ptr<Shard>& shard : shards_) shard->AddTo(sum);
  return sum;
}

BlockSlots::~BlockSlots() {
  for (BlockSlot& slot : slots_) {
    // Acquires what an eviction released: it was the last to touch the slot.
    if (slot.frame.load(std::memory_order_acquire) != nullptr) cache_.Forget(slot);
  }
}

}  // namespace logwood
