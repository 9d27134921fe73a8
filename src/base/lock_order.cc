#include "base/lock_order.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace logwood {

const char* NameOf(LockRank rank) noexcept {
  switch (rank) {
    case LockRank::kClosing: return "Engine::closing_";
    case LockRank::kRestWatch: return "RestWatch::mutex_";
    case LockRank::kCommitQueue: return "leading the commit queue";
    case LockRank::kRoot: return "Root::mutex_";
    case LockRank::kCommitPipeline: return "CommitPipeline::mutex_";
    case LockRank::kBackground: return "Background::mutex_";
    case LockRank::kPacer: return "Pacer::mutex_";
    case LockRank::kErrorLatch: return "ErrorLatch::mutex_";
    case LockRank::kFileTable: return "FileTable::mutex_";
    case LockRank::kReadStates: return "ReadStates::mutex_";
    case LockRank::kHeldViews: return "HeldViews::mutex_";
    case LockRank::kResidentClock: return "ResidentClock::mutex_";
    case LockRank::kCacheShard: return "a shard of BlockCache";
    case LockRank::kViewCensus: return "ViewCensus::mutex_";
    case LockRank::kLeaf: return "a lock that is held alone";
  }
  return "?";
}

#ifdef LOGWOOD_CHECK_LOCK_ORDER

namespace {

// What one thread holds, the last taken at the end. Without a destructor, for threads take locks until their very end.
struct HeldLocks {
  static constexpr size_t kMax = 8 * kLockRanks;  // Waits within waits are few.

  std::array<const LockOrder*, kMax> locks{};
  std::array<LockRank, kMax> ranks{};
  size_t begin = 0;  // All before is set aside.
  size_t count = 0;

  [[nodiscard]] bool empty() const noexcept { return count == begin; }
};

HeldLocks& OfThisThread() noexcept {
  constinit thread_local HeldLocks held;
  return held;
}

[[noreturn]] void EndWith(const char* what, LockRank rank, LockRank held) noexcept {
  std::fprintf(stderr, "lock order: a thread %s %s (%d) while it holds %s (%d)\n", what, NameOf(rank),
               static_cast<int>(rank), NameOf(held), static_cast<int>(held));
  std::abort();
}

}  // namespace

// Ranks rise from lock to lock, so the last is the highest.
void LockOrder::OnTake() const noexcept {
  HeldLocks& held = OfThisThread();
  if (!held.empty() && held.ranks[held.count - 1] >= rank_) EndWith("takes", rank_, held.ranks[held.count - 1]);
  if (held.count == HeldLocks::kMax) EndWith("takes one too many,", rank_, held.ranks[held.count - 1]);
  held.locks[held.count] = this;
  held.ranks[held.count] = rank_;
  ++held.count;
}

// In any order.
void LockOrder::OnGiveBack() const noexcept {
  HeldLocks& held = OfThisThread();
  const auto end = held.locks.begin() + static_cast<std::ptrdiff_t>(held.count);
  const auto at =
      std::find(held.locks.begin() + static_cast<std::ptrdiff_t>(held.begin), end, this) - held.locks.begin();
  if (at == static_cast<std::ptrdiff_t>(held.count)) {
    std::fprintf(stderr, "lock order: a thread gives back %s, which it does not hold\n", NameOf(rank_));
    std::abort();
  }
  std::copy(held.locks.begin() + at + 1, end, held.locks.begin() + at);
  std::copy(held.ranks.begin() + at + 1, held.ranks.begin() + static_cast<std::ptrdiff_t>(held.count),
            held.ranks.begin() + at);
  --held.count;
}

void LockOrder::OnWait() const noexcept {
  const HeldLocks& held = OfThisThread();
  if (!held.empty() && held.locks[held.count - 1] != this) EndWith("waits with", rank_, held.ranks[held.count - 1]);
}

HeldSetAside::HeldSetAside() noexcept : begin_(std::exchange(OfThisThread().begin, OfThisThread().count)) {}

HeldSetAside::~HeldSetAside() { OfThisThread().begin = begin_; }

#endif

}  // namespace logwood
