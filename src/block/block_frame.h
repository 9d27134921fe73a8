#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "block/block.h"
#include "logwood/pin.h"

namespace logwood {

class BlockFrame;

// Where in memory the part of a block stands that a search looks at: header, heads and ends. Known before the frame is,
// it lets a reader ask for all its lines at once, instead of waiting for one after the other.
class BlockFront {
 public:
  constexpr BlockFront() noexcept = default;
  explicit BlockFront(const Block& block) noexcept;

  // Begins to bring it into the processor's cache. Harmless where the block has gone.
  void Prefetch() const noexcept {
    const size_t lines = std::bit_cast<uintptr_t>(end_) % kLineSize;
    for (size_t i = 0; i < lines; ++i) __builtin_prefetch(end_ - lines + i * kLineSize);
  }

 private:
  static constexpr size_t kLineSize = 64;
  static constexpr size_t kLinesMax = 24;  // More than a processor can fetch at once gain nothing.

  // Blocks begin at a line, so the address has room for the number of lines.
  const std::byte* end_ = nullptr;
};

// Where a block is found again if it is in memory. What it says may be out of date by the time it is read: Pin() of the
// frame tells. Thread-safe.
struct BlockSlot {
  std::atomic<BlockFrame*> frame = nullptr;
  std::atomic<BlockFront> front;  // Relaxed: a hint.
};

// A place in memory for one block after another. A frame lives as long as its cache, so that a reader may look at one
// that is being given to another block; what a cache leaves pinned lives until the last pin goes. Leis et al.,
// "LeanStore", ICDE 2018, for the idea of reaching a block through its referrer and not through a table.
//
//   1. A reader takes the frame from the slot, adds a pin, and looks again: if the frame is not being emptied and the
//      slot still names it, the pin holds. Else it takes the pin back.
//   2. The cache empties a frame only if it can mark it so while it has no pin, in one step. Then it clears the slot,
//      then the block. A reader whose pin came before made that step fail; one who comes after sees the mark, or, once
//      the frame has another block, a slot that names it no more.
class alignas(64) BlockFrame {
 public:
  BlockFrame() = default;
  BlockFrame(const BlockFrame&) = delete;  // Slots and pins refer to it.
  BlockFrame& operator=(const BlockFrame&) = delete;

  // Begins to bring into the processor's cache what a reader of the block looks at.
  void Prefetch() const noexcept {
    constexpr size_t kLineSize = 64;
    const auto* const line = static_cast<const char*>(static_cast<const void*>(this));
    __builtin_prefetch(line);
    __builtin_prefetch(line + kLineSize);
  }

  // Adds a pin if the frame holds the block of `slot`, which named it.
  [[nodiscard]] bool PinFor(const BlockSlot& slot) noexcept {
    const uint64_t before = state_.fetch_add(kPin + kHit, std::memory_order_acquire);
    if ((before & (kEmptying | kPinsFull)) == 0 && slot.frame.load(std::memory_order_relaxed) == this) {
      if (!referenced_.load(std::memory_order_relaxed)) referenced_.store(true, std::memory_order_relaxed);
      return true;
    }
    state_.fetch_sub(kHit, std::memory_order_relaxed);
    Unpin();
    return false;
  }
  void Unpin() noexcept {
    const uint64_t before = state_.fetch_sub(kPin, std::memory_order_acq_rel);
    if ((before & (kPinsMask | kAbandoned)) == (kPin | kAbandoned)) delete this;
  }
  // Requires: pinned.
  [[nodiscard]] const Block& block() const noexcept { return block_; }

  // What follows is the cache's, one thread at a time.

  // Marks the frame as being emptied, unless it is pinned.
  [[nodiscard]] bool TryEmpty() noexcept;
  // Gives it a block and one pin. Requires: new, or emptied.
  void Fill(Block block, BlockSlot* slot) noexcept;
  // Requires: emptied.
  [[nodiscard]] Block TakeBlock() noexcept { return std::exchange(block_, Block()); }
  // Leaves the frame to its pins: the last of them deletes it, or this call, if there is none.
  void Abandon() noexcept;

  [[nodiscard]] BlockSlot* slot() const noexcept { return slot_; }
  void set_slot(BlockSlot* slot) noexcept { slot_ = slot; }
  [[nodiscard]] bool TakeReference() noexcept { return referenced_.exchange(false, std::memory_order_relaxed); }
  // Times that PinFor() succeeded, since the frame was made; modulo 2^36.
  [[nodiscard]] uint64_t hits() const noexcept { return state_.load(std::memory_order_relaxed) / kHit; }

 private:
  // The state: pins in the low bits, two marks, hits in the high bits.
  static constexpr uint64_t kPin = 1;
  static constexpr uint64_t kPinsMask = (uint64_t{1} << 26) - 1;
  static constexpr uint64_t kPinsFull = uint64_t{1} << 25;  // Further readers read a copy of their own.
  static constexpr uint64_t kEmptying = uint64_t{1} << 26;
  static constexpr uint64_t kAbandoned = uint64_t{1} << 27;
  static constexpr uint64_t kHit = uint64_t{1} << 28;

  std::atomic<uint64_t> state_ = kEmptying;
  std::atomic<bool> referenced_ = false;  // Since the clock's hand last came by.
  BlockSlot* slot_ = nullptr;             // Null: none, or one that has gone.
  Block block_;
};

// A block that stays in memory. Movable; thread-compatible; outlives the cache.
class BlockPin {
 public:
  BlockPin() noexcept = default;
  // Takes over a pin of `frame`.
  explicit BlockPin(BlockFrame* frame) noexcept : frame_(frame) {}
  BlockPin(BlockPin&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
  BlockPin& operator=(BlockPin&& other) noexcept {
    std::swap(frame_, other.frame_);
    return *this;
  }
  ~BlockPin() {
    if (frame_ != nullptr) frame_->Unpin();
  }

  explicit operator bool() const noexcept { return frame_ != nullptr; }
  // Require: not empty.
  [[nodiscard]] const Block& operator*() const noexcept { return frame_->block(); }
  [[nodiscard]] const Block* operator->() const noexcept { return &frame_->block(); }

  // The same pin for whoever need not know of blocks.
  [[nodiscard]] Pin ToPin() && noexcept {
    return {std::exchange(frame_, nullptr),
            [](const void* frame) noexcept { static_cast<BlockFrame*>(const_cast<void*>(frame))->Unpin(); }};
  }

 private:
  BlockFrame* frame_ = nullptr;  // Null: empty.
};

}  // namespace logwood
