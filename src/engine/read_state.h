#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "base/ids.h"
#include "base/latency_recorder.h"
#include "base/mutex.h"
#include "cursor/bounded_cursor.h"
#include "cursor/entry_cursor.h"
#include "engine/thread_counters.h"
#include "engine/view_slot.h"
#include "kind/kind.h"
#include "logwood/result.h"
#include "logwood/runtime.h"
#include "logwood/statistics.h"
#include "memtable/generation.h"
#include "tree/tree.h"

namespace logwood {

// All that readers look into at one moment. Immutable once published; holding it keeps memtables and files alive.
struct ReadState {
  std::vector<std::shared_ptr<const Generation>> generations;  // Newest first; the active one in front.
  // Newer than `trees`: what of a view was in memtables until it was spilled. None in the current state.
  std::map<CollectionId, std::shared_ptr<const Tree>> spilled;
  std::map<CollectionId, std::shared_ptr<const CollectionTrees>> trees;
  Sequence flushed;  // The last sequence inside the trees.

  // See ReadView; as of `at`. `filters` are raised.
  [[nodiscard]] Result<std::optional<TreesHit>> Get(CollectionId collection, Bytes key, Sequence at,
                                                    FilterCounters& filters) const;

 private:
  [[nodiscard]] Result<std::optional<TreesHit>> GetSpilled(CollectionId collection, Bytes key) const;
};

// Writes that only one reader sees, above a view: those of a generation up to a sequence. None: null.
struct OwnLayer {
  const Generation* generation = nullptr;
  Sequence at;
};

// What a reader sees, for as long as it is held: a state, up to a sequence. Copyable; thread-safe to read.
struct ReadView {
  std::shared_ptr<const ReadState> state;
  Sequence at;

  // Living entries within `range`, `own` above the view. The generation of `own` must outlive the cursor, and so must
  // the view's state; where it has neither memtables of the collection nor anything spilled, its trees. Errors:
  // kNotFound.
  [[nodiscard]] Result<std::unique_ptr<EntryCursor>> NewCursor(CollectionId collection, KeyRange range,
                                                               const OwnLayer& own = {}) const;
};

// The current state and the published sequence. Thread-safe.
class ReadStates {
 public:
  // `runtime` must outlive it.
  explicit ReadStates(Runtime& runtime);
  ReadStates(const ReadStates&) = delete;  // Slots of threads know it.
  ReadStates& operator=(const ReadStates&) = delete;
  // Requires: nobody is reading.
  ~ReadStates();

  // The living entry of a key: nullopt where the key is absent or deleted. The hit's pin keeps its bytes.
  // Errors: kNotFound (the view does not have the collection), kCorruption, kIo.
  [[nodiscard]] Result<std::optional<TreesHit>> Get(const ReadView& view, CollectionId collection, Bytes key) const;
  // The same from the newest view. Cost of the view where the state has not changed since this thread's last read: two
  // atomic steps on memory of its own.
  [[nodiscard]] Result<std::optional<TreesHit>> Get(CollectionId collection, Bytes key) const;
  // Count a seek, or a commit, of this thread, which lasts for as long as the timer lives.
  [[nodiscard]] LatencyTimer CountSeek() const;
  [[nodiscard]] LatencyTimer CountCommit() const;
  // The newest view. The sequence is read before the state: a new active memtable is installed before anything in it
  // is published, so the state holds all up to the sequence; and what the trees hold was published (I13).
  [[nodiscard]] ReadView View() const;
  [[nodiscard]] std::shared_ptr<const ReadState> Load() const;
  // Replaces the state by a copy that `change` was applied to, and takes the old one away from all threads that keep it
  // between reads: once it returns only views, and gets that are under way, hold it.
  void Update(const std::function<void(ReadState&)>& change);

  [[nodiscard]] std::atomic<uint64_t>& published() noexcept { return published_; }

  struct Latencies {
    LatencyRecorder get;
    LatencyRecorder seek;
    LatencyRecorder commit;
  };
  // Of one in kTimedEvery calls of each thread, its first among them.
  [[nodiscard]] const Latencies& latencies() const noexcept { return latencies_; }
  // What all threads have counted so far.
  struct Counts {
    ReadStatistics reads;
    FilterStatistics filters;
  };
  [[nodiscard]] Counts counts() const;
  // Bytes of generations that are in no state any more, and still in memory.
  [[nodiscard]] uint64_t pinned_memtables_bytes() const;

 private:
  static constexpr uint64_t kTimedEvery = 64;

  class Borrowed;

  [[nodiscard]] LatencyTimer TimerFor(uint64_t calls_before, LatencyRecorder& recorder) const;
  // Raises a counter of this thread and returns what it was before.
  uint64_t Count(Counter ThreadCounters::* counter) const;
  [[nodiscard]] Result<std::optional<TreesHit>> CountedGet(const ReadState& state, CollectionId collection, Bytes key,
                                                           Sequence at, ThreadCounters& counters) const;

  // For a thread that is about to end.
  [[nodiscard]] Result<std::optional<TreesHit>> CountedApart(const ReadState& state, CollectionId collection, Bytes key,
                                                             Sequence at) const;
  void KeepTrackOf(const std::vector<std::shared_ptr<const Generation>>& before) REQUIRES(mutex_);
  // This thread's slot, made at its first read; null where the thread is about to end.
  [[nodiscard]] ViewSlot* SlotOfThisThread() const;
  void ForgetLeftSlots() const REQUIRES(mutex_);

  Runtime& runtime_;
  mutable Latencies latencies_;
  std::atomic<uint64_t> published_ = 0;  // Released by the commit pipeline, acquired by reads.
  mutable Mutex mutex_;                  // Held for the copy of a pointer and a look at each slot; never over I/O.
  std::shared_ptr<const ReadState> state_ GUARDED_BY(mutex_);
  // Of all threads that have read; those of threads that have ended go when another comes or the state changes.
  mutable std::vector<std::shared_ptr<ViewSlot>> slots_ GUARDED_BY(mutex_);
  mutable ThreadCounters of_others_ GUARDED_BY(mutex_);  // Of threads that have no slot any more.
  std::vector<std::weak_ptr<const Generation>> past_generations_ GUARDED_BY(mutex_);  // Those in no state.
};

}  // namespace logwood
