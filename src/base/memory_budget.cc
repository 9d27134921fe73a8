#include "base/memory_budget.h"

#include <algorithm>
#include <limits>

namespace logwood {

// An eighth is left for blocks: with less, merges and scans would read each block more than once. What nobody charges,
// as buffers of the allocator and spare pages, has been seen to take up to a quarter of 32 MiB and 20 of 128 MiB.
std::shared_ptr<MemoryBudget> MemoryBudget::Of(uint64_t total_bytes) {
  const uint64_t charged = total_bytes - std::min(total_bytes / 32 * 5, uint64_t{12} << 20);
  return std::make_shared<MemoryBudget>(
      Limits{.total_bytes = charged, .blocks_bytes_min = total_bytes / 8, .blocks_bytes_max = charged});
}

std::shared_ptr<MemoryBudget> MemoryBudget::OfBlocks(uint64_t blocks_bytes) {
  return std::make_shared<MemoryBudget>(Limits{.total_bytes = std::numeric_limits<uint64_t>::max(),
                                               .blocks_bytes_min = blocks_bytes,
                                               .blocks_bytes_max = blocks_bytes});
}

uint64_t MemoryBudget::blocks_bytes_room() const noexcept {
  const uint64_t left = limits_.total_bytes - std::min(limits_.total_bytes, BytesBesideBlocks());
  return std::clamp(left, limits_.blocks_bytes_min, limits_.blocks_bytes_max);
}

uint64_t MemoryBudget::bytes_short() const noexcept {
  const uint64_t for_others = limits_.total_bytes - limits_.blocks_bytes_min;
  return std::max(BytesBesideBlocks(), for_others) - for_others;
}

uint64_t MemoryBudget::BytesBesideBlocks() const noexcept {
  uint64_t sum = 0;
  for (size_t use = 0; use < kMemoryUses; ++use) {
    if (use != static_cast<size_t>(MemoryUse::kBlocks)) sum += used_[use].load(std::memory_order_relaxed);
  }
  return sum;
}

void MemoryCharge::Set(size_t bytes) noexcept {
  if (budget_ == nullptr) return;
  if (bytes > bytes_) budget_->Charge(use_, bytes - bytes_);
  if (bytes < bytes_) budget_->Release(use_, bytes_ - bytes);
  bytes_ = bytes;
}

}  // namespace logwood
