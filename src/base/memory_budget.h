#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace logwood {

// What the memory of a database is used for.
enum class MemoryUse : uint8_t {
  kMemtables = 0,          // Arenas of generations that are active, sealed, or held by views.
  kSpareArenas = 1,        // Chunks kept for the next generation.
  kBlocks = 2,             // Of files, in the cache or pinned.
  kCacheTables = 3,        // What the cache needs to find and evict them.
  kIndexes = 4,            // Of trees, with the slots of their leaves.
  kFilters = 5,            // Of trees.
  kJobs = 6,               // Buffers of flushes, merges and ingests.
  kTransactionWrites = 7,  // What open transactions have written.
  kTransactionReads = 8,   // What they keep of what they have read.
};
inline constexpr size_t kMemoryUses = 9;

// Keeps account of the memory of one database. Who takes memory says so; blocks get what all others leave. Thread-safe;
// relaxed throughout: figures, nothing is published by them.
class MemoryBudget {
 public:
  struct Limits {
    uint64_t total_bytes = 0;
    uint64_t blocks_bytes_min = 0;  // Blocks get so much, whatever others take.
    uint64_t blocks_bytes_max = 0;
  };

  explicit MemoryBudget(const Limits& limits) : limits_(limits) {}
  MemoryBudget(const MemoryBudget&) = delete;  // Who was charged refers to it.
  MemoryBudget& operator=(const MemoryBudget&) = delete;

  // That of a database. Of the total an eighth, 6 MiB at most, is set aside for what is too small to be charged and for
  // what the process's allocator holds.
  [[nodiscard]] static std::shared_ptr<MemoryBudget> Of(uint64_t total_bytes);
  // For a cache alone: only blocks are limited.
  [[nodiscard]] static std::shared_ptr<MemoryBudget> OfBlocks(uint64_t blocks_bytes);

  void Charge(MemoryUse use, size_t bytes) noexcept { Of(use).fetch_add(bytes, std::memory_order_relaxed); }
  void Release(MemoryUse use, size_t bytes) noexcept { Of(use).fetch_sub(bytes, std::memory_order_relaxed); }

  [[nodiscard]] uint64_t bytes(MemoryUse use) const noexcept {
    return used_[static_cast<size_t>(use)].load(std::memory_order_relaxed);
  }
  // How much blocks may take now.
  [[nodiscard]] uint64_t blocks_bytes_room() const noexcept;
  // By how much all would be too large if blocks took the least they get.
  [[nodiscard]] uint64_t bytes_short() const noexcept;
  [[nodiscard]] const Limits& limits() const noexcept { return limits_; }

 private:
  [[nodiscard]] std::atomic<uint64_t>& Of(MemoryUse use) noexcept { return used_[static_cast<size_t>(use)]; }
  [[nodiscard]] uint64_t BytesBesideBlocks() const noexcept;

  const Limits limits_;
  std::array<std::atomic<uint64_t>, kMemoryUses> used_{};
};

// Bytes charged for as long as it lives. Movable; thread-compatible.
class MemoryCharge {
 public:
  // `budget` must outlive the charge; it may be null: then nothing is charged.
  MemoryCharge(MemoryBudget* budget, MemoryUse use) : budget_(budget), use_(use) {}
  MemoryCharge(MemoryCharge&& other) noexcept
      : budget_(other.budget_), use_(other.use_), bytes_(std::exchange(other.bytes_, 0)) {}
  MemoryCharge& operator=(MemoryCharge&&) = delete;
  ~MemoryCharge() { Set(0); }

  void Set(size_t bytes) noexcept;
  // The same in steps of 4 KiB, rounded down: cheap for what changes often, and free while it is small.
  void Follow(size_t bytes) noexcept {
    const size_t whole_steps = bytes - bytes % kStepBytes;
    if (whole_steps != bytes_) Set(whole_steps);
  }
  [[nodiscard]] size_t bytes() const noexcept { return bytes_; }

 private:
  static constexpr size_t kStepBytes = 4096;

  MemoryBudget* budget_;
  MemoryUse use_;
  size_t bytes_ = 0;
};

}  // namespace logwood
