#pragma once

#include <atomic>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/asymmetric_fence.h"
#include "base/ids.h"
#include "base/mutex.h"
#include "base/read_sections.h"
#include "engine/read_state.h"
#include "logwood/bytes.h"
#include "logwood/result.h"
#include "logwood/runtime.h"

namespace logwood {

class HeldCursor;
class HeldView;

// The views and cursors that are held by users of the database, who may do so for long: knows what memtables they keep
// in memory, and can give them another state to read from that shows the same. Thread-safe.
class HeldViews {
 public:
  // `states` counts the gets; both must outlive it.
  HeldViews(Runtime& runtime, const ReadStates& states) : states_(states), mutex_(runtime, LockRank::kHeldViews) {}
  HeldViews(const HeldViews&) = delete;  // Those who hold refer to it.
  HeldViews& operator=(const HeldViews&) = delete;

  // The oldest view of those that have memtables of which `current` has no more; nullopt where all such memtables
  // together take `bytes_max` or less.
  [[nodiscard]] std::optional<ReadView> OldestBeyond(uint64_t bytes_max, const ReadState& current);
  // Whoever holds `view` lets go of it and reads from `state`, which shows the same at its sequence and has no
  // memtables: views at once, once the gets that are under way are done; idle cursors at once, others with their next
  // move.
  void Replace(const ReadView& view, const std::shared_ptr<const ReadState>& state);
  // Views and cursors that read their memtables from scratch files, and the bytes of these files.
  [[nodiscard]] std::pair<uint64_t, uint64_t> spilled() const;

 private:
  friend class HeldCursor;
  friend class HeldView;

  // Calls `look` with each view that is held and was not replaced.
  template <class Look>
  void ForEachHeld(const Look& look) const REQUIRES(mutex_);
  void Add(HeldCursor& cursor);
  void Remove(HeldCursor& cursor);
  void LetGoOfReplaced(std::vector<ReadView>& let_go) REQUIRES(mutex_);

  const ReadStates& states_;
  // Between cursors that move and who replaces their views. Stands alone in its line of memory, which all of them read.
  const AsymmetricFence fence_;
  mutable ReadSections sections_;  // Of gets from views.
  mutable Mutex mutex_;            // Held for a look at each who holds; never over I/O.
  std::list<HeldView*> views_ GUARDED_BY(mutex_);
  HeldCursor* cursors_ GUARDED_BY(mutex_) = nullptr;  // The newest of them, which leads to the others.
};

// A view for as long as somebody holds it. Thread-safe.
class HeldView {
 public:
  // `views` must outlive it.
  HeldView(HeldViews& views, ReadView view);
  HeldView(const HeldView&) = delete;  // `views` knows it.
  HeldView& operator=(const HeldView&) = delete;
  // Requires: nobody reads from it.
  ~HeldView();

  // See ReadStates::Get().
  [[nodiscard]] Result<std::optional<TreesHit>> Get(CollectionId collection, Bytes key) const;
  // What it shows, for a cursor.
  [[nodiscard]] ReadView Load() const;

 private:
  friend class HeldViews;

  HeldViews& views_;
  std::atomic<const ReadView*> current_;  // Sequentially consistent: see ReadSection.
  // Guarded by the mutex of `views_`, like the next three.
  std::unique_ptr<const ReadView> original_;  // Null once replaced and read by nobody any more.
  std::unique_ptr<const ReadView> spilled_;   // Null until replaced.
  ReadSections::Pending readers_;             // That may still read the original.
  std::list<HeldView*>::iterator place_;
};

}  // namespace logwood
