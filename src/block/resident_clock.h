#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "base/memory_budget.h"
#include "base/mutex.h"
#include "base/read_sections.h"
#include "logwood/runtime.h"

namespace logwood {

class ResidentClock;

// The place of an immutable object that is made at its first use and may be taken out of memory at any time, to be made
// again: an index or a filter. Reading takes no lock; see Resident.
class ResidentSlot {
 public:
  ResidentSlot(ResidentClock& clock, MemoryUse use) : clock_(clock), use_(use) {}
  ResidentSlot(const ResidentSlot&) = delete;  // The clock refers to it.
  ResidentSlot& operator=(const ResidentSlot&) = delete;
  // Requires: nobody reads it.
  ~ResidentSlot();

 protected:
  using Owner = std::unique_ptr<const void, void (*)(const void*)>;

  // Sequentially consistent: see ReadSection.
  [[nodiscard]] const void* Load() const noexcept {
    const void* const object = object_.load(std::memory_order_seq_cst);
    if (object != nullptr && !referenced_.load(std::memory_order_relaxed)) {
      referenced_.store(true, std::memory_order_relaxed);
    }
    return object;
  }
  const void* Publish(Owner made, size_t bytes);

 private:
  friend class ResidentClock;

  ResidentClock& clock_;
  const MemoryUse use_;
  std::atomic<const void*> object_ = nullptr;
  mutable std::atomic<bool> referenced_ = false;  // Since the clock's hand last came by.
  // Guarded by the clock's mutex.
  Owner owner_{nullptr, [](const void*) {}};
  size_t bytes_ = 0;
};

// A slot for a `T`. Thread-safe.
template <class T>
class Resident : private ResidentSlot {
 public:
  // `clock` must outlive it. `use`: what it is charged as.
  using ResidentSlot::ResidentSlot;

  // Null where it is not in memory. Lives as long as `section`.
  [[nodiscard]] const T* get(const ReadSection& /*section*/) const noexcept { return static_cast<const T*>(Load()); }
  // Keeps `made`, of `bytes`, unless there is one already; returns the one that is kept, which lives as long as
  // `section`. What was not used for longest leaves memory where that is short.
  const T* Publish(std::unique_ptr<const T> made, size_t bytes, const ReadSection& /*section*/) {
    Owner owner(made.release(), [](const void* object) { delete static_cast<const T*>(object); });
    return static_cast<const T*>(ResidentSlot::Publish(std::move(owner), bytes));
  }
};

// Evicts residents where memory is short, by CLOCK. What it takes out of its slot is destroyed once no section can be
// reading it: as a ResidentSection ends, or in MakeRoom(). Thread-safe.
class ResidentClock {
 public:
  // `budget` must outlive it.
  ResidentClock(Runtime& runtime, MemoryBudget& budget) : budget_(budget), mutex_(runtime, LockRank::kResidentClock) {}
  ResidentClock(const ResidentClock&) = delete;  // Slots refer to it.
  ResidentClock& operator=(const ResidentClock&) = delete;

  [[nodiscard]] ReadSections& sections() noexcept { return sections_; }
  // Evicts what memory is short of.
  void MakeRoom();

 private:
  friend class ResidentSlot;
  friend class ResidentSection;
  using Owner = ResidentSlot::Owner;

  struct Unlinked {
    Owner owner;
    ReadSections::Pending pending;
  };

  const void* Publish(ResidentSlot& slot, Owner made, size_t bytes);
  void Forget(ResidentSlot& slot);
  void MakeRoomBut(const ResidentSlot* kept) REQUIRES(mutex_);
  [[nodiscard]] Owner Unlink(ResidentSlot& slot) REQUIRES(mutex_);
  [[nodiscard]] bool has_unlinked() const noexcept { return unlinked_count_.load(std::memory_order_relaxed) > 0; }
  void DestroyUnread();
  [[nodiscard]] std::vector<Unlinked> TakeUnread() REQUIRES(mutex_);

  MemoryBudget& budget_;
  ReadSections sections_;
  Mutex mutex_;
  std::vector<ResidentSlot*> full_ GUARDED_BY(mutex_);  // Those that have an object, in a circle.
  size_t hand_ GUARDED_BY(mutex_) = 0;
  std::vector<Unlinked> unlinked_ GUARDED_BY(mutex_);  // Perhaps still read.
  std::atomic<size_t> unlinked_count_ = 0;             // Relaxed: who sees it late comes by again.
};

// A section in which residents are looked at. Once it has ended it destroys what was evicted meanwhile: while a thread
// is in a section of its own it cannot, and a thread that does nothing but read must not pile up what it evicts.
class ResidentSection {
 public:
  // `clock` must outlive it.
  explicit ResidentSection(ResidentClock& clock) noexcept : after_{clock}, section_(clock.sections()) {}

  operator const ReadSection&() const noexcept { return section_; }

 private:
  struct After {
    explicit After(ResidentClock& of) : clock(of) {}
    After(const After&) = delete;  // Comes once.
    After& operator=(const After&) = delete;
    ~After() {
      if (clock.has_unlinked()) clock.DestroyUnread();
    }

    ResidentClock& clock;
  };

  const After after_;  // Outlives the section.
  const ReadSection section_;
};

}  // namespace logwood
