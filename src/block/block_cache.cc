#include "block/block_cache.h"

#include <algorithm>
#include <bit>
#include <unordered_map>
#include <utility>

#include "base/counter.h"
#include "base/mutex.h"
#include "base/status_macros.h"

namespace logwood {

namespace {

// More shards wait less for one another; smaller ones keep blocks of unlike sizes less well.
constexpr size_t kShardsMax = 16;
constexpr size_t kShardCapacityMin = size_t{512} << 10;

// The reference as a whole, so that one that is wrong about a block never finds it here.
struct CacheKey {
  FileNumber file;
  BlockReference reference;
  friend bool operator==(const CacheKey&, const CacheKey&) noexcept = default;
};

// Steps of SplitMix64: neighbouring offsets of one file come to lie in all shards.
uint64_t HashOf(const CacheKey& key) {
  uint64_t z = key.file.value() * 0x9e3779b97f4a7c15u + key.reference.packed();
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

struct CacheKeyHash {
  size_t operator()(const CacheKey& key) const noexcept { return static_cast<size_t>(HashOf(key)); }
};

using BlockPointer = std::shared_ptr<const Block>;

}  // namespace

// CLOCK: blocks stand in slots in a circle. A hit marks its slot; the hand, looking for room, takes the mark off a slot
// that has one and the block out of one that has none. So a hit moves nothing. Thread-safe.
class BlockCache::Shard {
 public:
  Shard(Runtime& runtime, size_t capacity) : mutex_(runtime), capacity_(capacity) {}

  // Null where it is not kept.
  BlockPointer Find(const CacheKey& key) {
    const MutexLock lock(mutex_);
    const auto found = slot_of_.find(key);
    if (found == slot_of_.end()) {
      misses_.Add(1);
      return nullptr;
    }
    hits_.Add(1);
    Slot& slot = slots_[found->second];
    slot.referenced = true;
    return slot.block;
  }

  // Keeps `block` and returns it; returns the one that is kept already where somebody was faster.
  BlockPointer Insert(const CacheKey& key, BlockPointer block) {
    std::vector<BlockPointer> evicted;  // Outlives the lock: nobody waits while memory is given back.
    const MutexLock lock(mutex_);
    if (const auto found = slot_of_.find(key); found != slot_of_.end()) return slots_[found->second].block;
    while (!slot_of_.empty() && block->bytes() > RoomLeft()) evicted.push_back(EvictNext());
    const size_t index = FreeSlot();
    slots_[index] = {.key = key, .block = block, .referenced = false};
    slot_of_.emplace(key, index);
    AddBytes(block->bytes());
    return block;
  }

  void Drop(FileNumber file) {
    std::vector<BlockPointer> dropped;
    const MutexLock lock(mutex_);
    for (size_t i = 0; i < slots_.size(); ++i) {
      if (slots_[i].block != nullptr && slots_[i].key.file == file) dropped.push_back(Empty(i));
    }
  }

  [[nodiscard]] uint64_t hits() const { return hits_.value(); }
  [[nodiscard]] uint64_t misses() const { return misses_.value(); }
  // Relaxed, here and where it changes: a figure, nothing is published by it.
  [[nodiscard]] size_t bytes() const { return bytes_.load(std::memory_order_relaxed); }

 private:
  struct Slot {
    CacheKey key;
    BlockPointer block;  // Null: free.
    bool referenced = false;
  };

  [[nodiscard]] size_t RoomLeft() const REQUIRES(mutex_) { return capacity_ - std::min(capacity_, bytes()); }

  void AddBytes(size_t count) REQUIRES(mutex_) { bytes_.fetch_add(count, std::memory_order_relaxed); }

  // Requires: a slot is taken.
  BlockPointer EvictNext() REQUIRES(mutex_) {
    while (true) {
      hand_ = hand_ + 1 < slots_.size() ? hand_ + 1 : 0;
      Slot& slot = slots_[hand_];
      if (slot.block == nullptr) continue;
      if (!slot.referenced) return Empty(hand_);
      slot.referenced = false;
    }
  }

  BlockPointer Empty(size_t index) REQUIRES(mutex_) {
    Slot& slot = slots_[index];
    slot_of_.erase(slot.key);
    free_.push_back(index);
    bytes_.fetch_sub(slot.block->bytes(), std::memory_order_relaxed);
    return std::exchange(slot.block, nullptr);
  }

  size_t FreeSlot() REQUIRES(mutex_) {
    if (free_.empty()) {
      slots_.emplace_back();
      return slots_.size() - 1;
    }
    const size_t index = free_.back();
    free_.pop_back();
    return index;
  }

  Mutex mutex_;
  const size_t capacity_;
  std::vector<Slot> slots_ GUARDED_BY(mutex_);
  std::vector<size_t> free_ GUARDED_BY(mutex_);
  std::unordered_map<CacheKey, size_t, CacheKeyHash> slot_of_ GUARDED_BY(mutex_);
  size_t hand_ GUARDED_BY(mutex_) = 0;
  // Changed under the mutex; read without.
  Counter hits_;
  Counter misses_;
  std::atomic<size_t> bytes_ = 0;
};

BlockCache::BlockCache(Runtime& runtime, size_t capacity_bytes) : capacity_bytes_(capacity_bytes) {
  if (capacity_bytes == 0) return;
  const size_t count = std::bit_floor(std::clamp<size_t>(capacity_bytes / kShardCapacityMin, 1, kShardsMax));
  for (size_t i = 0; i < count; ++i) shards_.push_back(std::make_unique<Shard>(runtime, capacity_bytes / count));
}

BlockCache::~BlockCache() = default;

Result<std::shared_ptr<const Block>> BlockCache::Read(const BlockFile& file, BlockReference reference, BlockKind kind) {
  if (shards_.empty()) {
    misses_uncached_.fetch_add(1, std::memory_order_relaxed);
    return file.ReadBlock(reference, kind);
  }
  const CacheKey key{.file = file.number(), .reference = reference};
  // From the upper bits: the shard's table takes the lower ones.
  Shard& shard = *shards_[(HashOf(key) >> 32) & (shards_.size() - 1)];
  // A block of another kind is damage further up; reading it again gives the error that says so.
  if (BlockPointer block = shard.Find(key); block != nullptr && block->kind() == kind) return block;
  LOGWOOD_ASSIGN_OR_RETURN(BlockPointer block, file.ReadBlock(reference, kind));
  return shard.Insert(key, std::move(block));
}

void BlockCache::Drop(FileNumber file) {
  for (const std::unique_ptr<Shard>& shard : shards_) shard->Drop(file);
}

BlockCache::Statistics BlockCache::statistics() const {
  Statistics sum{.misses = misses_uncached_.load(std::memory_order_relaxed)};
  for (const std::unique_ptr<Shard>& shard : shards_) {
    sum.hits += shard->hits();
    sum.misses += shard->misses();
    sum.bytes += shard->bytes();
  }
  return sum;
}

}  // namespace logwood
