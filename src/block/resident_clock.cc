#include "block/resident_clock.h"

#include <algorithm>
#include <iterator>

namespace logwood {

ResidentSlot::~ResidentSlot() { clock_.Forget(*this); }

const void* ResidentSlot::Publish(Owner made, size_t bytes) { return clock_.Publish(*this, std::move(made), bytes); }

void ResidentClock::MakeRoom() {
  std::vector<Unlinked> unread;  // Outlives the lock, as all that is destroyed here: that takes other locks.
  const MutexLock lock(mutex_);
  MakeRoomBut(nullptr);
  unread = TakeUnread();
}

const void* ResidentClock::Publish(ResidentSlot& slot, Owner made, size_t bytes) {
  const MutexLock lock(mutex_);
  // A second one is destroyed by the caller, whose argument it is.
  if (slot.owner_ != nullptr) return slot.owner_.get();
  slot.owner_.swap(made);
  slot.bytes_ = bytes;
  slot.referenced_.store(false, std::memory_order_relaxed);
  slot.object_.store(slot.owner_.get(), std::memory_order_seq_cst);
  budget_.Charge(slot.use_, bytes);
  full_.push_back(&slot);
  MakeRoomBut(&slot);
  return slot.owner_.get();
}

void ResidentClock::Forget(ResidentSlot& slot) {
  Owner forgotten(nullptr, [](const void*) {});
  const MutexLock lock(mutex_);
  if (slot.owner_ == nullptr) return;
  std::erase(full_, &slot);
  forgotten.swap(slot.owner_);
  budget_.Release(slot.use_, slot.bytes_);
}

// Once around, and once more for those that were marked.
void ResidentClock::MakeRoomBut(const ResidentSlot* kept) {
  for (size_t steps = 2 * full_.size(); steps > 0 && budget_.bytes_short() > 0; --steps) {
    hand_ = hand_ + 1 < full_.size() ? hand_ + 1 : 0;
    ResidentSlot& slot = *full_[hand_];
    if (&slot == kept || slot.referenced_.exchange(false, std::memory_order_relaxed)) continue;
    unlinked_.push_back({.owner = Unlink(slot), .pending = {}});
    unlinked_count_.store(unlinked_.size(), std::memory_order_relaxed);
    full_[hand_] = full_.back();
    full_.pop_back();
    if (full_.empty()) return;
  }
}

ResidentClock::Owner ResidentClock::Unlink(ResidentSlot& slot) {
  slot.object_.store(nullptr, std::memory_order_seq_cst);
  budget_.Release(slot.use_, slot.bytes_);
  Owner owner(nullptr, [](const void*) {});
  owner.swap(slot.owner_);
  return owner;
}

void ResidentClock::DestroyUnread() {
  std::vector<Unlinked> unread;
  const MutexLock lock(mutex_);
  unread = TakeUnread();
}

std::vector<ResidentClock::Unlinked> ResidentClock::TakeUnread() {
  for (Unlinked& unlinked : unlinked_) sections_.Update(unlinked.pending);
  const auto first_unread =
      std::partition(unlinked_.begin(), unlinked_.end(), [](const Unlinked& each) { return !each.pending.empty(); });
  std::vector<Unlinked> unread(std::make_move_iterator(first_unread), std::make_move_iterator(unlinked_.end()));
  unlinked_.erase(first_unread, unlinked_.end());
  unlinked_count_.store(unlinked_.size(), std::memory_order_relaxed);
  return unread;
}

}  // namespace logwood
