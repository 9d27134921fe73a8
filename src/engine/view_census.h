#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/ids.h"
#include "base/mutex.h"
#include "logwood/runtime.h"

namespace logwood {

// The views that the program holds: how many there are, and since when. Each has a place of its own, which is taken and
// left without a lock; there are as many places as there ever were views at a time. Thread-safe.
class ViewCensus {
 public:
  // `runtime` must outlive it.
  explicit ViewCensus(Runtime& runtime) : runtime_(runtime), mutex_(runtime, LockRank::kViewCensus) {}
  ViewCensus(const ViewCensus&) = delete;  // Marks refer to it.
  ViewCensus& operator=(const ViewCensus&) = delete;

 private:
  struct alignas(64) Place {
    std::atomic<uint64_t> taken = kFree;  // kFree, kClaimed, or when a view was taken, in nanoseconds behind kTakenMin.
    std::atomic<uint64_t> at = 0;         // What it sees.
  };

 public:
  // Counts a view for as long as it lives. Cost: a look at the clock and an atomic step.
  class Mark {
   public:
    // `views` must outlive it. `at`: what the view sees.
    Mark(ViewCensus& views, Sequence at);
    Mark(const Mark&) = delete;  // It has one place.
    Mark& operator=(const Mark&) = delete;
    ~Mark() { place_.taken.store(kFree, std::memory_order_release); }  // Partner: who claims it next.

   private:
    Place& place_;
  };

  struct Summary {
    uint64_t count = 0;
    Sequence oldest;                     // Of the one that was taken first.
    std::chrono::nanoseconds age_max{};  // Of that.
  };
  [[nodiscard]] Summary Summarize() const;

 private:
  static constexpr uint64_t kFree = 0;
  static constexpr uint64_t kClaimed = 1;
  static constexpr uint64_t kTakenMin = 2;
  static constexpr size_t kPlaces = 32;

  struct Places {
    std::array<Place, kPlaces> places;
    std::atomic<Places*> next = nullptr;  // Released by who makes it, acquired by who goes through all.
  };

  [[nodiscard]] Place& Claim(const Mark& mark);
  [[nodiscard]] Places& PlacesBehind(Places& places);

  Runtime& runtime_;
  Places first_;
  Mutex mutex_;
  std::vector<std::unique_ptr<Places>> more_ GUARDED_BY(mutex_);  // What `next` leads to.
};

}  // namespace logwood
