#include "base/page_pool.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace logwood {
namespace {

size_t PagesOf(size_t size) { return (size + kPageSize - 1) / kPageSize; }

}  // namespace

void PooledBytesDeleter::operator()(std::byte* bytes) const noexcept {
  if (pool != nullptr) {
    pool->Free(bytes, size);
  } else {
    delete[] bytes;
  }
}

PagePool::PagePool(std::shared_ptr<MemoryBudget> budget)
    : budget_(std::move(budget)),
      large_bytes_max_(std::min<size_t>(kLargeBytesMax, budget_->limits().blocks_bytes_max / kLargeShareMax)) {}

PagePool::~PagePool() {
  for (std::byte* const region : regions_) FreeBytes(region, kRegionSize);
  for (const Large& large : large_) FreeBytes(large.pages, large.count * kPageSize);
}

PooledBytes PagePool::Allocate(size_t size) {
  budget_->Charge(MemoryUse::kBlocks, ChargeOf(size));
  std::byte* const bytes = size < kPooledSizeMin ? AllocateBytes(size)
                           : IsPooled(size)      ? TakePages(PagesOf(size))
                                                 : TakeLarge(PagesOf(size));
  return {bytes, PooledBytesDeleter(shared_from_this(), size)};
}

size_t PagePool::ChargeOf(size_t size) noexcept { return size < kPooledSizeMin ? size : PagesOf(size) * kPageSize; }

bool PagePool::IsPooled(size_t size) noexcept { return size >= kPooledSizeMin && PagesOf(size) <= kPooledPagesMax; }

std::byte* PagePool::TakePages(size_t count) {
  const std::lock_guard lock(mutex_);
  std::byte* pages = nullptr;
  if (!warm_[count].empty()) {
    pages = warm_[count].back();
    warm_[count].pop_back();
    warm_bytes_ -= count * kPageSize;
  } else if (!cold_[count].empty()) {
    pages = cold_[count].back();
    cold_[count].pop_back();
  } else {
    // What is left of the region has no memory behind it yet, and never gets any.
    if (region_used_ + count * kPageSize > kRegionSize) {
      regions_.push_back(AllocateBytes(kRegionSize));
      region_used_ = 0;
    }
    pages = regions_.back() + region_used_;
    region_used_ += count * kPageSize;
  }
  AllowAccess(pages, count * kPageSize);
  return pages;
}

void PagePool::Free(std::byte* bytes, size_t size) noexcept {
  budget_->Release(MemoryUse::kBlocks, ChargeOf(size));
  if (size < kPooledSizeMin) {
    FreeBytes(bytes, size);
  } else if (IsPooled(size)) {
    GivePages(bytes, PagesOf(size));
  } else {
    GiveLarge(bytes, PagesOf(size));
  }
}

std::byte* PagePool::TakeLarge(size_t count) {
  {
    const std::lock_guard lock(mutex_);
    const auto kept = std::ranges::find(large_, count, &Large::count);
    if (kept != large_.end()) {
      std::byte* const pages = kept->pages;
      large_.erase(kept);
      large_bytes_ -= count * kPageSize;
      AllowAccess(pages, count * kPageSize);
      return pages;
    }
  }
  return AllocateBytes(count * kPageSize);
}

// What is kept gives way to what comes: pieces of one size come one after the other.
void PagePool::GiveLarge(std::byte* pages, size_t count) noexcept {
  const size_t size = count * kPageSize;
  if (size > large_bytes_max_) return FreeBytes(pages, size);
  ForbidAccess(pages, size);
  std::vector<Large> replaced;  // Freed once the lock is released.
  {
    const std::lock_guard lock(mutex_);
    for (; large_bytes_ + size > large_bytes_max_; large_.erase(large_.begin())) {
      replaced.push_back(large_.front());
      large_bytes_ -= large_.front().count * kPageSize;
    }
    large_.push_back({.pages = pages, .count = count});
    large_bytes_ += size;
  }
  for (const Large& large : replaced) FreeBytes(large.pages, large.count * kPageSize);
}

// Where as much is kept as may be, pieces of other sizes go first: nobody may ask for these any more, and what comes
// and goes would lose its memory, and be given new one, each time.
void PagePool::GivePages(std::byte* pages, size_t count) noexcept {
  ForbidAccess(pages, count * kPageSize);
  std::vector<std::pair<std::byte*, size_t>> dropped;  // With their sizes, in pages.
  {
    const std::lock_guard lock(mutex_);
    warm_[count].push_back(pages);
    warm_bytes_ += count * kPageSize;
    while (warm_bytes_ > kWarmBytesMax) {
      size_t most = count;
      size_t most_pages = 0;
      for (size_t other = 1; other <= kPooledPagesMax; ++other) {
        if (other == count || other * warm_[other].size() <= most_pages) continue;
        most = other;
        most_pages = other * warm_[other].size();
      }
      dropped.emplace_back(warm_[most].back(), most);
      warm_[most].pop_back();
      warm_bytes_ -= most * kPageSize;
    }
  }
  if (dropped.empty()) return;
  for (const auto& [piece, size] : dropped) DropPages(piece, size * kPageSize);
  const std::lock_guard lock(mutex_);
  for (const auto& [piece, size] : dropped) cold_[size].push_back(piece);
}

}  // namespace logwood
