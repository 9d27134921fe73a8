#include "block/block_frame.h"

#include <algorithm>

#include "base/assert.h"

namespace logwood {

BlockFront::BlockFront(const Block& block) noexcept {
  const Bytes front = block.front();
  // Elsewhere than at a line stand only those that no cache keeps.
  if (std::bit_cast<uintptr_t>(front.data()) % kLineSize != 0) return;
  end_ = front.data() + std::min((front.size() + kLineSize - 1) / kLineSize, kLinesMax);
}

bool BlockFrame::TryEmpty() noexcept {
  uint64_t state = state_.load(std::memory_order_relaxed);
  while ((state & (kPinsMask | kEmptying)) == 0) {
    // Acquires what the last reader released; releases nothing but the mark.
    if (state_.compare_exchange_weak(state, state | kEmptying, std::memory_order_acq_rel, std::memory_order_relaxed)) {
      return true;
    }
  }
  return false;
}

void BlockFrame::Fill(Block block, BlockSlot* slot) noexcept {
  LOGWOOD_DEBUG_ASSERT((state_.load(std::memory_order_relaxed) & kEmptying) != 0);
  block_ = std::move(block);
  slot_ = slot;
  referenced_.store(false, std::memory_order_relaxed);
  // Pins that come and go meanwhile belong to readers who will see that they are wrong here.
  state_.fetch_add(kPin - kEmptying, std::memory_order_release);
}

void BlockFrame::Abandon() noexcept {
  const uint64_t before = state_.fetch_or(kAbandoned, std::memory_order_acq_rel);
  if ((before & kPinsMask) == 0) delete this;
}

}  // namespace logwood
