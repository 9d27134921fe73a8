#include "base/arena.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <functional>
#include <sys/mman.h>
#include <utility>

#include "base/assert.h"

namespace logwood {
namespace {

[[maybe_unused]] constexpr size_t kAlignmentMax = 64;  // Asserted in builds for debugging alone.

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

// A chunk and what is charged for it. It goes when the arena has gone and nothing in it is kept any more.
class Arena::Chunk {
 public:
  Chunk(ArenaChunk memory, std::shared_ptr<ArenaPool> pool)
      : memory_(std::move(memory)), charged_(memory_.get_deleter().size), pool_(std::move(pool)) {
    if (MemoryBudget* const budget = this->budget()) budget->Charge(MemoryUse::kMemtables, charged_);
  }
  Chunk(const Chunk&) = delete;  // Who keeps a piece refers to it.
  Chunk& operator=(const Chunk&) = delete;
  ~Chunk() {
    if (MemoryBudget* const budget = this->budget()) budget->Release(MemoryUse::kMemtables, charged_);
    const bool is_whole = charged_ == size();
    if (pool_ != nullptr && is_whole && size() == kChunkSizeMax) pool_->Give(std::move(memory_));
  }

  [[nodiscard]] std::byte* begin() const noexcept { return memory_.get(); }
  [[nodiscard]] bool Has(Bytes piece) const noexcept {
    return std::less_equal<>()(begin(), piece.data()) && std::less_equal<>()(piece.end(), begin() + size());
  }
  void AddKept(Bytes piece) {
    const auto offset = static_cast<size_t>(piece.data() - begin());
    kept_.push_back({.begin = offset / kPageSize * kPageSize, .end = offset + piece.size()});
  }
  // Gives back the pages in which nothing is kept.
  void DropOthers() {
    if (kept_.empty() || size() < kOwnPagesSizeMin) return;
    std::ranges::sort(kept_, {}, &Kept::begin);
    size_t next = 0;
    for (const Kept& kept : kept_) {
      Drop(next, kept.begin);
      next = std::max(next, (kept.end + kPageSize - 1) / kPageSize * kPageSize);
    }
    Drop(next, size() / kPageSize * kPageSize);
  }

 private:
  struct Kept {
    size_t begin;  // Of its first page.
    size_t end;
  };

  [[nodiscard]] size_t size() const noexcept { return memory_.get_deleter().size; }
  [[nodiscard]] MemoryBudget* budget() const noexcept { return pool_ == nullptr ? nullptr : pool_->budget_.get(); }
  void Drop(size_t from, size_t to) {
    if (from >= to) return;
    DropPages(begin() + from, to - from);
    ForbidAccess(begin() + from, to - from);
    charged_ -= to - from;
    if (MemoryBudget* const budget = this->budget()) budget->Release(MemoryUse::kMemtables, to - from);
  }

  ArenaChunk memory_;
  size_t charged_;
  const std::shared_ptr<ArenaPool> pool_;  // Or null.
  std::vector<Kept> kept_;                 // Perhaps no more.
};

Arena::Arena(std::shared_ptr<ArenaPool> pool) : pool_(std::move(pool)) {}

Arena::~Arena() {
  for (const std::shared_ptr<Chunk>& chunk : chunks_) {
    if (chunk.use_count() > 1) chunk->DropOthers();
  }
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

std::shared_ptr<const void> Arena::Keep(Bytes piece) {
  if (piece.empty()) return nullptr;
  const std::lock_guard lock(mutex_);
  const auto chunk = std::ranges::find_if(chunks_, [&](const auto& each) { return each->Has(piece); });
  if (chunk == chunks_.end()) return nullptr;
  (*chunk)->AddKept(piece);
  return *chunk;
}

std::byte* Arena::NewChunk(size_t size) {
  const bool is_large = size == kChunkSizeMax;
  ArenaChunk memory = is_large && pool_ != nullptr ? pool_->Take() : nullptr;
  if (memory == nullptr) {
    memory = ArenaChunk(AllocateBytes(size), ArenaChunkDeleter{size});
    if (is_large) Populate(memory.get(), size);
  }
  auto chunk = std::make_shared<Chunk>(std::move(memory), pool_);
  std::byte* const begin = chunk->begin();
  bytes_.fetch_add(size, std::memory_order_relaxed);
  const std::lock_guard lock(mutex_);
  chunks_.push_back(std::move(chunk));
  return begin;
}

}  // namespace logwood
