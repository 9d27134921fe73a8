#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "base/ids.h"
#include "base/mutex.h"
#include "cursor/bounded_cursor.h"
#include "cursor/entry_cursor.h"
#include "kind/kind.h"
#include "logwood/result.h"
#include "logwood/runtime.h"
#include "memtable/generation.h"

namespace logwood {

// All that readers look into at one moment. Immutable once published; holding it keeps memtables and files alive.
struct ReadState {
  std::vector<std::shared_ptr<const Generation>> generations;  // Newest first; the active one in front.
  std::map<CollectionId, std::shared_ptr<const CollectionTrees>> trees;
  Sequence flushed;  // The last sequence inside the trees.
};

// What a reader sees, for as long as it is held: a state, up to a sequence. Copyable; thread-safe to read.
struct ReadView {
  std::shared_ptr<const ReadState> state;
  Sequence at;

  // The living entry of a key: nullopt where the key is absent or deleted. The hit's pin keeps its bytes.
  // Errors: kNotFound (the view does not have the collection), kCorruption, kIo.
  [[nodiscard]] Result<std::optional<TreesHit>> Get(CollectionId collection, Bytes key) const;
  // Living entries within `range`. The view's state must outlive the cursor. Errors: kNotFound.
  [[nodiscard]] Result<std::unique_ptr<EntryCursor>> NewCursor(CollectionId collection, KeyRange range) const;
};

// The current state and the published sequence. Thread-safe.
class ReadStates {
 public:
  // `runtime` must outlive it.
  explicit ReadStates(Runtime& runtime);

  // The newest view. The sequence is read before the state: a new active memtable is installed before anything in it
  // is published, so the state holds all up to the sequence; and what the trees hold was published (I13).
  [[nodiscard]] ReadView View() const;
  [[nodiscard]] std::shared_ptr<const ReadState> Load() const;
  // Replaces the state by a copy that `change` was applied to.
  void Update(const std::function<void(ReadState&)>& change);

  [[nodiscard]] std::atomic<uint64_t>& published() noexcept { return published_; }

 private:
  std::atomic<uint64_t> published_ = 0;  // Released by the commit pipeline, acquired by View().
  mutable Mutex mutex_;                  // Held for the copy of a pointer; never over I/O.
  std::shared_ptr<const ReadState> state_ GUARDED_BY(mutex_);
};

}  // namespace logwood
