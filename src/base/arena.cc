#include "base/arena.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <new>
#include <utility>

#include "base/assert.h"

#if defined(__SANITIZE_ADDRESS__)
#define LOGWOOD_WITH_ADDRESS_SANITIZER
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LOGWOOD_WITH_ADDRESS_SANITIZER
#endif
#endif
#if defined(LOGWOOD_WITH_ADDRESS_SANITIZER)
#include <sanitizer/asan_interface.h>
#endif

namespace logwood {
namespace {

constexpr size_t kAlignmentMax = 64;

// AddressSanitizer is to take what lies in a pool for memory that was given back.
void Forbid([[maybe_unused]] const ArenaChunk& chunk, [[maybe_unused]] size_t size) {
#if defined(LOGWOOD_WITH_ADDRESS_SANITIZER)
  ASAN_POISON_MEMORY_REGION(chunk.get(), size);
#endif
}

void Allow([[maybe_unused]] const ArenaChunk& chunk, [[maybe_unused]] size_t size) {
#if defined(LOGWOOD_WITH_ADDRESS_SANITIZER)
  ASAN_UNPOISON_MEMORY_REGION(chunk.get(), size);
#endif
}

}  // namespace

void ArenaChunkDeleter::operator()(std::byte* chunk) const noexcept {
  ::operator delete[](chunk, std::align_val_t{kAlignmentMax});
}

ArenaPool::~ArenaPool() {
  for (const ArenaChunk& chunk : chunks_) Allow(chunk, Arena::kChunkSizeMax);
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
  Allow(chunk, Arena::kChunkSizeMax);
  return chunk;
}

void ArenaPool::Give(ArenaChunk chunk) {
  const std::lock_guard lock(mutex_);
  if ((chunks_.size() + 1) * Arena::kChunkSizeMax > capacity_bytes_) return;
  Forbid(chunk, Arena::kChunkSizeMax);
  chunks_.push_back(std::move(chunk));
}

Arena::Arena(std::shared_ptr<ArenaPool> pool) : pool_(std::move(pool)) {}

Arena::~Arena() {
  if (pool_ == nullptr) return;
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
    chunk.reset(static_cast<std::byte*>(::operator new[](size, std::align_val_t{kAlignmentMax})));
  }
  bytes_.fetch_add(size, std::memory_order_relaxed);
  std::vector<ArenaChunk>& chunks = is_large ? large_chunks_ : chunks_;
  chunks.push_back(std::move(chunk));
  return chunks.back().get();
}

}  // namespace logwood
