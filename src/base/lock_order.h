#pragma once

#include <cstddef>
#include <cstdint>

namespace logwood {

// The locks of which a thread may hold several, in the order in which it may take them: who holds one takes only those
// behind it. What each guards stands in docs/ARCHITECTURE.md.
enum class LockRank : uint8_t {
  kClosing = 1,
  kRestWatch = 2,    // And DelayedJob.
  kCommitQueue = 3,  // No mutex: to lead the queue, or to wait for that.
  kRoot = 4,
  kCommitPipeline = 5,
  kBackground = 6,
  kPacer = 7,
  kErrorLatch = 8,
  kFileTable = 9,
  kReadStates = 10,
  kHeldViews = 11,
  kResidentClock = 12,
  kCacheShard = 13,
  kViewCensus = 14,
  kLeaf = 15,  // All others: who holds one takes none at all.
};
inline constexpr size_t kLockRanks = 15;

// As the document has it.
[[nodiscard]] const char* NameOf(LockRank rank) noexcept;

// The place of one lock in the order. Builds for debugging and those with sanitizers define LOGWOOD_CHECK_LOCK_ORDER:
// then it keeps account of what each thread holds, and ends the process with the names of both locks where one is taken
// out of order, whether or not another thread stands in the way. In other builds it is empty and does nothing.
// Thread-safe.
class LockOrder {
 public:
#ifdef LOGWOOD_CHECK_LOCK_ORDER
  explicit LockOrder(LockRank rank) noexcept : rank_(rank) {}
  void OnTake() const noexcept;
  void OnGiveBack() const noexcept;
  // Waiting for a condition gives the lock back and takes it again: it must be the last that was taken.
  void OnWait() const noexcept;

 private:
  const LockRank rank_;
#else
  explicit LockOrder(LockRank) noexcept {}
  void OnTake() const noexcept {}
  void OnGiveBack() const noexcept {}
  void OnWait() const noexcept {}
#endif
};

// What the thread holds is set aside for as long as this lives: while it waits, its scheduler may run on it what is
// another's.
class HeldSetAside {
 public:
  HeldSetAside(const HeldSetAside&) = delete;  // Restored once.
  HeldSetAside& operator=(const HeldSetAside&) = delete;
#ifdef LOGWOOD_CHECK_LOCK_ORDER
  HeldSetAside() noexcept;
  ~HeldSetAside();

 private:
  const size_t begin_;
#else
  HeldSetAside() noexcept {}
  ~HeldSetAside() {}
#endif
};

// Has a place in the order, without being a mutex, for as long as it lives.
class HeldPlace {
 public:
  explicit HeldPlace(LockRank rank) noexcept : order_(rank) { order_.OnTake(); }
  HeldPlace(const HeldPlace&) = delete;  // Given back once.
  HeldPlace& operator=(const HeldPlace&) = delete;
  ~HeldPlace() { order_.OnGiveBack(); }

 private:
  [[no_unique_address]] const LockOrder order_;
};

}  // namespace logwood
