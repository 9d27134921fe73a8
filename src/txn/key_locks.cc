#include "txn/key_locks.h"

#include <algorithm>
#include <utility>

namespace logwood {

Status KeyLocks::Acquire(TransactionId owner, CollectionId collection, Bytes key, std::chrono::nanoseconds patience) {
  const MutexLock lock(mutex_);
  const auto [at, is_free] =
      locks_.try_emplace(Name{.collection = collection, .key = key.ToString()}, Lock{.owner = owner, .waiters = {}});
  if (!is_free && at->second.owner == owner) return Status::Ok();
  if (is_free) {
    held_[owner].push_back(at);
    return Status::Ok();
  }
  return WaitFor(at, owner, patience);
}

Status KeyLocks::WaitFor(Locks::iterator lock, TransactionId owner, std::chrono::nanoseconds patience) {
  const std::vector<TransactionId> cycle = CycleThrough(owner, lock->second.owner);
  if (!cycle.empty()) {
    ++counts_.deadlocks;
    std::string message = "transaction " + std::to_string(owner.value());
    for (const TransactionId next : cycle) message += " waits for " + std::to_string(next.value());
    return {StatusCode::kDeadlock, message + ": roll back and retry"};
  }
  Waiter waiter(owner, runtime_);
  lock->second.waiters.push_back(&waiter);
  waits_for_.emplace(owner, lock);
  const std::chrono::nanoseconds begun = runtime_.Now();
  const std::chrono::nanoseconds deadline = begun + patience;
  for (std::chrono::nanoseconds now = begun; !waiter.holds && now < deadline; now = runtime_.Now()) {
    waiter.granted.WaitFor(mutex_, deadline - now);
  }
  if (waiter.holds) return Status::Ok();
  waits_for_.erase(owner);
  std::erase(lock->second.waiters, &waiter);
  ++counts_.timeouts;
  return {StatusCode::kTimeout,
          "transaction " + std::to_string(owner.value()) + " waited " +
              std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(patience).count()) +
              " ms for a key that transaction " + std::to_string(lock->second.owner.value()) + " holds"};
}

// Each waits for one key at most, so there is one way to follow. Who waits in the same queue before `owner` waits for
// that key and for nothing else.
std::vector<TransactionId> KeyLocks::CycleThrough(TransactionId owner, TransactionId wanted) const {
  std::vector<TransactionId> way{wanted};
  for (;;) {
    if (way.back() == owner) return way;
    const auto next = waits_for_.find(way.back());
    if (next == waits_for_.end()) return {};
    way.push_back(next->second->second.owner);
  }
}

void KeyLocks::ReleaseAll(TransactionId owner) {
  const MutexLock lock(mutex_);
  const auto held = held_.find(owner);
  if (held == held_.end()) return;
  const std::vector<Locks::iterator> locks = std::move(held->second);
  held_.erase(held);
  for (const Locks::iterator& each : locks) PassOn(each);
}

KeyLocks::Counts KeyLocks::counts() const {
  const MutexLock lock(mutex_);
  return counts_;
}

void KeyLocks::PassOn(Locks::iterator lock) {
  if (lock->second.waiters.empty()) {
    locks_.erase(lock);
    return;
  }
  Waiter* const next = lock->second.waiters.front();
  lock->second.waiters.pop_front();
  lock->second.owner = next->owner;
  held_[next->owner].push_back(lock);
  waits_for_.erase(next->owner);  // Now, and not once it wakes up: it would seem to wait for itself.
  next->holds = true;
  next->granted.NotifyOne();  // Under the mutex: the waiter may be gone as soon as it is released.
}

}  // namespace logwood
