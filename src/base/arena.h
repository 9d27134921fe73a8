#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "logwood/bytes.h"

namespace logwood {

// Memory that is handed out piece by piece and given back all at once. One thread allocates; any thread may read
// bytes() and what was allocated and published to it.
class Arena {
 public:
  Arena() = default;
  Arena(const Arena&) = delete;  // Pieces point into it.
  Arena& operator=(const Arena&) = delete;

  // `size` bytes, aligned to `alignment` (a power of two up to 16), not initialised. They live as long as the arena.
  std::byte* Allocate(size_t size, size_t alignment = 8);
  // A copy of `data` in the arena.
  Bytes Copy(Bytes data);
  // Bytes taken from the system.
  [[nodiscard]] size_t bytes() const noexcept { return bytes_.load(std::memory_order_relaxed); }

 private:
  static constexpr size_t kChunkSizeMin = 4096;
  static constexpr size_t kChunkSizeMax = size_t{1} << 20;

  std::byte* NewChunk(size_t size);

  std::vector<std::unique_ptr<std::byte[]>> chunks_;
  std::byte* next_ = nullptr;
  size_t left_ = 0;
  size_t chunk_size_ = kChunkSizeMin;
  std::atomic<size_t> bytes_ = 0;  // Relaxed: a figure, nothing is published by it.
};

}  // namespace logwood
