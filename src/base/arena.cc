#include "base/arena.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <sys/mman.h>
#include <utility>

#include "base/assert.h"

namespace logwood {
namespace {

constexpr size_t kAlignmentMax = 64;

// Has the system put memory behind a chunk at once, for half of what a fault at each page's first touch takes together.
void Populate([[maybe_unused]] std::byte* chunk, [[maybe_unused]] size_t size) noexcept {
#if defined(MADV_POPULATE_WRITE)
  ::madvise(chunk, size, MADV_POPULATE_WRITE);  // Where the system does not know it, pages fault one by one.
#endif
}

}  // namespace

ArenaPool::~ArenaPool() {
  if (budget_ != nullptr) budget_->Release(MemoryUse::kSpareArenas, chunks_.size() * Arena::kChunkSizeMax);
}

size_t ArenaPool::bytes() const {
  const std::lock_guard lock(mutex_);
  return chunks_.size() * Arena::kChunkSizeMax;
}

ArenaChunk ArenaPool::Take() {
  const std::lock_guard lock(mutex_);
  if (chunks_.empty()) return nullptr;
  ArenaChunk chunk = std::move(chunks_.back());
  chunks_.pop_back();
  AllowAccess(chunk.get(), Arena::kChunkSizeMax);
  if (budget_ != nullptr) budget_->Release(MemoryUse::kSpareArenas, Arena::kChunkSizeMax);
  return chunk;
}

void ArenaPool::Give(ArenaChunk chunk) {
  const std::lock_guard lock(mutex_);
  if ((chunks_.size() + 1) * Arena::kChunkSizeMax > capacity_bytes_) return;
  ForbidAccess(chunk.get(), Arena::kChunkSizeMax);
  if (budget_ != nullptr) budget_->Charge(MemoryUse::kSpareArenas, Arena::kChunkSizeMax);
  chunks_.push_back(std::move(chunk));
}

Arena::Arena(std::shared_ptr<ArenaPool> pool) : pool_(std::move(pool)) {}

Arena::~Arena() {
  if (pool_ == nullptr) return;
  if (pool_->budget_ != nullptr) pool_->budget_->Release(MemoryUse::kMemtables, bytes());
  for (ArenaChunk& chunk : large_chunks_) pool_->Give(std::move(chunk));
}

std::byte* Arena::Allocate(size_t size, size_t alignment) {
  LOGWOOD_DEBUG_ASSERT(alignment > 0 && alignment <= kAlignmentMax && (alignment & (alignment - 1)) == 0);
  size_t padding = (alignment - reinterpret_cast<uintptr_t>(next_) % alignment) % alignment;
  if (left_ < size + padding) {
    // A big piece gets a chunk of its own, and what is left of the last one stays in use.
    if (size > kChunkSizeMax / 4) return NewChunk(size);
    left_ = std::max(size, chunk_size_);
    next_ = NewChunk(left_);
    chunk_size_ = std::min(chunk_size_ * 2, kChunkSizeMax);
    padding = 0;  // Chunks are aligned to the largest.
  }
  std::byte* const piece = next_ + padding;
  next_ += padding + size;
  left_ -= padding + size;
  return piece;
}

Bytes Arena::Copy(Bytes data) {
  std::byte* const copy = Allocate(data.size(), 1);
  if (!data.empty()) std::memcpy(copy, data.data(), data.size());
  return {copy, data.size()};
}

std::byte* Arena::NewChunk(size_t size) {
  const bool is_large = size == kChunkSizeMax;
  ArenaChunk chunk = is_large && pool_ != nullptr ? pool_->Take() : nullptr;
  if (chunk == nullptr) {
    chunk = ArenaChunk(AllocateBytes(size), ArenaChunkDeleter{size});
    if (is_large) Populate(chunk.get(), size);
  }
  if (pool_ != nullptr && pool_->budget_ != nullptr) pool_->budget_->Charge(MemoryUse::kMemtables, size);
  bytes_.fetch_add(size, std::memory_order_relaxed);
  std::vector<ArenaChunk>& chunks = is_large ? large_chunks_ : chunks_;
  chunks.push_back(std::move(chunk));
  return chunks.back().get();
}

}  // namespace logwood
