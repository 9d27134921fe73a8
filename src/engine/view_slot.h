#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "engine/thread_counters.h"

namespace logwood {

class ReadStates;
struct ReadState;

// Where one thread keeps a reference to the current state of one database between its reads, so that a read of a state
// that has not changed writes to no memory but the thread's own. Whoever replaces the state takes the reference away,
// so an idle thread keeps no memtable and no file (the way of RocksDB's thread-local SuperVersion).
//
//   the slot has    since
//   nothing         Revoke(), at any moment; the beginning
//   a mark          the thread's Take(): it is reading
//   a reference     the thread's GiveBack(), if nobody has revoked since Take()
//
// A read within a read (a store may be made of another database, or of the same) finds the mark and makes a reference
// of its own; what it gives back makes the outer one's go.
class alignas(64) ViewSlot {
 public:
  // What a slot may have: a share of a state.
  struct Reference {
    std::shared_ptr<const ReadState> state;
  };

  explicit ViewSlot(const ReadStates* owner) noexcept : owner_(owner) {}
  ViewSlot(const ViewSlot&) = delete;  // Its thread and its owner know it.
  ViewSlot& operator=(const ViewSlot&) = delete;
  ~ViewSlot() { Revoke(); }

  // The slot of this thread for `owner`; null where it has none, or is about to end.
  [[nodiscard]] static ViewSlot* OfThisThread(const ReadStates& owner) noexcept;
  // Makes it the one of this thread; false where the thread is about to end: the slot is left then.
  // Requires: OfThisThread() returned null.
  [[nodiscard]] static bool AddToThisThread(const std::shared_ptr<ViewSlot>& slot);

  // The thread's. Null where there is nothing to take: then the state is to be asked for after this call.
  [[nodiscard]] std::unique_ptr<const Reference> Take() noexcept {
    const Reference* const taken = held_.exchange(&mark_, std::memory_order_acq_rel);  // As all others here: with each
    return std::unique_ptr<const Reference>(taken == &mark_ ? nullptr : taken);        // other.
  }
  // Returns what the slot did not keep.
  std::unique_ptr<const Reference> GiveBack(std::unique_ptr<const Reference> reference) noexcept {
    const Reference* expected = &mark_;
    if (held_.compare_exchange_strong(expected, reference.get(), std::memory_order_acq_rel,
                                      std::memory_order_relaxed)) {
      (void)reference.release();
    }
    return reference;
  }

  // The thread's, to raise; any thread's, to read. What a thread that is_left() has raised is seen by who found that.
  [[nodiscard]] ThreadCounters& counters() noexcept { return counters_; }

  // The owner's, any thread. What the thread is just reading with goes when it is done.
  std::unique_ptr<const Reference> Revoke() noexcept {
    const Reference* const taken = held_.exchange(nullptr, std::memory_order_acq_rel);
    return std::unique_ptr<const Reference>(taken == &mark_ ? nullptr : taken);
  }
  // The owner ends: another may come to have its address.
  void Orphan() noexcept { owner_.store(nullptr, std::memory_order_relaxed); }
  // The thread has ended. Its slot may still have a reference, like that of an idle thread.
  [[nodiscard]] bool is_left() const noexcept { return is_left_.load(std::memory_order_acquire); }

 private:
  class Table;

  std::atomic<const Reference*> held_ = nullptr;  // Owned, unless it is &mark_.
  std::atomic<const ReadStates*> owner_;          // Relaxed: who uses an owner came after what made it.
  std::atomic<bool> is_left_ = false;
  const Reference mark_;
  ThreadCounters counters_;
};

}  // namespace logwood
