#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "base/quoted.h"
#include "base/status_macros.h"
#include "engine/engine.h"

namespace logwood {

Result<TransactionId> Engine::NewTransactionId() {
  LOGWOOD_RETURN_IF_ERROR(CheckWritable());
  return TransactionId(transactions_.fetch_add(1, std::memory_order_relaxed) + 1);
}

Sequence Engine::published() { return Sequence(states_.published().load(std::memory_order_acquire)); }

void Engine::WaitAtRandom(std::chrono::nanoseconds longest) {
  Mutex mutex(parts_.runtime);
  Condition never(parts_.runtime);
  const MutexLock lock(mutex);
  const auto share = std::chrono::nanoseconds(parts_.runtime.Random() % static_cast<uint64_t>(longest.count() + 1));
  never.WaitFor(mutex, share);
}

// The state before the evidence: a generation comes there before it leaves the state. An id is never used again, so a
// collection that was made anew is another.
std::optional<Conflict> Engine::FindConflict(const TransactionCheck& check) const {
  if (check.reads.empty()) return std::nullopt;
  const std::shared_ptr<const ReadState> state = states_.View().state;
  for (const CollectionId collection : check.reads.collections()) {
    if (!state->trees.contains(collection)) return Conflict{.cause = ConflictCause::kDropped, .collection = collection};
  }
  if (auto found = logwood::FindConflict(check.reads, check.start.at, state->generations)) return found;
  return evidence_.Find(check.reads, check.start);
}

Status Engine::Refuse(const Conflict& conflict) {
  conflicts_[static_cast<size_t>(conflict.cause)].fetch_add(1, std::memory_order_relaxed);
  if (conflict.cause == ConflictCause::kTooOld) {
    return Status::Conflict("transaction is too old: of what was written up to " + ToString(conflict.sequence) +
                            ", after it had begun, too little is in memory to tell whether it conflicts: retry all of "
                            "it");
  }
  std::string collection = std::to_string(conflict.collection.value());
  if (conflict.cause == ConflictCause::kDropped) {
    return Status::Conflict("transaction: collection " + collection +
                            ", which it has read, was dropped after it had begun: retry all of it");
  }
  if (const std::optional<CollectionRoot> root = root_.FindRoot(conflict.collection)) {
    collection = "\"" + root->info.name + "\"";
  }
  const std::string when = conflict.sequence == Sequence() ? "" : " at " + ToString(conflict.sequence);
  return Status::Conflict("transaction: key " + Quoted(conflict.key) + " of collection " + collection +
                          " was written by another commit" + when + " after this one had begun: retry all of it");
}

TransactionStatistics Engine::TakeTransactions() const {
  const auto conflicts = [this](ConflictCause cause) {
    return conflicts_[static_cast<size_t>(cause)].load(std::memory_order_relaxed);
  };
  const KeyLocks::Counts locks = key_locks_.counts();
  return {.open = evidence_.open_transactions(),
          .begun = transactions_.load(std::memory_order_relaxed),
          .committed = commits_without_writes_.load(std::memory_order_relaxed) +
                       (pipeline_ == nullptr ? 0 : pipeline_->transactions()),
          .conflicts = {.keys = conflicts(ConflictCause::kKeyWritten),
                        .ranges = conflicts(ConflictCause::kRangeWritten),
                        .dropped_collections = conflicts(ConflictCause::kDropped),
                        .too_old = conflicts(ConflictCause::kTooOld)},
          .deadlocks = locks.deadlocks,
          .lock_timeouts = locks.timeouts,
          .writes_bytes = budget_->bytes(MemoryUse::kTransactionWrites),
          .reads_bytes = budget_->bytes(MemoryUse::kTransactionReads),
          .evidence_bytes = evidence_.bytes()};
}

}  // namespace logwood
