#include "base/arena.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "base/assert.h"

namespace logwood {

std::byte* Arena::Allocate(size_t size, size_t alignment) {
  LOGWOOD_DEBUG_ASSERT(alignment > 0 && alignment <= 16 && (alignment & (alignment - 1)) == 0);
  size_t padding = (alignment - reinterpret_cast<uintptr_t>(next_) % alignment) % alignment;
  if (left_ < size + padding) {
    // A big piece gets a chunk of its own, and what is left of the last one stays in use.
    if (size > kChunkSizeMax / 4) return NewChunk(size);
    left_ = std::max(size, chunk_size_);
    next_ = NewChunk(left_);
    chunk_size_ = std::min(chunk_size_ * 2, kChunkSizeMax);
    padding = 0;  // operator new[] aligns to 16.
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
  chunks_.push_back(std::make_unique_for_overwrite<std::byte[]>(size));
  bytes_.fetch_add(size, std::memory_order_relaxed);
  return chunks_.back().get();
}

}  // namespace logwood
