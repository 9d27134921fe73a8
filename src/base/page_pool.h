#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

#include "base/memory_budget.h"
#include "base/pages.h"

namespace logwood {

class PagePool;

// Gives bytes back to where they came from: a pool, or `new`.
struct PooledBytesDeleter {
  PooledBytesDeleter() noexcept = default;
  // Of bytes that `new` made.
  PooledBytesDeleter(const std::default_delete<std::byte[]>& /*plain*/) noexcept {}
  PooledBytesDeleter(std::shared_ptr<PagePool> from, size_t count) noexcept : pool(std::move(from)), size(count) {}
  void operator()(std::byte* bytes) const noexcept;

  std::shared_ptr<PagePool> pool;  // Null: `new`.
  size_t size = 0;
};
using PooledBytes = std::unique_ptr<std::byte[], PooledBytesDeleter>;

// Memory for many pieces of some KiB that come and go: whole pages, so that what is given back leaves the process, but
// for a little that is kept for the next piece. Pieces of up to half a page come from the process's allocator; large
// ones have pages of their own, of which a few are kept for pieces of as many pages. Thread-safe. Lives as long as its
// pieces.
class PagePool : public std::enable_shared_from_this<PagePool> {
 public:
  // `budget` is charged for pieces, as blocks.
  explicit PagePool(std::shared_ptr<MemoryBudget> budget);
  PagePool(const PagePool&) = delete;  // Pieces refer to it.
  PagePool& operator=(const PagePool&) = delete;
  ~PagePool();

  // `size` bytes, not initialised. Requires: size > 0; the pool is held by a shared pointer.
  [[nodiscard]] PooledBytes Allocate(size_t size);
  // What a piece of `size` bytes is charged for.
  [[nodiscard]] static size_t ChargeOf(size_t size) noexcept;

 private:
  friend struct PooledBytesDeleter;

  static constexpr size_t kPooledSizeMin = kPageSize / 2 + 1;
  static constexpr size_t kPooledPagesMax = kOwnPagesSizeMin / kPageSize - 1;
  static constexpr size_t kRegionSize = size_t{1} << 20;
  static constexpr size_t kWarmBytesMax = size_t{256} << 10;
  static constexpr size_t kLargeBytesMax = size_t{512} << 10;
  static constexpr uint64_t kLargeShareMax = 64;  // Of the budget, which is not charged for them.

  [[nodiscard]] static bool IsPooled(size_t size) noexcept;
  [[nodiscard]] std::byte* TakePages(size_t count);
  [[nodiscard]] std::byte* TakeLarge(size_t count);
  void Free(std::byte* bytes, size_t size) noexcept;
  void GivePages(std::byte* pages, size_t count) noexcept;
  void GiveLarge(std::byte* pages, size_t count) noexcept;

  struct Large {
    std::byte* pages;
    size_t count;
  };

  const std::shared_ptr<MemoryBudget> budget_;
  const size_t large_bytes_max_;
  std::mutex mutex_;  // Held for a moment and never while waiting, so no simulator needs to know.
  // Guarded by mutex_. Pieces by their number of pages: those that have memory and those that have addresses alone.
  std::array<std::vector<std::byte*>, kPooledPagesMax + 1> warm_;
  std::array<std::vector<std::byte*>, kPooledPagesMax + 1> cold_;
  size_t warm_bytes_ = 0;
  std::vector<Large> large_;  // Kept, and that have memory.
  size_t large_bytes_ = 0;
  std::vector<std::byte*> regions_;  // That pieces are cut from; the last one has room.
  size_t region_used_ = kRegionSize;
};

}  // namespace logwood
