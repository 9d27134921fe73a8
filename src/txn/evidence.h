#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/mutex.h"
#include "logwood/runtime.h"
#include "memtable/generation.h"
#include "txn/conflict.h"
#include "txn/read_set.h"

namespace logwood {

// Where a transaction began: what was written after it is what it may conflict with.
struct TransactionStart {
  Sequence at;               // Its view's.
  uint64_t bulk_writes = 0;  // Ingests before it.
};

// What is kept of the past for the sake of open transactions: generations that were flushed meanwhile, and where
// ingests wrote. Past a share of the memory budget the oldest goes, and with it the chance of those transactions that
// began before. Thread-safe.
class Evidence {
 public:
  // Keeps up to `bytes_max` of generations.
  Evidence(Runtime& runtime, size_t bytes_max) : bytes_max_(bytes_max), mutex_(runtime) {}
  Evidence(const Evidence&) = delete;  // Open transactions are registered.
  Evidence& operator=(const Evidence&) = delete;

  // A transaction is going to take its view: nothing that is written from now on is forgotten until its End(). Returns
  // how many ingests there were.
  [[nodiscard]] uint64_t Begin(Sequence published);
  // One that began at `published` has ended, or has moved on to a later Begin().
  void End(Sequence published);

  // A generation has left the read state. Keeps it where an open transaction may need it.
  void AddFlushed(const std::shared_ptr<const Generation>& generation);
  // An ingest has been installed, which wrote to these.
  void AddBulkWrite(std::vector<ReadSet::Range> ranges);

  // What the transaction reads that was written since its start, as far as flushed generations and ingests tell; or
  // that these do not go back far enough.
  [[nodiscard]] std::optional<Conflict> Find(const ReadSet& reads, const TransactionStart& start) const;

  [[nodiscard]] size_t bytes() const;
  [[nodiscard]] size_t open_transactions() const;

 private:
  void Forget() REQUIRES(mutex_);

  const size_t bytes_max_;
  mutable Mutex mutex_;
  std::multiset<Sequence> open_ GUARDED_BY(mutex_);
  std::deque<std::shared_ptr<const Generation>> generations_ GUARDED_BY(mutex_);  // Oldest first.
  size_t bytes_ GUARDED_BY(mutex_) = 0;
  Sequence complete_since_ GUARDED_BY(mutex_);  // What was written up to here may be forgotten.
  // Of each ingest since the `bulk_writes_forgotten_`th, in order.
  std::deque<std::vector<ReadSet::Range>> bulk_writes_ GUARDED_BY(mutex_);
  uint64_t bulk_writes_forgotten_ GUARDED_BY(mutex_) = 0;
};

}  // namespace logwood
