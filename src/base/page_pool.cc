#include "base/page_pool.h"

#include <utility>

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

PagePool::~PagePool() {
  for (std::byte* const region : regions_) FreeBytes(region, kRegionSize);
}

PooledBytes PagePool::Allocate(size_t size) {
  budget_->Charge(MemoryUse::kBlocks, ChargeOf(size));
  std::byte* const bytes = IsPooled(size) ? TakePages(PagesOf(size)) : AllocateBytes(size);
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
  if (IsPooled(size)) {
    GivePages(bytes, PagesOf(size));
  } else {
    FreeBytes(bytes, size);
  }
}

void PagePool::GivePages(std::byte* pages, size_t count) noexcept {
  ForbidAccess(pages, count * kPageSize);
  {
    const std::lock_guard lock(mutex_);
    if (warm_bytes_ + count * kPageSize <= kWarmBytesMax) {
      warm_bytes_ += count * kPageSize;
      warm_[count].push_back(pages);
      return;
    }
  }
  DropPages(pages, count * kPageSize);
  const std::lock_guard lock(mutex_);
  cold_[count].push_back(pages);
}

}  // namespace logwood
