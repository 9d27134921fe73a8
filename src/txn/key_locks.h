#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/mutex.h"
#include "logwood/bytes.h"
#include "logwood/runtime.h"
#include "logwood/status.h"

namespace logwood {

// Names a transaction among those that hold keys.
using TransactionId = StrongId<struct TransactionIdTag, uint64_t>;

// Keys that transactions hold exclusively, so that those which all want the same key take turns instead of conflicting.
// Who waits is served in the order of coming. Only who asks here is held up: the commit check alone decides what may be
// written. Thread-safe.
class KeyLocks {
 public:
  explicit KeyLocks(Runtime& runtime) : runtime_(runtime), mutex_(runtime) {}
  KeyLocks(const KeyLocks&) = delete;  // Waiters know it.
  KeyLocks& operator=(const KeyLocks&) = delete;

  // Waits until `owner` holds the key; at once where it does already. Errors: kTimeout; kDeadlock (the message has the
  // cycle). Requires: one call at a time for an owner.
  Status Acquire(TransactionId owner, CollectionId collection, Bytes key, std::chrono::nanoseconds patience);
  // Gives all keys of `owner` to those who wait for them.
  void ReleaseAll(TransactionId owner);

  // How often Acquire() has told of what.
  struct Counts {
    uint64_t timeouts = 0;
    uint64_t deadlocks = 0;
  };
  [[nodiscard]] Counts counts() const;

 private:
  struct Name {
    CollectionId collection;
    std::string key;
    friend auto operator<=>(const Name&, const Name&) = default;
  };
  // Lives on the stack of who waits.
  struct Waiter {
    Waiter(TransactionId of, Runtime& runtime) : owner(of), granted(runtime) {}
    const TransactionId owner;
    Condition granted;
    bool holds = false;
  };
  struct Lock {
    TransactionId owner;
    std::deque<Waiter*> waiters;
  };
  using Locks = std::map<Name, Lock>;

  Status WaitFor(Locks::iterator lock, TransactionId owner, std::chrono::nanoseconds patience) REQUIRES(mutex_);
  [[nodiscard]] std::vector<TransactionId> CycleThrough(TransactionId owner, TransactionId wanted) const
      REQUIRES(mutex_);
  void PassOn(Locks::iterator lock) REQUIRES(mutex_);

  Runtime& runtime_;
  mutable Mutex mutex_;
  Locks locks_ GUARDED_BY(mutex_);
  std::map<TransactionId, std::vector<Locks::iterator>> held_ GUARDED_BY(mutex_);
  std::map<TransactionId, Locks::iterator> waits_for_ GUARDED_BY(mutex_);
  Counts counts_ GUARDED_BY(mutex_);
};

}  // namespace logwood
